import { PROTOCOL_ID, SESSION_PACKET, session_packet_header } from '../../../codec/smb/index.js';

/** One message with its header of NetBIOS, or as much of one as there is. */
export interface SmbUnit {
  readonly bytes: Buffer;
  /** Offset in the direction of its first octet. */
  readonly start: number;
  /** Octets of it that are not there. */
  readonly missing: number;
}

const HEADER = session_packet_header.size;
const NAME = Buffer.from('SMB', 'latin1');
/** No message is longer: [MS-SMB2] 2.1 has 24 bits, peers agree on 8 MiB at most. */
const LONGEST = (8 << 20) + 65_536;
/** From the header of NetBIOS to the name of the protocol. */
const NAME_AT = HEADER + 1;

/** Memory that all connections of a capture share. */
export class SmbMemory {
  left = 64 << 20;
}

/** Cuts one direction of a connection into messages of SMB; what is none is passed over. */
export class SmbSplitter {
  readonly #take: (unit: SmbUnit) => void;
  readonly #memory: SmbMemory;
  #searching: boolean;
  #pieces: Buffer[] = [];
  #held = 0;
  /** Octets in all of the message that is held; 0 where that is not known yet. */
  #length = 0;
  #discard = 0;
  #position = 0;

  constructor(fromStart: boolean, memory: SmbMemory, take: (unit: SmbUnit) => void) {
    this.#searching = !fromStart;
    this.#memory = memory;
    this.#take = take;
  }

  data(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#discard > 0) {
        const part = Math.min(this.#discard, end - at);
        this.#discard -= part;
        this.#position += part;
        at += part;
      } else if (this.#searching || this.#length === 0) at = this.#begin(bytes, at, end);
      else at = this.#fill(bytes, at, end);
    }
  }

  /** The next `lost` octets are missing; -1 where their number is not known. */
  gap(lost: number): void {
    const expected = this.#length === 0 ? this.#discard : this.#length - this.#held;
    this.#cut();
    this.#position += Math.max(0, lost);
    const within = expected > 0 && lost >= 0 && lost <= expected;
    this.#discard = within ? expected - lost : 0;
    this.#searching = !within;
  }

  end(): void {
    this.#cut();
  }

  /** Gives what there is of a message that is not whole. */
  #cut(): void {
    if (this.#length > 0) this.#give(this.#length - this.#held);
    this.#reset();
  }

  #begin(bytes: Buffer, at: number, end: number): number {
    const all = this.#held === 0 ? bytes.subarray(at, end) : Buffer.concat([...this.#pieces, bytes.subarray(at, end)]);
    const before = this.#held;
    const from = this.#searching ? find(all) : 0;
    if (from > 0) this.#position += from;
    if (from < 0 || all.length - from < HEADER + (this.#searching ? NAME_AT : 0)) {
      // The last octets may be the first ones of a message.
      const kept = from < 0 ? Math.min(all.length, NAME_AT + NAME.length - 1) : all.length - from;
      if (from < 0) this.#position += all.length - kept;
      this.#reset();
      this.#hold(all.subarray(all.length - kept));
      return end;
    }
    this.#reset();
    const length = lengthAt(all, from);
    if (length < 0) {
      this.#searching = true;
      this.#position += 1;
      return this.#again(all, from + 1, before, at);
    }
    this.#searching = false;
    if (length > LONGEST || length > this.#memory.left) {
      this.#discard = length;
      return this.#again(all, from, before, at);
    }
    this.#length = length;
    const there = Math.min(length, all.length - from);
    this.#hold(all.subarray(from, from + there));
    if (there === length) this.#finish();
    return at + from + there - before;
  }

  /** Goes on at `from` of what is held and new: held octets are only a few, so they are all passed. */
  #again(all: Buffer, from: number, before: number, at: number): number {
    if (from >= before) return at + from - before;
    const rest = Buffer.from(all.subarray(from, before));
    this.data(rest, 0, rest.length);
    return at;
  }

  #fill(bytes: Buffer, at: number, end: number): number {
    const part = Math.min(this.#length - this.#held, end - at);
    this.#hold(bytes.subarray(at, at + part));
    if (this.#held === this.#length) this.#finish();
    return at + part;
  }

  #finish(): void {
    this.#give(0);
    this.#reset();
  }

  #give(missing: number): void {
    // Memory of its own: whoever is given a view of it can tell that it is one.
    const bytes = Buffer.allocUnsafeSlow(this.#held);
    let filled = 0;
    for (const piece of this.#pieces) filled += piece.copy(bytes, filled);
    this.#take({ bytes, start: this.#position, missing });
    this.#position += bytes.length;
  }

  #hold(octets: Buffer): void {
    this.#pieces.push(Buffer.from(octets));
    this.#held += octets.length;
    this.#memory.left -= octets.length;
  }

  #reset(): void {
    this.#memory.left += this.#held;
    this.#pieces = [];
    this.#held = 0;
    this.#length = 0;
  }
}

/** Octets of the unit at `at`, with its header; -1 where none stands there. */
function lengthAt(bytes: Buffer, at: number): number {
  const type = bytes[at] as number;
  const isMessage = type === SESSION_PACKET.MESSAGE;
  if (!isMessage && (type < SESSION_PACKET.REQUEST || type > SESSION_PACKET.LAST)) return -1;
  const length = bytes.readUInt32BE(at) & 0xff_ffff;
  const named = at + NAME_AT + NAME.length <= bytes.length;
  if (isMessage && length >= HEADER && named && !isNamed(bytes, at)) return -1;
  return HEADER + length;
}

const isNamed = (bytes: Buffer, at: number): boolean =>
  (bytes[at + HEADER] as number) >= PROTOCOL_ID.COMPRESSED &&
  NAME.equals(bytes.subarray(at + NAME_AT, at + NAME_AT + NAME.length));

/** Where a message starts, told by its name; -1 where none does. */
function find(bytes: Buffer): number {
  for (let name = bytes.indexOf(NAME, NAME_AT); name >= 0; name = bytes.indexOf(NAME, name + 1)) {
    const at = name - NAME_AT;
    if (bytes[at] === SESSION_PACKET.MESSAGE && isNamed(bytes, at)) return at;
  }
  return -1;
}
