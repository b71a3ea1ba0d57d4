import { type MessageChannel, type Side, whole } from '../channel.js';
import { hmacMd5, sameSecret } from '../crypto/hash.js';
import { Rc4, rc4 } from '../crypto/rc4.js';
import { SecurityError } from '../error.js';
import type { ProtectedMessage, RandomBytes } from '../provider.js';
import { changed, coveredParts, type Sequence, type SessionOptions } from './channel.js';
import { rc4Checksum } from './crypto/rc4-hmac.js';

/**
 * RFC 1964 1.2 around RFC 4757 7: the frame of [MS-KILE] 3.4.5.1, whose length does not count the data, then TOK_ID,
 * SGN_ALG, SEAL_ALG and filler.
 */
const HEAD = {
  mic: Buffer.from('602306092a864886f71201020201011100ffffffff', 'hex'),
  wrap: Buffer.from('602b06092a864886f712010202020111001000ffff', 'hex'),
} as const;
const FRAME = 13;
const SEQUENCE_AT = 21;
const CHECKSUM_AT = 29;
const CONFOUNDER_AT = 37;
const CONFOUNDER = 8;

/** RFC 4757 7.2 and 7.3: the message types of tokens. */
const TYPE = { mic: Buffer.of(15, 0, 0, 0), wrap: Buffer.of(13, 0, 0, 0) } as const;
const ZERO = Buffer.alloc(4);

export const RC4_SIGNATURE_LENGTH = { sign: CONFOUNDER_AT, seal: CONFOUNDER_AT + CONFOUNDER } as const;

type Kind = keyof typeof HEAD;

/** One direction of a context under RC4: RFC 4757 7.2 and 7.3, without the padding that DCE style leaves out. */
export class Rc4Channel implements MessageChannel {
  readonly #key: Uint8Array;
  readonly #sequenceKey: Buffer;
  readonly #cryptKey: Buffer;
  readonly #sequence: Sequence;
  /**
   * Zeros for the initiator. The RFC's text has it the other way round; the wrap token that [MS-KILE] 4.5 publishes
   * decides.
   */
  readonly #direction: number;
  readonly #random: RandomBytes;

  constructor(side: Side, sequence: Sequence, { key, random }: SessionOptions) {
    this.#key = key.value.keyvalue;
    this.#sequenceKey = hmacMd5(this.#key, ZERO);
    this.#cryptKey = hmacMd5(
      this.#key.map((octet) => octet ^ 0xf0),
      ZERO,
    );
    this.#sequence = sequence;
    this.#direction = side === 'initiator' ? 0 : 0xff;
    this.#random = random;
  }

  sign(message: ProtectedMessage): Uint8Array {
    const token = this.#token('mic', this.#checksum('mic', NOTHING, message));
    this.#sequence.advance(32);
    return token;
  }

  verify(message: ProtectedMessage, token: Uint8Array): void {
    const received = this.#checkHead('mic', token);
    this.#check('mic', NOTHING, message, token);
    this.#sequence.check(received);
    this.#sequence.take(received, 32);
  }

  mic(bytes: Uint8Array): Uint8Array {
    return this.sign(whole(bytes));
  }

  checkMic(bytes: Uint8Array, token: Uint8Array): void {
    this.verify(whole(bytes), token);
  }

  /** One key stream runs over the confounder and then over the body. */
  seal(message: ProtectedMessage): Uint8Array {
    const confounder = Buffer.from(this.#random(CONFOUNDER));
    const token = this.#token('wrap', this.#checksum('wrap', confounder, message));
    const stream = this.#stream(this.#sequence.next);
    stream.apply(confounder);
    stream.apply(message.pdu, message.bodyStart, message.bodyEnd);
    this.#sequence.advance(32);
    return Buffer.concat([token, confounder]);
  }

  unseal(message: ProtectedMessage, token: Uint8Array): void {
    const received = this.#checkHead('wrap', token);
    const { pdu, bodyStart, bodyEnd } = message;
    const confounder = Buffer.from(token.subarray(CONFOUNDER_AT));
    const sealed = Uint8Array.from(pdu.subarray(bodyStart, bodyEnd));
    const stream = this.#stream(received);
    stream.apply(confounder);
    stream.apply(pdu, bodyStart, bodyEnd);
    try {
      this.#check('wrap', confounder, message, token);
      this.#sequence.check(received);
    } catch (error) {
      pdu.set(sealed, bodyStart);
      throw error;
    }
    this.#sequence.take(received, 32);
  }

  #checksum(kind: Kind, confounder: Uint8Array, message: ProtectedMessage): Buffer {
    const { before, body, behind } = coveredParts(message);
    const sum = rc4Checksum(this.#key, TYPE[kind], HEAD[kind].subarray(FRAME), confounder, before, body, behind);
    return sum.subarray(0, 8);
  }

  #stream(sequence: number): Rc4 {
    return new Rc4(hmacMd5(this.#cryptKey, bigEndian(sequence)));
  }

  #token(kind: Kind, checksum: Buffer): Buffer {
    const number = Buffer.concat([bigEndian(this.#sequence.next), Buffer.alloc(4, this.#direction)]);
    return Buffer.concat([HEAD[kind], rc4(hmacMd5(this.#sequenceKey, checksum), number), checksum]);
  }

  /** The sequence number of a token, which can be read only by its checksum. */
  #checkHead(kind: Kind, token: Uint8Array): number {
    const length = kind === 'mic' ? RC4_SIGNATURE_LENGTH.sign : RC4_SIGNATURE_LENGTH.seal;
    if (token.length !== length)
      throw new SecurityError('BAD_SIGNATURE', `a Kerberos token of ${token.length} octets instead of ${length}`);
    if (!HEAD[kind].equals(token.subarray(0, SEQUENCE_AT))) throw changed('the head of the token is another');
    const checksum = token.subarray(CHECKSUM_AT, CONFOUNDER_AT);
    const number = rc4(hmacMd5(this.#sequenceKey, checksum), token.subarray(SEQUENCE_AT, CHECKSUM_AT));
    if (number.subarray(4).some((octet) => octet !== this.#direction)) throw changed('SND_SEQ cannot be read');
    return number.readUInt32BE(0);
  }

  #check(kind: Kind, confounder: Uint8Array, message: ProtectedMessage, token: Uint8Array): void {
    if (!sameSecret(this.#checksum(kind, confounder, message), token.subarray(CHECKSUM_AT, CONFOUNDER_AT)))
      throw changed('the checksum does not match');
  }
}

const NOTHING = Buffer.alloc(0);

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
