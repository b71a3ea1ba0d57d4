import { type Datagram, skipExtensions } from './ip.js';

/** Bounds of the state kept for datagrams that are not whole yet. */
export interface FragmentLimits {
  /** Datagrams waited for at the same time; the oldest gives way. Default 256. */
  readonly datagrams?: number;
  /** Parts of one datagram. Default 512. */
  readonly parts?: number;
}

interface Part {
  readonly frame: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

interface Pending {
  readonly frame: number;
  protocol: number;
  parts: Part[];
  /** Known once the last part is there. */
  length: number;
}

/** The largest IP payload (RFC 791 3.1, RFC 8200 4.5). */
const LARGEST = 65_535;

/** RFC 791 3.2, RFC 8200 4.5: puts fragments together. A part that overlaps another loses to the earlier one. */
export class FragmentTable {
  /** The packets of the datagram that was completed last. */
  completed: readonly number[] = [];
  readonly #pending = new Map<string, Pending>();
  readonly #datagrams: number;
  readonly #parts: number;
  readonly #lost: (frame: number, why: string) => void;

  /** `lost` hears of each datagram that never became whole, by the frame of its first part. */
  constructor(lost: (frame: number, why: string) => void, { datagrams = 256, parts = 512 }: FragmentLimits = {}) {
    this.#lost = lost;
    this.#datagrams = datagrams;
    this.#parts = parts;
  }

  /** Takes a fragment; true where it completed its datagram, which then stands in `datagram`. */
  add(datagram: Datagram, frame: number): boolean {
    const key = keyOf(datagram);
    const pending = this.#pending.get(key) ?? this.#open(key, frame);
    const { fragmentOffset: offset, start, end } = datagram;
    if (offset + end - start > LARGEST || pending.parts.length >= this.#parts) {
      this.#pending.delete(key);
      this.#lost(pending.frame, 'its fragments exceed the limits');
      return false;
    }
    pending.parts.push({ frame, offset, bytes: Buffer.from(datagram.bytes.subarray(start, end)) });
    if (offset === 0) pending.protocol = datagram.protocol;
    if (!datagram.moreFragments) pending.length = offset + end - start;
    const whole = join(pending);
    if (whole === undefined) return false;
    this.#pending.delete(key);
    this.completed = pending.parts.map((part) => part.frame);
    datagram.bytes = whole;
    datagram.start = 0;
    datagram.end = whole.length;
    datagram.missing = 0;
    datagram.fragment = false;
    datagram.protocol = pending.protocol;
    return datagram.version === 4 || (skipExtensions(whole, datagram) && !datagram.fragment);
  }

  end(): void {
    for (const { frame } of this.#pending.values()) this.#lost(frame, 'fragments of it are not in the capture');
    this.#pending.clear();
  }

  #open(key: string, frame: number): Pending {
    if (this.#pending.size >= this.#datagrams) {
      const [oldest] = this.#pending;
      if (oldest !== undefined) {
        this.#pending.delete(oldest[0]);
        this.#lost(oldest[1].frame, 'fragments of it are not in the capture');
      }
    }
    const pending: Pending = { frame, protocol: 0, parts: [], length: -1 };
    this.#pending.set(key, pending);
    return pending;
  }
}

function keyOf(d: Datagram): string {
  const source = `${d.source0},${d.source1},${d.source2},${d.source3}`;
  const destination = `${d.destination0},${d.destination1},${d.destination2},${d.destination3}`;
  // The protocol belongs to the name in IPv4 only; in IPv6 each part may come with other headers before it.
  return `${source} ${destination} ${d.identification} ${d.version === 4 ? d.protocol : ''}`;
}

/** The datagram's payload once no octet of it is missing. */
function join({ parts, length }: Pending): Buffer | undefined {
  if (length < 0) return undefined;
  parts.sort((a, b) => a.offset - b.offset);
  let reached = 0;
  for (const { offset, bytes } of parts) {
    if (offset > reached) return undefined;
    reached = Math.max(reached, offset + bytes.length);
  }
  if (reached < length) return undefined;
  const whole = Buffer.alloc(length);
  let filled = 0;
  for (const { offset, bytes } of parts) {
    const from = Math.max(0, filled - offset);
    if (from >= bytes.length) continue;
    bytes.copy(whole, offset + from, from);
    filled = Math.min(length, Math.max(filled, offset + bytes.length));
  }
  return whole;
}
