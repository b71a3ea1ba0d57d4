import type { MessageChannel } from './channel.js';
import type { ProtectedMessage } from './provider.js';

/** The per-message half of a security context: all of it goes to the channel of the direction. */
export abstract class ProtectingContext implements MessageChannel {
  /** For what this side sends. Throws `SecurityError` `NOT_ESTABLISHED` before the end of the handshake. */
  protected abstract get outgoing(): MessageChannel;
  /** For what the peer sends; throws likewise. */
  protected abstract get incoming(): MessageChannel;

  sign(message: ProtectedMessage): Uint8Array {
    return this.outgoing.sign(message);
  }

  seal(message: ProtectedMessage): Uint8Array {
    return this.outgoing.seal(message);
  }

  verify(message: ProtectedMessage, authValue: Uint8Array): void {
    this.incoming.verify(message, authValue);
  }

  unseal(message: ProtectedMessage, authValue: Uint8Array): void {
    this.incoming.unseal(message, authValue);
  }

  mic(bytes: Uint8Array): Uint8Array {
    return this.outgoing.mic(bytes);
  }

  checkMic(bytes: Uint8Array, mic: Uint8Array): void {
    this.incoming.checkMic(bytes, mic);
  }
}
