import type { SeenLeg, SeenUser } from './events.js';
import type { NewFinding } from './findings.js';
import { isOfDomain, type SeenAuthenticate, type SeenChallenge, targetsAnother } from './ntlm.js';

/** One exchange of NTLM up to its last message. */
interface SeenExchange {
  readonly leg: SeenLeg;
  readonly challenge: SeenChallenge | undefined;
}

/** What is weak in an exchange of NTLM, or strange. */
export function weaknessesOf(exchange: SeenExchange, seen: SeenAuthenticate, user: SeenUser): NewFinding[] {
  return [
    weakResponse(exchange, seen, user),
    misplacedMic(seen, user),
    repeatedFlags(seen, user),
    otherTarget(exchange, seen, user),
  ].filter((found) => found !== undefined);
}

function weakResponse({ challenge }: SeenExchange, seen: SeenAuthenticate, user: SeenUser): NewFinding | undefined {
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
    challenge?.hasTimestamp === false
      ? '; the server sent no timestamp, without which clients send none ([MS-NLMP] 3.1.5.1.2)'
      : '';
  const detail = `the AUTHENTICATE_MESSAGE has no MIC: a man in the middle can change the negotiation${why}`;
  return { finding: 'missing-mic', severity: 'warning', user, detail };
}

function misplacedMic({ micMisplaced }: SeenAuthenticate, user: SeenUser): NewFinding | undefined {
  if (!micMisplaced) return undefined;
  const detail =
    'the AUTHENTICATE_MESSAGE announces a MIC, and other fields stand where it belongs ([MS-NLMP] 2.2.1.3), as some clients send it: nothing can be said of changes';
  return { finding: 'misplaced-mic', severity: 'warning', user, detail };
}

function repeatedFlags({ flagsRepeated }: SeenAuthenticate, user: SeenUser): NewFinding | undefined {
  if (!flagsRepeated) return undefined;
  const detail =
    'MsvAvFlags stands more than once in the response: a server that takes the other one looks for no MIC (CVE-2019-1166)';
  return { finding: 'repeated-av-flags', severity: 'high', user, detail };
}

function otherTarget(
  { leg, challenge }: SeenExchange,
  { target }: SeenAuthenticate,
  user: SeenUser,
): NewFinding | undefined {
  if (target === undefined || !targetsAnother(target, leg.serverAddress, challenge)) return undefined;
  const names = challenge?.names ?? [];
  const known = names.length === 0 ? '' : `, which calls itself ${names.join(', ')}`;
  const facts = { target, names };
  const alias = isOfDomain(target, names);
  const what = alias ? 'an alias of it, such as that of a cluster, or a relay' : 'an alias, or a relay';
  const detail = `the client means ${target}, and talks to ${leg.serverAddress}${known}: ${what}`;
  return { finding: 'target-name', severity: alias ? 'info' : 'high', user, detail, facts };
}

/** Only who knows the session key can make a MIC, and it covers all three messages. */
export const wrongMic = (user: SeenUser): NewFinding => ({
  finding: 'wrong-mic',
  severity: 'high',
  user,
  detail: 'the MIC does not fit: one of the three NTLM messages was changed on the way to this server',
});
