import type { SecurityContext } from '../../src/security/index.js';
import type { Carrier, Tokens } from './logons.js';
import { ATTACKER, type RecordedConnection } from './relayed.js';
import { labAcceptor, labInitiator, NOW } from './security.js';

/** What the man in the middle passes on to the victim and to the target. */
export interface Relayed {
  readonly victim: Tokens;
  readonly target: Tokens;
}

export type Change = (octets: Buffer) => Buffer;

/** One exchange of this project's own NTLM, of which an attacker changes the challenge, or the answer. */
export function relayedExchange({
  challenge = same,
  answer = same,
}: {
  challenge?: Change;
  answer?: Change;
} = {}): Relayed {
  const initiator = labInitiator().initiate({ level: 2, target: 'HTTP/attacker' });
  const step = (context: SecurityContext, token?: Uint8Array): Buffer =>
    Buffer.from(context.step(token, NOW).token as Uint8Array);
  const negotiate = step(initiator);
  const offered = step(labAcceptor().accept(), negotiate);
  const changed = challenge(Buffer.from(offered));
  const authenticate = step(initiator, changed);
  return {
    victim: [negotiate, changed, authenticate],
    target: [negotiate, offered, answer(Buffer.from(authenticate))],
  };
}
const same: Change = (octets) => octets;

export const TARGET = '10.0.0.10';

export function bothLegs(from: Carrier, to: Carrier, { victim, target }: Relayed): RecordedConnection[] {
  return [
    {
      client: { address: '10.0.0.5', port: 50_000 },
      server: { address: ATTACKER, port: from.port },
      pdus: from.says(victim),
    },
    {
      client: { address: ATTACKER, port: 40_000 },
      server: { address: TARGET, port: to.port },
      pdus: to.says(target),
    },
  ];
}
