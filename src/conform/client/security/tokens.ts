import { CodecError } from '../../../codec/error.js';
import {
  type AuthenticateMessage,
  type ChallengeMessage,
  decodeNtlmMessage,
  isNtlm,
  type NegotiateMessage,
  type NtlmMessage,
} from '../../../codec/ntlm/index.js';
import { encodePdu } from '../../../codec/rpce/index.js';
import { decodeNegToken, encodeNegToken, type NegTokenResp } from '../../../codec/spnego/index.js';
import { NotApplicable } from '../../core/index.js';
import type { History, SentPdu } from '../history/history.js';
import type { Change, Port } from '../middle/answer.js';
import { type Acknowledgement, bindAcks } from '../middle/changes.js';

/** The NTLM message of a token, by itself or inside SPNEGO; undefined where it has none. */
export function ntlmTokenOf(token: Uint8Array): Uint8Array | undefined {
  if (isNtlm(token)) return token;
  try {
    const outer = decodeNegToken(token);
    const inner = outer.kind === 'NegTokenInit' ? outer.mechToken : outer.responseToken;
    return inner !== undefined && isNtlm(inner) ? inner : undefined;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}

/** The token with another NTLM message in it. */
function withNtlm(token: Uint8Array, message: Uint8Array): Uint8Array {
  if (isNtlm(token)) return message;
  const { octets: _, ...outer } = decodeNegToken(token);
  return encodeNegToken(
    outer.kind === 'NegTokenInit' ? { ...outer, mechToken: message } : { ...outer, responseToken: message },
  );
}

const withToken = (ack: Acknowledgement, auth_value: Uint8Array): Buffer => {
  const { frag_length: _, auth_length: __, auth, ...rest } = ack;
  return encodePdu({ ...rest, auth: { ...(auth as NonNullable<typeof auth>), auth_value } } as Acknowledgement);
};

/** The CHALLENGE_MESSAGE of each handshake, changed. */
export const challenges = (change: (octets: Buffer) => Uint8Array): Change =>
  bindAcks((ack) => {
    const token = ack.auth?.auth_value;
    const message = token && ntlmTokenOf(token);
    if (token === undefined || message === undefined) return undefined;
    return [{ octets: withToken(ack, withNtlm(token, change(Buffer.from(message)))) }];
  });

/** The server's SPNEGO tokens, changed. */
export const negotiations = (change: (token: NegTokenResp) => NegTokenResp | undefined): Change =>
  bindAcks((ack) => {
    const token = ack.auth?.auth_value;
    if (token === undefined || token.length === 0 || isNtlm(token)) return undefined;
    const outer = decodeNegToken(token);
    if (outer.kind !== 'NegTokenResp') return undefined;
    const { octets: _, ...fields } = outer;
    const changed = change(fields);
    return changed && [{ octets: withToken(ack, encodeNegToken(changed)) }];
  });

/** What the two sides said in one NTLM handshake. */
export interface Handshake {
  readonly negotiate: NegotiateMessage;
  readonly challenge: ChallengeMessage;
  readonly authenticate: AuthenticateMessage;
  readonly to: Port;
  /** The level of the trailer that it stands in, RPC_C_AUTHN_LEVEL_*. */
  readonly level: number;
}

/** The NTLM handshakes of an attempt that came to their ends. Throws `NotApplicable` where there are none. */
export function handshakesOf(history: History): Handshake[] {
  const begun = new Map<string, Partial<Handshake>>();
  const done: Handshake[] = [];
  for (const sent of history.pdus) {
    const message = messageOf(sent);
    const { auth } = sent.pdu ?? {};
    if (message === undefined || auth === undefined) continue;
    const key = `${sent.connection.number} ${auth.auth_context_id}`;
    const before = begun.get(key) ?? {};
    if (message.MessageType === 1) begun.set(key, { negotiate: message });
    else if (message.MessageType === 2) begun.set(key, { ...before, challenge: message });
    else if (before.negotiate !== undefined && before.challenge !== undefined) {
      const { negotiate, challenge } = before;
      done.push({ negotiate, challenge, authenticate: message, to: sent.connection.to, level: auth.auth_level });
    }
  }
  if (done.length === 0) throw new NotApplicable('the client does not authenticate by NTLM');
  return done;
}

function messageOf({ pdu }: SentPdu): NtlmMessage | undefined {
  const token =
    pdu !== undefined && pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response' ? pdu.auth?.auth_value : undefined;
  const message = token && ntlmTokenOf(token);
  if (message === undefined) return undefined;
  try {
    return decodeNtlmMessage(message);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return undefined;
  }
}
