import { PCAP_MAGIC, pcap_file_header, pcap_record_header } from '../../codec/pcap/pcap.js';
import {
  LARGEST_RECORD,
  Packet,
  type PacketHandler,
  type RecordFormat,
  SEARCH_WINDOW,
  USUAL_LARGEST_PACKET,
} from './packet.js';
import { u32 } from './u32.js';

const RECORD = pcap_record_header.size;
/** A record header found while searching is believed only near the time of the record before the damage. */
const SEARCH_SECONDS = 86_400;

/** draft-ietf-opsawg-pcap: the records of a pcap file, from its header on. */
export class PcapRecords implements RecordFormat {
  needed = RECORD;
  readonly #handler: PacketHandler;
  readonly #packet = new Packet();
  readonly #big: boolean;
  readonly #perUnit: number;
  readonly #units: number;
  readonly #largest: number;
  /** Where a damaged record header was found and the search for the next one began; -1 while all is well. */
  #lostAt = -1;
  #seconds = 0;
  #oddTimes = false;

  static readonly headerSize = pcap_file_header.size;

  constructor(header: Buffer, handler: PacketHandler) {
    const form = PCAP_MAGIC[header.readUInt32LE(0)] ?? { endian: 'little', nanoseconds: false };
    const { linktype, snaplen } = pcap_file_header.decode(header, 0, form.endian);
    this.#handler = handler;
    this.#big = form.endian === 'big';
    this.#perUnit = form.nanoseconds ? 1 : 1000;
    this.#units = form.nanoseconds ? 1e9 : 1e6;
    this.#largest = Math.min(Math.max(snaplen, USUAL_LARGEST_PACKET), LARGEST_RECORD);
    this.#packet.linkType = linktype & 0xffff;
    this.#packet.resolution = form.nanoseconds ? 9 : 6;
  }

  read(bytes: Buffer, from: number, base: number): number {
    const packet = this.#packet;
    packet.bytes = bytes;
    let at = from;
    for (;;) {
      if (this.#lostAt >= 0) {
        at = this.#search(bytes, at, base, false);
        if (this.#lostAt >= 0) return at;
      }
      if (bytes.length - at < RECORD) break;
      const length = this.#u32(bytes, at + 8);
      if (length > this.#largest) {
        this.#lostAt = base + at;
        continue;
      }
      if (bytes.length - at - RECORD < length) {
        this.needed = RECORD + length;
        return at;
      }
      this.#emit(bytes, at, base, length);
      at += RECORD + length;
    }
    this.needed = RECORD;
    return at;
  }

  finish(rest: Buffer, base: number): undefined {
    let at = this.read(rest, 0, base);
    while (this.#lostAt >= 0) {
      at = this.#search(rest, at, base, true);
      if (this.#lostAt >= 0) {
        const message = 'a record header with an impossible length, and no record found after it';
        this.#handler.problem('error', this.#packet.frame + 1, this.#lostAt, message);
        return undefined;
      }
      at = this.read(rest, at, base);
    }
    const left = rest.length - at;
    if (left === 0) return undefined;
    const expected = left < RECORD ? RECORD : RECORD + this.#u32(rest, at + 8);
    const message = `the file ends inside a record: ${left} of ${expected} octets`;
    this.#handler.problem('warning', this.#packet.frame + 1, base + at, message);
    return undefined;
  }

  /** Hand-written beside `pcap_record_header`, four times as fast; a test holds the two together. */
  #emit(bytes: Buffer, at: number, base: number, length: number): void {
    const packet = this.#packet;
    packet.start = at + RECORD;
    packet.end = at + RECORD + length;
    packet.offset = base + at;
    packet.frame++;
    packet.originalLength = this.#u32(bytes, at + 12);
    packet.seconds = this.#u32(bytes, at);
    const fraction = this.#u32(bytes, at + 4);
    packet.nanoseconds = fraction * this.#perUnit;
    this.#seconds = packet.seconds;
    if (fraction >= this.#units) this.#pastItsSecond(fraction, base + at);
    this.#handler.packet(packet);
  }

  /** The time is the sum; it is said once of a file. */
  #pastItsSecond(fraction: number, offset: number): void {
    const packet = this.#packet;
    packet.seconds += Math.floor(packet.nanoseconds / 1e9);
    packet.nanoseconds %= 1e9;
    if (this.#oddTimes) return;
    this.#oddTimes = true;
    const message = `a time of ${fraction} ${this.#perUnit === 1 ? 'nano' : 'micro'}seconds past a second; it may be wrong`;
    this.#handler.problem('warning', packet.frame, offset, message);
  }

  #u32(bytes: Buffer, at: number): number {
    return u32(bytes, at, this.#big);
  }

  #plausible(bytes: Buffer, at: number): boolean {
    const captured = this.#u32(bytes, at + 8);
    const original = this.#u32(bytes, at + 12);
    return (
      captured > 0 &&
      captured <= USUAL_LARGEST_PACKET &&
      captured <= original &&
      original <= LARGEST_RECORD &&
      this.#u32(bytes, at + 4) < this.#units &&
      (this.#packet.frame === 0 || Math.abs(this.#u32(bytes, at) - this.#seconds) <= SEARCH_SECONDS)
    );
  }

  /** A record after the damage is one whose header is plausible and whose end is another such header, or the file's. */
  #search(bytes: Buffer, from: number, base: number, last: boolean): number {
    for (let at = from; at + RECORD <= bytes.length; at++) {
      if (base + at === this.#lostAt || !this.#plausible(bytes, at)) continue;
      const next = at + RECORD + this.#u32(bytes, at + 8);
      if (next + RECORD > bytes.length) {
        if (!last) {
          this.needed = Math.max(next + RECORD, bytes.length + SEARCH_WINDOW) - at;
          return at;
        }
        if (next !== bytes.length) continue;
      } else if (!this.#plausible(bytes, next)) continue;
      const message = `a record header with an impossible length; ${base + at - this.#lostAt} octets skipped`;
      this.#handler.problem('error', this.#packet.frame + 1, this.#lostAt, message);
      this.#lostAt = -1;
      return at;
    }
    this.needed = SEARCH_WINDOW;
    return Math.max(from, bytes.length - RECORD + 1);
  }
}
