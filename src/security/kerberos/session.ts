import type { MessageChannel, Session, Side } from '../channel.js';
import { AesChannel, aesSignatureLength } from './aes-channel.js';
import { Sequence, type SessionOptions } from './channel.js';
import { findAesType } from './crypto/index.js';
import { RC4_SIGNATURE_LENGTH, Rc4Channel } from './rc4-channel.js';

/** The per-message protection of one context, for either side and for a sniffer: RFC 4121, RFC 4757 for RC4. */
export class KerberosSession implements Session {
  readonly signatureLength: { readonly sign: number; readonly seal: number };
  readonly #channels: Readonly<Record<Side, MessageChannel>>;

  constructor(options: SessionOptions) {
    const aes = findAesType(options.key.etype);
    this.signatureLength = aes === undefined ? RC4_SIGNATURE_LENGTH : aesSignatureLength(aes);
    const channel = (side: Side): MessageChannel => {
      const sequence = new Sequence(options.sequence[side], options.gaps === true);
      return aes === undefined ? new Rc4Channel(side, sequence, options) : new AesChannel(side, sequence, options);
    };
    this.#channels = { initiator: channel('initiator'), acceptor: channel('acceptor') };
  }

  from(side: Side): MessageChannel {
    return this.#channels[side];
  }
}
