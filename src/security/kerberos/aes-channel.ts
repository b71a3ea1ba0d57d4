import { asBuffer } from '../../codec/bytes.js';
import { KEY_USAGE } from '../../codec/kerberos/numbers.js';
import { type MessageChannel, type Side, whole } from '../channel.js';
import { sameSecret } from '../crypto/hash.js';
import { SecurityError } from '../error.js';
import type { ProtectedMessage, RandomBytes } from '../provider.js';
import { changed, coveredParts, type Sequence, type SessionOptions } from './channel.js';
import type { AesEncryptionType, AesUsageKey } from './crypto/index.js';

const HEADER = 16;
const CONFOUNDER = 16;
/** [MS-KILE] 3.4.5.4.1: what a sender fills a message with; a receiver takes any. */
const EXTRA_COUNT = 16;
const FILLER = Buffer.alloc(EXTRA_COUNT, 0xff);

const TOK_ID = { MIC: 0x0404, WRAP: 0x0504 } as const;
const FLAG = { SENT_BY_ACCEPTOR: 1, SEALED: 2, ACCEPTOR_SUBKEY: 4 } as const;

/** 28 and 76 octets for the types of RFC 3962. */
export const aesSignatureLength = ({ checksumLength }: AesEncryptionType) => ({
  sign: HEADER + checksumLength,
  seal: HEADER + EXTRA_COUNT + HEADER + checksumLength + CONFOUNDER,
});

/** One direction of a context under AES: RFC 4121 4.2, with the rotation of [MS-KILE] 3.4.5.4.1. */
export class AesChannel implements MessageChannel {
  readonly #sealKey: AesUsageKey;
  readonly #signKey: AesUsageKey;
  readonly #sequence: Sequence;
  readonly #flags: number;
  readonly #random: RandomBytes;
  readonly #mac: number;

  constructor(side: Side, sequence: Sequence, { key, acceptorSubkey, random }: SessionOptions) {
    const acceptor = side === 'acceptor';
    const usage = acceptor ? KEY_USAGE.ACCEPTOR_SEAL : KEY_USAGE.INITIATOR_SEAL;
    this.#sealKey = key.forUsage(usage) as AesUsageKey;
    this.#signKey = key.forUsage(usage + 1) as AesUsageKey;
    this.#sequence = sequence;
    this.#flags = (acceptor ? FLAG.SENT_BY_ACCEPTOR : 0) | (acceptorSubkey ? FLAG.ACCEPTOR_SUBKEY : 0);
    this.#random = random;
    this.#mac = key.type.checksumLength;
  }

  /** RFC 4121 4.2.6.1. */
  sign(message: ProtectedMessage): Uint8Array {
    const { before, body, behind } = coveredParts(message);
    const header = this.#header(TOK_ID.MIC, this.#flags, 0xffff);
    header.writeUInt16BE(0xffff, 6);
    const token = Buffer.concat([header, this.#signKey.checksum(before, body, behind, header)]);
    this.#sequence.advance(64);
    return token;
  }

  verify(message: ProtectedMessage, token: Uint8Array): void {
    const received = this.#checkHeader(token, TOK_ID.MIC, this.#flags, HEADER + this.#mac);
    if (!asBuffer(token).subarray(4, 8).equals(FILLER.subarray(0, 4))) throw changed('a MIC whose filler is not FF');
    const { before, body, behind } = coveredParts(message);
    const expected = this.#signKey.checksum(before, body, behind, token.subarray(0, HEADER));
    if (!sameSecret(expected, token.subarray(HEADER))) throw changed('the MIC does not match');
    this.#sequence.take(received, 64);
  }

  mic(bytes: Uint8Array): Uint8Array {
    return this.sign(whole(bytes));
  }

  checkMic(bytes: Uint8Array, token: Uint8Array): void {
    this.verify(whole(bytes), token);
  }

  /**
   * Confounder, body, filler and header are encrypted; rotated to the right by EC + RRC, the body stands where it stood,
   * and what was behind it comes first in the token.
   */
  seal(message: ProtectedMessage): Uint8Array {
    const { before, body, behind } = coveredParts(message);
    const header = this.#header(TOK_ID.WRAP, this.#flags | FLAG.SEALED, EXTRA_COUNT);
    const confounder = this.#random(CONFOUNDER);
    const sent = this.#sealKey.encipher(confounder, body, FILLER, header);
    const { head, middle, tail } = split(sent, body.length);
    const plain = [confounder, before, body, behind, FILLER, header];
    const mac = this.#sealKey.integrity(plain, [head, before, middle, behind, tail]);
    body.set(middle);
    header.writeUInt16BE(HEADER + this.#mac, 6);
    this.#sequence.advance(64);
    return Buffer.concat([header, tail, mac, head]);
  }

  /** EC and RRC are the sender's: impacket fills with nothing, which [MS-KILE] forbids and Windows takes. */
  unseal(message: ProtectedMessage, token: Uint8Array): void {
    const least = HEADER + CONFOUNDER + HEADER + this.#mac;
    const received = this.#checkHeader(token, TOK_ID.WRAP, this.#flags | FLAG.SEALED, least, least + 0xffff);
    const { before, body, behind } = coveredParts(message);
    const outer = asBuffer(token).subarray(0, HEADER);
    const extra = outer.readUInt16BE(4);
    const rotated = Buffer.concat([token.subarray(HEADER), body]);
    const left = extra + outer.readUInt16BE(6);
    if (token.length !== least + extra || left > rotated.length)
      throw changed(`EC ${extra} and RRC ${left - extra} do not fit a token of ${token.length} octets`);
    const straight = Buffer.concat([rotated.subarray(left), rotated.subarray(0, left)]);
    const sent = straight.subarray(0, straight.length - this.#mac);
    const plain = this.#sealKey.decipher(sent);
    const parts = split(plain, body.length);
    const inPlace = split(sent, body.length);
    const mac = this.#sealKey.integrity(
      [parts.head, before, parts.middle, behind, parts.tail],
      [inPlace.head, before, inPlace.middle, behind, inPlace.tail],
    );
    if (!sameSecret(mac, straight.subarray(sent.length)))
      throw changed('the checksum of the sealed body does not match');
    const inner = Buffer.from(outer);
    inner.writeUInt16BE(0, 6);
    if (!inner.equals(parts.tail.subarray(extra))) throw changed('the header inside is not the one outside');
    body.set(parts.middle);
    this.#sequence.take(received, 64);
  }

  /** RFC 4121 4.2.6: flags and a filler octet behind TOK_ID, then EC, RRC and SND_SEQ. */
  #header(tokId: number, flags: number, extra: number): Buffer {
    const header = Buffer.alloc(HEADER);
    header.writeUInt16BE(tokId, 0);
    header.writeUInt8(flags, 2);
    header.writeUInt8(0xff, 3);
    header.writeUInt16BE(extra, 4);
    header.writeBigUInt64BE(BigInt(this.#sequence.next), 8);
    return header;
  }

  /** The sequence number of a token; it stands in the clear, and is looked at first: it tells a replay from a change. */
  #checkHeader(token: Uint8Array, tokId: number, flags: number, least: number, most = least): number {
    if (token.length < least || token.length > most)
      throw new SecurityError('BAD_SIGNATURE', `a Kerberos token of ${token.length} octets instead of ${least}`);
    const header = asBuffer(token);
    if (header.readUInt16BE(0) !== tokId || header.readUInt8(3) !== 0xff) throw changed('TOK_ID or filler is another');
    if (header.readUInt8(2) !== flags) throw changed(`the flags are ${header.readUInt8(2)} instead of ${flags}`);
    const received = Number(header.readBigUInt64BE(8));
    this.#sequence.check(received);
    return received;
  }
}

/** What stands in front of a body of `length` octets, the body, and what stands behind it. */
function split(bytes: Buffer, length: number) {
  const end = CONFOUNDER + length;
  return { head: bytes.subarray(0, CONFOUNDER), middle: bytes.subarray(CONFOUNDER, end), tail: bytes.subarray(end) };
}
