import {
  BYTE_ORDER_MAGIC,
  enhanced_packet_block,
  interface_description_block,
  option_header,
  PCAPNG_BLOCK,
  PCAPNG_OPTION,
  packet_block,
  section_header_block,
  simple_packet_block,
} from '../../codec/pcap/pcapng.js';
import { LARGEST_RECORD, Packet, type PacketHandler, type RecordFormat, SEARCH_WINDOW } from './packet.js';
import { TimestampUnit } from './timestamp.js';
import { u32 } from './u32.js';

interface Interface {
  readonly linkType: number;
  readonly snaplen: number;
  readonly unit: TimestampUnit;
  readonly resolution: number;
}

/** Block type and total length before the body, the total length again after it. */
const HEAD = 8;
const FRAME = 12;
/**
 * Blocks that hold no packet, but that Wireshark numbers as frames (a systemd journal entry, custom blocks, sysdig
 * events), so that a frame's number means the same in both.
 */
const COUNTED: ReadonlySet<number> = new Set([0x9, 0xbad, 0x4000_0bad, 0x204, 0x216, 0x221]);
/** A block's own length is believed up to here: the largest packet, and room for its options. */
const LARGEST_BLOCK = LARGEST_RECORD + 65_536;
/** A block found while searching is believed only up to here, so that a search never waits for much. */
const LARGEST_FOUND = 524_288;
/** Interfaces of a section that are remembered: packets name them by numbers of any size, machines have dozens. */
const MAX_INTERFACES = 65_536;

/** draft-ietf-opsawg-pcapng: the blocks of a file, from its first Section Header Block on. */
export class PcapngBlocks implements RecordFormat {
  needed = FRAME;
  readonly #handler: PacketHandler;
  readonly #packet = new Packet();
  #big = false;
  #interfaces: Interface[] = [];
  #interfacesLost = false;
  #lostAt = -1;
  /** There was a whole block. */
  #begun = false;

  constructor(handler: PacketHandler) {
    this.#handler = handler;
  }

  read(bytes: Buffer, from: number, base: number): number {
    this.#packet.bytes = bytes;
    let at = from;
    for (;;) {
      if (this.#lostAt >= 0) {
        at = this.#search(bytes, at, base, false);
        if (this.#lostAt >= 0) return at;
      }
      if (bytes.length - at < FRAME) break;
      const length = this.#blockLength(bytes, at);
      if (length < 0) {
        this.#lostAt = base + at;
        continue;
      }
      if (bytes.length - at < length) {
        this.needed = length;
        return at;
      }
      if (this.#u32(bytes, at + length - 4) !== length) {
        this.#lostAt = base + at;
        continue;
      }
      this.#block(bytes, at, length, base);
      at += length;
    }
    this.needed = FRAME;
    return at;
  }

  finish(rest: Buffer, base: number): string | undefined {
    let at = this.read(rest, 0, base);
    while (this.#lostAt >= 0) {
      at = this.#search(rest, at, base, true);
      if (this.#lostAt >= 0) {
        const message = 'a block with an impossible length, and no block found after it';
        if (!this.#begun) return message;
        this.#problem('error', this.#lostAt, message, 1);
        return undefined;
      }
      at = this.read(rest, at, base);
    }
    const left = rest.length - at;
    if (left === 0) return undefined;
    const expected = left < FRAME ? FRAME : this.#blockLength(rest, at);
    if (!this.#begun) return `the file ends inside its first block, after ${left} of ${expected} octets`;
    this.#problem('warning', base + at, `the file ends inside a block: ${left} of ${expected} octets`, 1);
    return undefined;
  }

  #u32(bytes: Buffer, at: number): number {
    return u32(bytes, at, this.#big);
  }

  /** The total length, or -1 where it cannot be one. A section header sets the byte order that it is read in. */
  #blockLength(bytes: Buffer, at: number): number {
    if (this.#u32(bytes, at) === PCAPNG_BLOCK.SECTION_HEADER) {
      const magic = bytes.readUInt32LE(at + HEAD);
      if (magic === BYTE_ORDER_MAGIC) this.#big = false;
      else if (magic === 0x4d3c2b1a) this.#big = true;
      else return -1;
    }
    const length = this.#u32(bytes, at + 4);
    return length < FRAME || length > LARGEST_BLOCK || length % 4 !== 0 ? -1 : length;
  }

  #block(bytes: Buffer, at: number, length: number, base: number): void {
    this.#begun = true;
    const type = this.#u32(bytes, at);
    const body = at + HEAD;
    const end = at + length - 4;
    if (type === PCAPNG_BLOCK.ENHANCED_PACKET) this.#enhancedPacket(bytes, body, end, base + at);
    else if (type === PCAPNG_BLOCK.INTERFACE_DESCRIPTION) this.#interface(bytes, body, end, base + at);
    else if (type === PCAPNG_BLOCK.SECTION_HEADER) this.#section(bytes, body, end, base + at);
    else if (type === PCAPNG_BLOCK.SIMPLE_PACKET) this.#simplePacket(bytes, body, end, base + at);
    else if (type === PCAPNG_BLOCK.PACKET) this.#obsoletePacket(bytes, body, end, base + at);
    else if (COUNTED.has(type)) this.#packet.frame++;
  }

  #section(bytes: Buffer, body: number, end: number, offset: number): void {
    this.#interfaces = [];
    this.#interfacesLost = false;
    if (end - body < section_header_block.size) {
      this.#tooShort('Section Header Block', offset);
      return;
    }
    const { major_version } = section_header_block.decode(bytes, body, this.#big ? 'big' : 'little');
    if (major_version !== 1) {
      this.#problem('warning', offset, `pcapng version ${major_version} is not known; read as version 1`, 1);
    }
  }

  #interface(bytes: Buffer, body: number, end: number, offset: number): void {
    if (this.#interfaces.length >= MAX_INTERFACES) {
      this.#tooManyInterfaces(offset);
      return;
    }
    if (end - body < interface_description_block.size) {
      // A place is taken even by a broken one, so that the ids of the others stay right.
      this.#interfaces.push({ linkType: -1, snaplen: 0, unit: new TimestampUnit(), resolution: 6 });
      this.#tooShort('Interface Description Block', offset);
      return;
    }
    const { linktype, snaplen } = interface_description_block.decode(bytes, body, this.#big ? 'big' : 'little');
    let resolution = 6;
    let seconds = 0;
    this.#options(bytes, body + interface_description_block.size, end, (code, at, length) => {
      if (code === PCAPNG_OPTION.IF_TSRESOL && length >= 1) resolution = bytes[at] as number;
      if (code === PCAPNG_OPTION.IF_TSOFFSET && length >= 8)
        seconds = Number(this.#big ? bytes.readBigInt64BE(at) : bytes.readBigInt64LE(at));
    });
    this.#interfaces.push({ linkType: linktype, snaplen, unit: new TimestampUnit(resolution, seconds), resolution });
  }

  /** Said once of a section. */
  #tooManyInterfaces(offset: number): void {
    if (this.#interfacesLost) return;
    this.#interfacesLost = true;
    const message = `more than ${MAX_INTERFACES} interfaces; the packets of further ones are passed over`;
    this.#problem('error', offset, message);
  }

  #options(bytes: Buffer, from: number, end: number, take: (code: number, at: number, length: number) => void): void {
    for (let at = from; at + option_header.size <= end; ) {
      const { code, length } = option_header.decode(bytes, at, this.#big ? 'big' : 'little');
      if (code === PCAPNG_OPTION.END || at + 4 + length > end) return;
      take(code, at + 4, length);
      at += 4 + length + (-length & 3);
    }
  }

  /** Hand-written beside `enhanced_packet_block`, as nearly all blocks are such; a test holds the two together. */
  #enhancedPacket(bytes: Buffer, body: number, end: number, offset: number): void {
    if (end - body < enhanced_packet_block.size) {
      this.#tooShort('Enhanced Packet Block', offset);
      return;
    }
    const start = body + enhanced_packet_block.size;
    this.#timed(bytes, body + 4, this.#u32(bytes, body), start, end, offset);
  }

  #obsoletePacket(bytes: Buffer, body: number, end: number, offset: number): void {
    if (end - body < packet_block.size) {
      this.#tooShort('Packet Block', offset);
      return;
    }
    const id = this.#big ? bytes.readUInt16BE(body) : bytes.readUInt16LE(body);
    this.#timed(bytes, body + 4, id, body + packet_block.size, end, offset);
  }

  /** What the two packet blocks share: from `times` on the time, both lengths and the packet. */
  #timed(bytes: Buffer, times: number, id: number, start: number, end: number, offset: number): void {
    const packet = this.#packet;
    packet.frame++;
    packet.offset = offset;
    packet.originalLength = this.#u32(bytes, times + 12);
    const captured = this.#u32(bytes, times + 8);
    const port = this.#interfaces[id];
    if (port === undefined) {
      this.#problem('error', offset, `interface ${id} is not described`);
      return;
    }
    if (captured > end - start) {
      const message = `a packet of ${captured} octets in a block that has room for ${end - start}`;
      this.#problem('error', offset, message);
      return;
    }
    port.unit.set(this.#u32(bytes, times), this.#u32(bytes, times + 4));
    packet.seconds = port.unit.seconds;
    packet.nanoseconds = port.unit.nanoseconds;
    this.#deliver(port, id, start, start + captured);
  }

  #simplePacket(bytes: Buffer, body: number, end: number, offset: number): void {
    if (end - body < simple_packet_block.size) {
      this.#tooShort('Simple Packet Block', offset);
      return;
    }
    const packet = this.#packet;
    packet.frame++;
    packet.offset = offset;
    const port = this.#interfaces[0];
    if (port === undefined) {
      this.#problem('error', offset, 'interface 0 is not described');
      return;
    }
    const start = body + simple_packet_block.size;
    const original = this.#u32(bytes, body);
    packet.originalLength = original;
    packet.seconds = 0;
    packet.nanoseconds = 0;
    this.#deliver(port, 0, start, start + Math.min(original, port.snaplen || original, end - start));
  }

  #deliver(port: Interface, id: number, start: number, end: number): void {
    const packet = this.#packet;
    packet.start = start;
    packet.end = end;
    packet.linkType = port.linkType;
    packet.resolution = port.resolution;
    packet.interfaceId = id;
    this.#handler.packet(packet);
  }

  #tooShort(name: string, offset: number): void {
    this.#problem('error', offset, `a ${name} that is too short for its fields`);
  }

  /** `ahead` is 1 where the packet that the problem is about has not been counted yet. */
  #problem(severity: 'error' | 'warning', offset: number, message: string, ahead = 0): void {
    this.#handler.problem(severity, this.#packet.frame + ahead, offset, message);
  }

  /** After a lying length: the next aligned place where a block of a known type has the same length at both ends. */
  #search(bytes: Buffer, from: number, base: number, last: boolean): number {
    let at = from + (-(base + from) & 3);
    for (; at + FRAME <= bytes.length; at += 4) {
      if (base + at === this.#lostAt) continue;
      const type = this.#u32(bytes, at);
      const section = type === PCAPNG_BLOCK.SECTION_HEADER;
      if (!section && (type === 0 || type > PCAPNG_BLOCK.ENHANCED_PACKET)) continue;
      const length = this.#blockLength(bytes, at);
      if (length < 0 || length > LARGEST_FOUND) continue;
      if (at + length > bytes.length) {
        if (last) continue;
        this.needed = Math.max(at + length, bytes.length + SEARCH_WINDOW) - at;
        return at;
      }
      if (this.#u32(bytes, at + length - 4) !== length) continue;
      const skipped = base + at - this.#lostAt;
      this.#problem('error', this.#lostAt, `a block with an impossible length; ${skipped} octets skipped`, 1);
      this.#lostAt = -1;
      return at;
    }
    this.needed = SEARCH_WINDOW;
    return Math.min(at, bytes.length);
  }
}
