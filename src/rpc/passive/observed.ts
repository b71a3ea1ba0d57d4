import type { CodecError } from '../../codec/error.js';
import { type Pdu, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import type { HeardMessage, Identity } from '../../security/provider.js';
import type { ObservedCall } from './calls.js';
import type { ObservedPresentation } from './contexts.js';

/** Which end of a connection sent a PDU. */
export type Sender = 'client' | 'server';

/** Whether the octets of a stub can be trusted and read. */
export type StubState =
  /** Sent in plain, without a signature. */
  | 'plain'
  /** Signed, and nothing is known to check the signature with. */
  | 'signed'
  /** The signature was checked, and the stub decrypted where it was sealed. */
  | 'verified'
  /** The signature was checked and is wrong. */
  | 'bad signature'
  /** Encrypted, and nothing is known to decrypt it with. */
  | 'sealed';

/** A complete request, response or fault of a call, as it was overheard. */
export interface ObservedMessage {
  readonly kind: 'request' | 'response' | 'fault';
  readonly callId: number;
  /** Undefined where the bind was not seen. */
  readonly presentation: ObservedPresentation | undefined;
  /** Of the request; undefined for an answer whose request was not seen. */
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  readonly stub: Buffer;
  readonly stubState: StubState;
  readonly littleEndian: boolean;
  readonly status: number | undefined;
  readonly security: CallLevel;
}

/** The authentication that a message stands under. */
export interface CallLevel {
  readonly authType: number | undefined;
  /** Undefined where neither a trailer nor the association tells it. */
  readonly level: number | undefined;
  readonly authContextId: number | undefined;
  /** A trailer of this PDU, or the only security context of the association ([MS-RPCE] 3.3.1.5.4). */
  readonly from: 'trailer' | 'association' | 'none' | 'unknown';
  readonly identity: Identity | undefined;
}

/** What one PDU of an overheard connection was. */
export interface Observed<K = unknown> {
  readonly sender: Sender;
  /** Undefined where the octets do not decode. */
  readonly pdu: Pdu | undefined;
  readonly error: CodecError | undefined;
  readonly security: CallLevel;
  /** What its token held, where it is one of a handshake that is followed. */
  readonly heard: HeardMessage | undefined;
  /** Present with the last fragment of a message. */
  readonly message: ObservedMessage | undefined;
  /** The call that a request, response or fault belongs to; undefined for an answer whose request was not seen. */
  readonly call: ObservedCall<K> | undefined;
}

/** From the best to the worst. */
const STATES: readonly StubState[] = ['verified', 'plain', 'signed', 'sealed', 'bad signature'];

/** A message of several fragments is worth no more than its worst fragment. */
export const worse = (before: StubState | undefined, now: StubState): StubState =>
  before !== undefined && STATES.indexOf(before) > STATES.indexOf(now) ? before : now;

export const NONE: CallLevel = {
  authType: 0,
  level: RPC_C_AUTHN_LEVEL.NONE,
  authContextId: undefined,
  from: 'none',
  identity: undefined,
};
export const UNKNOWN: CallLevel = {
  authType: undefined,
  level: undefined,
  authContextId: undefined,
  from: 'unknown',
  identity: undefined,
};
