import { crc32 } from 'node:zlib';
import { asBuffer } from '../../codec/bytes.js';
import { hasFlag } from '../../codec/ntlm/flags.js';
import { type MessageChannel, type Session, type Side, whole } from '../channel.js';
import { hmacMd5, sameSecret } from '../crypto/hash.js';
import { Rc4 } from '../crypto/rc4.js';
import { SecurityError } from '../error.js';
import type { ProtectedMessage } from '../provider.js';
import { sealKey, signKey } from './keys.js';

/** [MS-NLMP] 2.2.2.9: every signature has this many octets. */
export const SIGNATURE_LENGTH = 16;

/** A key stream and the number of the next message under it. */
interface Stream {
  readonly rc4: Rc4;
  /**
   * The same key stream again, for mechListMICs: [MS-SPNG] 3.2.5.1 and 3.3.5.1 have the first message start where they
   * started. Where one stream serves both directions, the second MIC follows the first, as in Samba.
   */
  readonly micRc4: Rc4;
  sequence: number;
}

/** The session security of one context, for either side and for a sniffer ([MS-NLMP] 3.4). */
export class NtlmSession implements Session {
  readonly #channels: Readonly<Record<Side, NtlmChannel>>;

  constructor(flags: number, exportedSessionKey: Uint8Array) {
    const stream = (side: Side): Stream => {
      const key = sealKey(flags, exportedSessionKey, side);
      return { rc4: new Rc4(key), micRc4: new Rc4(key), sequence: 0 };
    };
    const initiator = stream('initiator');
    // Without extended session security both directions run on one key and one count ([MS-NLMP] 3.4).
    const acceptor = hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY') ? stream('acceptor') : initiator;
    this.#channels = {
      initiator: new NtlmChannel(flags, signKey(flags, exportedSessionKey, 'initiator'), initiator),
      acceptor: new NtlmChannel(flags, signKey(flags, exportedSessionKey, 'acceptor'), acceptor),
    };
  }

  from(side: Side): NtlmChannel {
    return this.#channels[side];
  }
}

/** One direction of a context. */
export class NtlmChannel implements MessageChannel {
  readonly #flags: number;
  readonly #signingKey: Uint8Array | undefined;
  readonly #stream: Stream;
  readonly #exchanged: boolean;
  readonly #count = Buffer.alloc(4);

  constructor(flags: number, signingKey: Uint8Array | undefined, stream: Stream) {
    this.#flags = flags;
    this.#signingKey = signingKey;
    this.#stream = stream;
    this.#exchanged = hasFlag(flags, 'NTLMSSP_NEGOTIATE_KEY_EXCH');
  }

  /** [MS-NLMP] 3.4.8, GSS_GetMICEx. */
  sign(message: ProtectedMessage): Uint8Array {
    return this.#sign(message, this.#stream.rc4);
  }

  /** [MS-NLMP] 3.4.6, GSS_WrapEx: the checksum is over the plain text, and uses the key stream behind the body. */
  seal(message: ProtectedMessage): Uint8Array {
    this.#require('seal');
    const checksum = this.#checksum(message);
    this.#stream.rc4.apply(message.pdu, message.bodyStart, message.bodyEnd);
    return this.#finish(checksum, this.#stream.rc4);
  }

  /** [MS-NLMP] 3.4.9, GSS_VerifyMICEx. */
  verify(message: ProtectedMessage, signature: Uint8Array): void {
    this.#verify(message, signature, this.#stream.rc4);
  }

  /** [MS-NLMP] 3.4.7, GSS_UnwrapEx. */
  unseal(message: ProtectedMessage, signature: Uint8Array): void {
    this.#require('seal');
    const { rc4 } = this.#stream;
    rc4.save();
    rc4.apply(message.pdu, message.bodyStart, message.bodyEnd);
    try {
      this.#check(message, signature, rc4);
    } catch (error) {
      rc4.restore();
      rc4.apply(message.pdu, message.bodyStart, message.bodyEnd);
      rc4.restore();
      throw error;
    }
  }

  /** A mechListMIC: it takes a sequence number, but nothing of the messages' key stream. */
  mic(bytes: Uint8Array): Uint8Array {
    return this.#sign(whole(bytes), this.#stream.micRc4);
  }

  /** As `mic`, for what the peer made. */
  checkMic(bytes: Uint8Array, signature: Uint8Array): void {
    this.#verify(whole(bytes), signature, this.#stream.micRc4);
  }

  #sign(message: ProtectedMessage, rc4: Rc4): Uint8Array {
    this.#require('sign');
    return this.#finish(this.#checksum(message), rc4);
  }

  #verify(message: ProtectedMessage, signature: Uint8Array, rc4: Rc4): void {
    this.#require('sign');
    rc4.save();
    try {
      this.#check(message, signature, rc4);
    } catch (error) {
      rc4.restore();
      throw error;
    }
  }

  #require(what: 'sign' | 'seal'): void {
    const seals = hasFlag(this.#flags, 'NTLMSSP_NEGOTIATE_SEAL');
    // Confidentiality implies integrity ([MS-NLMP] 3.4.3).
    if (seals || (what === 'sign' && hasFlag(this.#flags, 'NTLMSSP_NEGOTIATE_SIGN'))) return;
    const flag = what === 'sign' ? 'NTLMSSP_NEGOTIATE_SIGN' : 'NTLMSSP_NEGOTIATE_SEAL';
    throw new SecurityError('UNSUPPORTED', `NTLM cannot ${what} in this context: ${flag} was not negotiated`);
  }

  /**
   * [MS-NLMP] 3.4.4: HMAC over everything, headers too, with extended session security (3.4.6.1), whether or not header
   * signing was agreed; without it, CRC32 over what the caller asks to have signed.
   */
  #checksum({ pdu, bodyStart, bodyEnd, signHeader }: ProtectedMessage): Buffer {
    if (this.#signingKey !== undefined) {
      this.#count.writeUInt32LE(this.#stream.sequence);
      return hmacMd5(this.#signingKey, this.#count, pdu).subarray(0, 8);
    }
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(signHeader ? pdu : pdu.subarray(bodyStart, bodyEnd)));
    return sum;
  }

  /** [MS-NLMP] 2.2.2.9: the signature of the next message, which is then counted. */
  #finish(checksum: Buffer, rc4: Rc4): Uint8Array {
    const signature = Buffer.alloc(SIGNATURE_LENGTH);
    signature.writeUInt32LE(1, 0);
    if (this.#signingKey !== undefined) {
      if (this.#exchanged) rc4.apply(checksum);
      signature.set(checksum, 4);
      signature.writeUInt32LE(this.#stream.sequence, 12);
    } else {
      signature.set(checksum, 8);
      signature.writeUInt32LE(this.#stream.sequence, 12);
      rc4.apply(signature, 4);
    }
    this.#advance();
    return signature;
  }

  #advance(): void {
    this.#stream.sequence = (this.#stream.sequence + 1) >>> 0;
  }

  #check(message: ProtectedMessage, signature: Uint8Array, rc4: Rc4): void {
    if (signature.length !== SIGNATURE_LENGTH)
      throw new SecurityError('BAD_SIGNATURE', `an NTLM signature has 16 octets, not ${signature.length}`);
    const version = asBuffer(signature).readUInt32LE(0);
    if (version !== 1) throw new SecurityError('BAD_SIGNATURE', `the NTLM signature's Version is ${version}, not 1`);
    if (this.#signingKey !== undefined) this.#checkExtended(message, signature, rc4);
    else this.#checkPlain(message, signature, rc4);
    this.#advance();
  }

  /** [MS-NLMP] 3.4.4.2. The number stands in the clear, and is looked at first: it tells a replay from a change. */
  #checkExtended(message: ProtectedMessage, signature: Uint8Array, rc4: Rc4): void {
    this.#checkSequence(asBuffer(signature).readUInt32LE(12));
    const expected = this.#checksum(message);
    if (this.#exchanged) rc4.apply(expected);
    if (!sameSecret(expected, signature.subarray(4, 12)))
      throw new SecurityError('BAD_SIGNATURE', 'the NTLM signature does not match the PDU: one of them was changed');
  }

  /** [MS-NLMP] 3.4.4.1. RandomPad may be anything; everything else is under the key stream. */
  #checkPlain(message: ProtectedMessage, signature: Uint8Array, rc4: Rc4): void {
    const plain = Buffer.from(signature.subarray(4));
    rc4.apply(plain);
    if (!sameSecret(this.#checksum(message), plain.subarray(4, 8))) {
      const detail = 'the NTLM checksum does not match the PDU: one of them was changed, replayed or lost';
      throw new SecurityError('BAD_SIGNATURE', detail);
    }
    this.#checkSequence(plain.readUInt32LE(8));
  }

  /** [MS-NLMP] 3.4.4: the receiver expects each number once, in order. */
  #checkSequence(received: number): void {
    const { sequence } = this.#stream;
    if (received === sequence) return;
    const why = received < sequence ? 'replayed' : 'lost or out of order';
    throw new SecurityError('BAD_SEQUENCE', `NTLM sequence number ${received} instead of ${sequence}: ${why}`);
  }
}
