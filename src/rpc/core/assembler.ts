import { asBuffer } from '../../codec/bytes.js';
import { commonHeader, endianOf } from '../../codec/rpce/index.js';

const HEADER = commonHeader.size;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts a connection's octets into PDUs by their frag_length. Takes them in pieces of any size and copies only what
 * lies across a border; holds at most one PDU.
 */
export class PduAssembler {
  #partial: Buffer = NOTHING;
  #filled = 0;
  #input: Buffer = NOTHING;

  /** Adds octets; take the PDUs that they complete with `next`, until it gives undefined. */
  push(bytes: Uint8Array): void {
    this.#input = this.#input.length === 0 ? asBuffer(bytes) : Buffer.concat([this.#input, bytes]);
  }

  /** Octets that wait for the rest of their PDU. */
  get pending(): number {
    return this.#filled + this.#input.length;
  }

  /**
   * The header that comes next, once its 16 octets are there: so that a PDU that will be refused need not be waited
   * for. Gives undefined before that.
   */
  peekHeader(): Buffer | undefined {
    if (this.#filled === 0 && this.#input.length >= HEADER) return this.#input.subarray(0, HEADER);
    if (this.#filled < HEADER) this.#fill(HEADER);
    return this.#filled >= HEADER ? this.#partial.subarray(0, HEADER) : undefined;
  }

  /**
   * The octets received of the next PDU, and perhaps more, so that nobody waits for the rest of octets that are no PDU.
   */
  peekStart(): Buffer {
    this.peekHeader();
    return this.#filled === 0 ? this.#input : this.#partial.subarray(0, this.#filled);
  }

  /** The next whole PDU. A frag_length below the header's size gives only the header; the decoder refuses it. */
  next(): Buffer | undefined {
    const header = this.peekHeader();
    if (header === undefined) return undefined;
    const length = Math.max(HEADER, endianOf(header, 4) === 'little' ? header.readUInt16LE(8) : header.readUInt16BE(8));
    if (this.#filled === 0 && this.#input.length >= length) {
      const pdu = this.#input.subarray(0, length);
      this.#input = this.#input.subarray(length);
      return pdu;
    }
    this.#fill(length);
    if (this.#filled < length) return undefined;
    const pdu = this.#partial;
    this.#partial = NOTHING;
    this.#filled = 0;
    return pdu;
  }

  #fill(length: number): void {
    if (this.#partial.length < length) {
      const grown = Buffer.alloc(length);
      this.#partial.copy(grown, 0, 0, this.#filled);
      this.#partial = grown;
    }
    const taken = Math.min(length - this.#filled, this.#input.length);
    this.#input.copy(this.#partial, this.#filled, 0, taken);
    this.#filled += taken;
    this.#input = this.#input.length === taken ? NOTHING : this.#input.subarray(taken);
  }
}
