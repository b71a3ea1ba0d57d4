import { AesChannel, aesSignatureLength } from './aes-channel.js';
import { type KerberosChannel, Sequence, type SessionOptions, type Side } from './channel.js';
import { findAesType } from './crypto/index.js';
import { RC4_SIGNATURE_LENGTH, Rc4Channel } from './rc4-channel.js';

/** The per-message protection of one context, for either side and for a sniffer: RFC 4121, RFC 4757 for RC4. */
export class KerberosSession {
  readonly signatureLength: { readonly sign: number; readonly seal: number };
  readonly #channels: Readonly<Record<Side, KerberosChannel>>;

  constructor(options: SessionOptions) {
    const aes = findAesType(options.key.etype);
    this.signatureLength = aes === undefined ? RC4_SIGNATURE_LENGTH : aesSignatureLength(aes);
    const channel = (side: Side): KerberosChannel => {
      const sequence = new Sequence(options.sequence[side], options.gaps === true);
      return aes === undefined ? new Rc4Channel(side, sequence, options) : new AesChannel(side, sequence, options);
    };
    this.#channels = { initiator: channel('initiator'), acceptor: channel('acceptor') };
  }

  /** What `side` sends. */
  from(side: Side): KerberosChannel {
    return this.#channels[side];
  }
}
