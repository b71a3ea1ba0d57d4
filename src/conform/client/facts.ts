import { isSignedLevel } from '../../codec/status/authn.js';
import type { Facts } from '../core/index.js';
import type { Attempted } from './attempt.js';
import {
  callsOf,
  isActivationCall,
  isComplexPing,
  isMethodCall,
  isObjectCall,
  isServerAlive,
  isServerAlive2,
  isSimplePing,
  type MadeCall,
} from './history/calls.js';
import type { History } from './history/history.js';

/** What a check may need of the client's run with the plain server, and what a report says where it is missing. */
export const FACTS = {
  activation: 'the client asks for no activation',
  'create-instance': 'the client does not activate by IRemoteSCMActivator',
  security: 'the client does not authenticate',
  signing: 'the client does not sign its activation',
  sealing: 'the client does not seal its activation',
  object: 'the client calls no object',
  'object-signing': 'the client does not sign its calls to objects',
  method: 'the client calls no method of an object',
  'server-alive': 'the client calls neither ServerAlive2 nor ServerAlive',
  'server-alive2': 'the client does not call ServerAlive2',
  alter: 'the client sends no alter_context',
  ping: 'the client sends no ping',
  level: 'the client cannot be told a level ({level} stands nowhere in the command)',
} as const;

/** Name of what a check may need. */
export type Fact = keyof typeof FACTS;

const sends =
  (type: string) =>
  ({ pdus }: History): boolean =>
    pdus.some(({ from, pdu }) => from === 'client' && pdu?.PTYPE === type);

const calls =
  (is: (call: MadeCall) => boolean) =>
  (history: History): boolean =>
    callsOf(history).some(is);

const FOUND: Readonly<Record<Exclude<Fact, 'level'>, (history: History) => boolean>> = {
  activation: calls(isActivationCall),
  'create-instance': calls((call) => isActivationCall(call) && call.call.opnum > 0),
  security: ({ pdus }) => pdus.some(({ from, pdu }) => from === 'client' && pdu?.auth !== undefined),
  signing: calls((call) => isActivationCall(call) && isSignedLevel(call.level)),
  sealing: calls((call) => isActivationCall(call) && call.level === 6),
  object: calls(isObjectCall),
  'object-signing': calls((call) => isObjectCall(call) && isSignedLevel(call.level)),
  method: calls(isMethodCall),
  'server-alive': calls((call) => isServerAlive(call) || isServerAlive2(call)),
  'server-alive2': calls(isServerAlive2),
  alter: sends('alter_context'),
  ping: calls((call) => isSimplePing(call) || isComplexPing(call)),
};

/** What a client has, by the names that checks need. */
export function factsOf({ history }: Attempted, takesLevel: boolean): Facts {
  const found = Object.entries(FOUND).map(([fact, has]) => [fact, has(history) || FACTS[fact as Fact]] as const);
  return { ...Object.fromEntries(found), level: takesLevel || FACTS.level };
}
