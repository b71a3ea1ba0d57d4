import type { MessageSecurity, ProtectedMessage } from './provider.js';

export type Side = 'initiator' | 'acceptor';

/** What one side sends under a context. A message that is refused leaves the state, and the octets given, as they were. */
export interface MessageChannel extends Omit<MessageSecurity, 'signatureLength'> {
  mic(bytes: Uint8Array): Uint8Array;
  checkMic(bytes: Uint8Array, mic: Uint8Array): void;
}

/** The per-message protection of one context, for either side and for a sniffer. */
export interface Session {
  /** What `side` sends. */
  from(side: Side): MessageChannel;
}

/** Octets that are no PDU, as a message that is covered whole. */
export const whole = (bytes: Uint8Array): ProtectedMessage => ({
  pdu: bytes,
  bodyStart: 0,
  bodyEnd: bytes.length,
  signHeader: true,
});
