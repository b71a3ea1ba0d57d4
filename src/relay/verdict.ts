import type { CallOutcome } from '../client/outcome.js';
import type { RefusedBy } from '../codec/status/refused-by.js';
import type { Event10036, LoggedAt, LoggedEvent } from '../hardening/events.js';
import type { RefusalEvent } from '../rpc/index.js';
import type { Activation, FailedLogon } from '../server/activation/log.js';
import type { Invocation } from '../server/objects/exporter.js';
import type { RefusedCall } from '../server/objects/refused-call.js';
import type { Stage } from './attacker.js';

/** What both ends and the attacker saw of one relay. */
export interface Observed {
  readonly stage: Stage;
  /** What the attacker was after; a command where absent. */
  readonly goal?: 'activated' | 'invoked';
  /** The attacker's last call. */
  readonly attacker: CallOutcome;
  readonly server: {
    readonly activations: readonly Activation[];
    readonly events: readonly LoggedEvent[];
    readonly failedLogons: readonly FailedLogon[];
    readonly refusedCalls: readonly RefusedCall[];
    readonly invocations: readonly Invocation[];
    /** Faults and bind_naks of the server's associations, with the checks that they come from. */
    readonly refusals: readonly RefusalEvent[];
    /** Why the server closed connections, where it did. */
    readonly closed: readonly string[];
  };
  readonly victim: { readonly outcomes: readonly CallOutcome[]; readonly recognised: readonly string[] };
}

/** What there is to show for a verdict. */
export interface RelayEvidence {
  /** What the attacker was told: fault status, result, or the way the connection ended. */
  readonly status: number | undefined;
  readonly text: string;
  /** Event 10036 of the server: the victim's name and SID, and the attacker's address. */
  readonly event: Event10036 | undefined;
  /** When and where that was logged. */
  readonly loggedAt: LoggedAt | undefined;
  /** Why the signature did not verify. */
  readonly signature: string | undefined;
  /** Why the authentication failed. */
  readonly logon: string | undefined;
  /** Why the server closed the connection; undefined where it left it open. */
  readonly closed: string | undefined;
  /** What the server wrote down, under the victim's name. Nothing was run. */
  readonly invocation: Invocation | undefined;
  /** What the victim's application was told, activation by activation. */
  readonly victim: readonly string[];
}

/** What a relay came to, with the evidence. */
export interface Verdict {
  readonly outcome: 'succeeded' | 'stopped';
  /** Who stopped it; undefined where nobody did. */
  readonly refusedBy: RefusedBy | undefined;
  readonly reason: string;
  readonly evidence: RelayEvidence;
}

interface Stop {
  readonly refusedBy: RefusedBy;
  readonly reason: string;
}

/** Who said no, told only by what was observed: the variant is not looked at. */
export function verdict(observed: Observed): Verdict {
  const { server, attacker, victim } = observed;
  const invocation = server.invocations.find(({ member }) => member === 'ExecuteShellCommand');
  const success = successOf(observed, invocation);
  const stop = success === undefined ? whatStopped(observed) : undefined;
  const refused = server.activations.find((each) => each.outcome === 'refused');
  const logged = server.events.find(({ event }) => event.id === 10036);
  return {
    outcome: stop === undefined ? 'succeeded' : 'stopped',
    refusedBy: stop?.refusedBy,
    reason: stop?.reason ?? (success as string),
    evidence: {
      // An answer without protection, where there should be some, the attacker's client does not look into.
      status: attacker.status ?? refused?.status,
      text: attacker.text,
      event: logged?.event as Event10036 | undefined,
      loggedAt: logged?.at,
      signature: server.refusals.find(({ refusedBy }) => refusedBy === 'signature')?.why,
      logon: server.failedLogons[0]?.reason,
      closed: server.closed[0],
      invocation,
      victim: victim.outcomes.map(({ text }) => text),
    },
  };
}

function whatStopped({ attacker, server, victim }: Observed): Stop {
  const [recognised] = victim.recognised;
  if (recognised !== undefined) return { refusedBy: 'victim', reason: recognised };
  // The lure refuses by a bind_nak or fault; this victim itself did not like the tokens.
  const unwilling = victim.outcomes.find(({ refusedBy }) => refusedBy === 'authentication');
  if (unwilling !== undefined) return { refusedBy: 'victim', reason: unwilling.text };
  const [logon] = server.failedLogons;
  if (logon !== undefined) return logon;
  const refused = server.activations.find(({ outcome }) => outcome === 'refused');
  if (refused?.refusedBy !== undefined) return { refusedBy: refused.refusedBy, reason: refused.reason };
  const [call] = server.refusedCalls;
  if (call !== undefined) return call;
  const [refusal] = server.refusals;
  if (refusal !== undefined) return { refusedBy: refusal.refusedBy, reason: refusal.why };
  return { refusedBy: attacker.refusedBy ?? 'transport', reason: attacker.text };
}

/** Why it is one, in words; undefined where the attacker did not get what it was after. */
function successOf(
  { goal = 'invoked', server, attacker }: Observed,
  invocation: Invocation | undefined,
): string | undefined {
  const activation = server.activations.find(({ outcome }) => outcome === 'accepted');
  const found = goal === 'invoked' ? invocation : attacker.accepted ? activation : undefined;
  if (found === undefined) return undefined;
  const { identity, client } = found;
  const what = goal === 'invoked' ? 'command' : 'activation';
  return `the server took the ${what} as ${identity?.domain}\\${identity?.user}'s, though it came from ${client.address}`;
}
