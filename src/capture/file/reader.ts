import { asBuffer } from '../../codec/bytes.js';
import { PCAP_MAGIC } from '../../codec/pcap/pcap.js';
import { PCAPNG_BLOCK } from '../../codec/pcap/pcapng.js';
import { CaptureError, type Problem } from './error.js';
import { foreignFormat } from './foreign.js';
import type { Packet, RecordFormat } from './packet.js';
import { PcapRecords } from './pcap.js';
import { PcapngBlocks } from './pcapng.js';

export interface CaptureReaderOptions {
  /** Named in problems and errors. */
  readonly file?: string;
  /** Called for each packet; the object is filled again for the next one. */
  readonly onPacket: (packet: Packet) => void;
  readonly onProblem?: (problem: Problem) => void;
}

/**
 * Reads a pcap or pcapng file that is handed to it in pieces of any size. Does no I/O. Packets are views into the
 * pieces; only a record that lies across a border between two of them is copied.
 */
export class CaptureReader {
  /** Packets so far. */
  frames = 0;
  readonly file: string;
  readonly #onPacket: (packet: Packet) => void;
  readonly #onProblem: (problem: Problem) => void;
  #format: RecordFormat | undefined;
  /** Octets of a record that is not complete yet, and where in the file they start. */
  #carry: Buffer = Buffer.alloc(0);
  #carried = 0;
  #base = 0;
  /** It was no capture, and that was said. */
  #refused = false;

  constructor({ file = 'capture', onPacket, onProblem = () => {} }: CaptureReaderOptions) {
    this.file = file;
    this.#onPacket = onPacket;
    this.#onProblem = onProblem;
  }

  /** Throws `CaptureError` where the first octets are those of no capture. */
  push(chunk: Uint8Array): void {
    const bytes = asBuffer(chunk);
    let at = this.#carried > 0 || this.#format === undefined ? this.#complete(bytes) : 0;
    const format = this.#format;
    if (format === undefined || this.#carried > 0) return;
    at = format.read(bytes, at, this.#base);
    this.#base += at;
    if (at < bytes.length) this.#keep(bytes, at, format.needed);
    else this.#carried = 0;
  }

  /** Reports what is left over. Throws `CaptureError` where there never was a whole file header, or first block. */
  end(): void {
    if (this.#refused) return;
    const rest = this.#carry.subarray(0, this.#carried);
    this.#carried = 0;
    if (this.#format !== undefined) {
      const nothing = this.#format.finish(rest, this.#base);
      if (nothing !== undefined) throw new CaptureError('NOT_A_CAPTURE', this.file, nothing);
      return;
    }
    if (rest.length === 0) throw new CaptureError('EMPTY', this.file, 'the file is empty');
    throw new CaptureError('NOT_A_CAPTURE', this.file, `the file ends inside its header, after ${rest.length} octets`);
  }

  /** Completes the record that the last piece broke off in; returns how much of `bytes` that took. */
  #complete(bytes: Buffer): number {
    let taken = 0;
    for (;;) {
      const needed = this.#format?.needed ?? this.#headerNeeded();
      const missing = needed - this.#carried;
      if (missing > 0) {
        const part = Math.min(missing, bytes.length - taken);
        this.#append(bytes, taken, part, needed);
        taken += part;
        if (part < missing) return taken;
      }
      if (this.#format === undefined) this.#open();
      else this.#readCarry(this.#format);
      if (this.#carried === 0 && this.#format !== undefined) {
        // From here on `#base` is the offset of the piece's first octet, as `read` wants it.
        this.#base -= taken;
        return taken;
      }
    }
  }

  #readCarry(format: RecordFormat): void {
    const used = format.read(this.#carry.subarray(0, this.#carried), 0, this.#base);
    this.#base += used;
    if (used === 0) return;
    this.#carry = this.#carry.subarray(used);
    this.#carried -= used;
  }

  #append(bytes: Buffer, from: number, length: number, capacity: number): void {
    if (this.#carry.length < capacity) {
      const grown = Buffer.allocUnsafeSlow(Math.max(capacity, 64));
      this.#carry.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    bytes.copy(this.#carry, this.#carried, from, from + length);
    this.#carried += length;
  }

  /** A new buffer each time: views into the last one may still be in use. */
  #keep(bytes: Buffer, at: number, needed: number): void {
    this.#carried = 0;
    this.#carry = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length - at));
    this.#append(bytes, at, bytes.length - at, this.#carry.length);
  }

  #headerNeeded(): number {
    if (this.#carried < 4) return 4;
    return PCAP_MAGIC[this.#carry.readUInt32LE(0)] === undefined ? 4 : PcapRecords.headerSize;
  }

  /** Decides by the first octets which format it is. */
  #open(): void {
    const magic = this.#carry.readUInt32LE(0);
    const handler = {
      packet: (packet: Packet) => {
        this.frames = packet.frame;
        this.#onPacket(packet);
      },
      problem: (severity: Problem['severity'], frame: number, offset: number, message: string) =>
        this.#onProblem({ kind: 'problem', severity, file: this.file, frame, offset, message }),
    };
    if (magic === PCAPNG_BLOCK.SECTION_HEADER) this.#format = new PcapngBlocks(handler);
    else if (PCAP_MAGIC[magic] === undefined) {
      this.#refused = true;
      const start = this.#carry.subarray(0, 4);
      const what =
        foreignFormat(start, this.file) ?? `neither pcap nor pcapng: it starts with ${start.toString('hex')}`;
      throw new CaptureError('NOT_A_CAPTURE', this.file, what);
    } else if (this.#carried >= PcapRecords.headerSize) {
      this.#format = new PcapRecords(this.#carry.subarray(0, PcapRecords.headerSize), handler);
      this.#carry = this.#carry.subarray(PcapRecords.headerSize);
      this.#carried -= PcapRecords.headerSize;
      this.#base = PcapRecords.headerSize;
    }
  }
}
