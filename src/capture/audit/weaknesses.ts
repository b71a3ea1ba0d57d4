import type { NewFinding } from './findings.js';
import { isOfDomain, type SeenAuthenticate, targetsAnother } from './ntlm.js';
import type { Leg } from './relay.js';

/** What is weak in an exchange of NTLM, or strange. */
export function weaknessesOf(leg: Leg, seen: SeenAuthenticate, user: string | null): NewFinding[] {
  return [
    weakResponse(leg, seen, user),
    misplacedMic(seen, user),
    repeatedFlags(seen, user),
    otherTarget(leg, seen, user),
  ].filter((found) => found !== undefined);
}

function weakResponse(leg: Leg, seen: SeenAuthenticate, user: string | null): NewFinding | undefined {
  if (seen.kind === 'anonymous') {
    const detail = 'a null session: NTLM without a name, so nobody is authenticated';
    return { finding: 'anonymous', severity: 'warning', user, detail };
  }
  if (seen.kind === 'NTLMv1') {
    const detail = `${seen.responseName}: broken by computation, has no MIC, and many servers refuse it`;
    return { finding: 'ntlmv1', severity: 'high', user, detail, facts: { response: seen.responseName } };
  }
  if (seen.kind !== 'NTLMv2' || seen.micAnnounced) return undefined;
  const why =
    leg.challenge?.hasTimestamp === false
      ? '; the server sent no timestamp, without which clients send none ([MS-NLMP] 3.1.5.1.2)'
      : '';
  const detail = `the AUTHENTICATE_MESSAGE has no MIC: a man in the middle can change the negotiation${why}`;
  return { finding: 'missing-mic', severity: 'warning', user, detail };
}

function misplacedMic({ micMisplaced }: SeenAuthenticate, user: string | null): NewFinding | undefined {
  if (!micMisplaced) return undefined;
  const detail =
    'the AUTHENTICATE_MESSAGE announces a MIC, and other fields stand where it belongs ([MS-NLMP] 2.2.1.3), as some clients send it: nothing can be said of changes';
  return { finding: 'misplaced-mic', severity: 'warning', user, detail };
}

function repeatedFlags({ flagsRepeated }: SeenAuthenticate, user: string | null): NewFinding | undefined {
  if (!flagsRepeated) return undefined;
  const detail =
    'MsvAvFlags stands more than once in the response: a server that takes the other one looks for no MIC (CVE-2019-1166)';
  return { finding: 'repeated-av-flags', severity: 'high', user, detail };
}

function otherTarget(leg: Leg, { target }: SeenAuthenticate, user: string | null): NewFinding | undefined {
  if (target === undefined || !targetsAnother(target, leg.serverAddress, leg.challenge)) return undefined;
  const names = leg.challenge?.names ?? [];
  const known = names.length === 0 ? '' : `, which calls itself ${names.join(', ')}`;
  const facts = { target, names };
  const alias = isOfDomain(target, names);
  const what = alias ? 'an alias of it, such as that of a cluster, or a relay' : 'an alias, or a relay';
  const detail = `the client means ${target}, and talks to ${leg.serverAddress}${known}: ${what}`;
  return { finding: 'target-name', severity: alias ? 'info' : 'high', user, detail, facts };
}

/** Only who knows the session key can make a MIC, and it covers all three messages. */
export const wrongMic = (user: string | null): NewFinding => ({
  finding: 'wrong-mic',
  severity: 'high',
  user,
  detail: 'the MIC does not fit: one of the three NTLM messages was changed on the way to this server',
});
