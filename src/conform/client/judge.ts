import { Mismatch, must, NotApplicable } from '../core/index.js';
import type { Attempted } from './attempt.js';
import { callsOf, isActivationCall, isObjectCall, isRemRelease, type MadeCall } from './history/calls.js';
import { endedText } from './under-test.js';

/** How the client behaves towards the plain server: what the rest is compared with. */
export interface Baseline extends Attempted {
  /** Whether its end tells a success from a failure: an end that is always the same tells nothing. */
  readonly endTells: boolean;
}

/** Throws `NotApplicable` where the client never came to what the check changes. */
export function reached({ history, ended }: Attempted, what: string): number {
  const { changedAt } = history;
  if (changedAt !== undefined) return changedAt;
  throw new NotApplicable(`the client did not come to ${what} (${endedText(ended)})`);
}

/** The client comes as far as with the plain server. Throws `Mismatch` where it does not. */
export function goesOn(attempted: Attempted, baseline: Baseline): void {
  const { ended } = attempted;
  const expected = 'the client goes on, and ends as with the plain server';
  if (baseline.endTells && ended.how !== 'unknown') {
    if (ended.how === 'succeeded') return;
    throw new Mismatch(expected, `${lastOf(attempted)}; ${endedText(ended)}`);
  }
  const made = new Set(callsOf(attempted.history).map(({ name }) => name));
  const missing = [...new Set(callsOf(baseline.history).map(({ name }) => name))].filter((name) => !made.has(name));
  must(missing.length === 0, expected, () => `${lastOf(attempted)}; it did not call ${missing.join(', ')}`);
}

/** What it must no longer use, after what it was sent. */
export type Refusing = 'activation' | 'reference' | 'connection' | 'call';

/**
 * The client does not go on with what it was sent: it makes no use of the activation, of the connection, or of the
 * call's answer, and does not end as after a success; where `notices` is set, it does not wait for ever either. Throws
 * `Mismatch`.
 */
export function stops(
  attempted: Attempted,
  baseline: Baseline,
  what: Refusing,
  { at, notices = false }: { readonly at: string; readonly notices?: boolean | undefined },
): void {
  const changedAt = reached(attempted, at);
  const expected = `the client ${EXPECTED[what]}, and does not end as after a success`;
  const use = usesOf(attempted, what, changedAt);
  if (use !== undefined) throw new Mismatch(expected, use);
  const { ended } = attempted;
  // [MS-RPCE] 3.3.2.7.1: calls in progress on a connection that has ended have failed.
  if (notices && ended.how === 'stopped')
    throw new Mismatch('the client notices that the connection has ended', `it waits on; ${ended.text}`);
  if (baseline.endTells && ended.how === 'succeeded') throw new Mismatch(expected, endedText(ended));
  const tells = baseline.endTells && ended.how !== 'unknown';
  if (!tells && what === 'call' && callsOf(baseline.history).filter(isObjectCall).length < 2)
    throw new NotApplicable('nothing follows on the wire that would tell, and neither does the end of the client');
}

const EXPECTED: Readonly<Record<Refusing, string>> = {
  activation: 'makes no use of the activation',
  reference: 'makes no call to an object but to release it',
  connection: 'sends no request on that connection',
  call: 'makes no further call on that connection but to release',
};

function usesOf({ history }: Attempted, what: Refusing, changedAt: number): string | undefined {
  const later = callsOf(history).filter(({ at }) => at > changedAt);
  if (what === 'activation') {
    const call = later.find(isObjectCall);
    if (call !== undefined) return callText(call);
    const went = history.pdus.find(({ at, connection }) => at > changedAt && connection.to === 'exporter');
    return went === undefined ? undefined : 'it connects to the object exporter that the answer names';
  }
  if (what === 'reference') return callTextOf(later.find((call) => isObjectCall(call) && !isRemRelease(call)));
  const connection = history.changedOn;
  const same = later.filter((call) => call.connection === connection);
  if (what === 'call') return callTextOf(same.find((call) => isObjectCall(call) && !isRemRelease(call)));
  const request = history.pdus.find(
    (sent) => sent.at > changedAt && sent.connection === connection && sent.pdu?.PTYPE === 'request',
  );
  if (request === undefined) return undefined;
  return callTextOf(same[0]) ?? 'it sends a request on that connection';
}

const callTextOf = (call: MadeCall | undefined): string | undefined =>
  call === undefined ? undefined : callText(call);
const callText = ({ name }: MadeCall): string => `it goes on, and calls ${name}`;

/** What the client did last, for a report. */
function lastOf({ history }: Attempted): string {
  const last = callsOf(history).at(-1);
  if (last !== undefined) return `its last call was ${last.name}`;
  return history.connections.length === 0 ? 'it did not connect' : 'it made no call';
}

/** The activations that a client asked for. Throws `NotApplicable` where there are none. */
export function activationsOf({ history }: Attempted): [MadeCall, ...MadeCall[]] {
  const [first, ...more] = callsOf(history).filter(isActivationCall);
  if (first === undefined) throw new NotApplicable('the client asked for no activation');
  return [first, ...more];
}

/** The calls to objects, IRemUnknown among them. Throws `NotApplicable` where there are none. */
export function objectCallsOf({ history }: Attempted): [MadeCall, ...MadeCall[]] {
  const [first, ...more] = callsOf(history).filter(isObjectCall);
  if (first === undefined) throw new NotApplicable('the client called no object');
  return [first, ...more];
}
