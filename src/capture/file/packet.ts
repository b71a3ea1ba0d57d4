/**
 * One packet of a capture. The reader fills the same object again for each packet, so a handler that keeps anything
 * copies what it needs; only the memory behind `bytes` stays as it is.
 */
export class Packet {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the packet starts and ends in `bytes`. */
  start = 0;
  end = 0;
  /** LINKTYPE_* */
  linkType = 0;
  /** The unit of its time, as if_tsresol has it: 6 for microseconds, 9 for nanoseconds. */
  resolution = 6;
  /** The interface's place in its section, 0 in a pcap file. */
  interfaceId = 0;
  /** The packet's number in the file, from 1. */
  frame = 0;
  /** Octets from the start of the file to the packet's record. */
  offset = 0;
  originalLength = 0;
  /** Since 1970-01-01T00:00:00Z; both 0 where the capture holds no time (a Simple Packet Block). */
  seconds = 0;
  nanoseconds = 0;
}

/** Takes what a record reader finds. */
export interface PacketHandler {
  packet(packet: Packet): void;
  problem(severity: 'error' | 'warning', frame: number, offset: number, message: string): void;
}

/** What the two file formats have in common for the reader that feeds them. */
export interface RecordFormat {
  /** Octets from the last returned place that are needed before another record can be read. */
  readonly needed: number;
  /**
   * Reads every record that is complete in `bytes[from..]` and returns where it stopped.
   * `base` is the file offset of `bytes[0]`.
   */
  read(bytes: Buffer, from: number, base: number): number;
  /** The file has ended; `rest` is what `read` did not take. Gives why it is none where nothing of it could be read. */
  finish(rest: Buffer, base: number): string | undefined;
}

/** Larger packets than this are taken for a lying length, unless the file's snaplen announces them. */
export const USUAL_LARGEST_PACKET = 262_144;
/** No record is waited for beyond this, whatever the file says. */
export const LARGEST_RECORD = 16 * 1024 * 1024;
/** While a damaged file is searched for its next record, this much is looked at together. */
export const SEARCH_WINDOW = 65_536;
