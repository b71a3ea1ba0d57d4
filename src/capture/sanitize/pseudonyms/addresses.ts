import type { Keyed } from './keyed.js';

/**
 * Pseudonyms of addresses that keep what their text and their prefixes have in common: two addresses with the same first
 * octets (of IPv6: groups) have pseudonyms with the same first octets, and each octet has as many digits as before, so
 * that an address in text keeps its length.
 */
export class AddressPseudonyms {
  readonly #keyed: Keyed;
  readonly #known = new Map<string, Buffer>();
  readonly #macs = new Map<string, Buffer>();

  constructor(keyed: Keyed) {
    this.#keyed = keyed;
  }

  /** Of 4 or 16 octets; others are zeros. */
  of(address: Uint8Array): Buffer {
    return remembered(this.#known, address, () => {
      if (address.length === 4) return this.#ipv4(address);
      return address.length === 16 ? this.#ipv6(address) : Buffer.alloc(address.length);
    });
  }

  #ipv4(address: Uint8Array): Buffer {
    const [first = 0, second = 0, third = 0, last = 0] = address;
    if (isKeptIpv4(first, second, third, last)) return Buffer.from(address);
    const out = Buffer.alloc(4);
    out[0] = first === 0 || first === 127 || first >= 224 ? first : this.#inClass('ipv4', first, FIRST_OCTETS, true);
    for (let at = 1; at < 4; at++) {
      const prefix = Buffer.from(address.subarray(0, at));
      const same = out.subarray(0, at).equals(prefix);
      out[at] = this.#inClass(`ipv4 ${prefix.toString('hex')}`, address[at] as number, OCTETS, same);
    }
    return out;
  }

  #ipv6(address: Uint8Array): Buffer {
    const bytes = Buffer.from(address);
    const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
    const [first = 0, , , , , sixth = 0, seventh = 0, last = 0] = groups;
    const noPrefix = groups.slice(0, 5).every((group) => group === 0);
    // RFC 4291 2.5.2, 2.5.3, 2.5.5.2 and 2.7.1: unspecified, loopback, mapped IPv4, and the multicasts that all know.
    if (noPrefix && sixth === 0 && seventh === 0 && last <= 1) return bytes;
    if (noPrefix && sixth === 0xffff) return Buffer.concat([bytes.subarray(0, 12), this.of(bytes.subarray(12))]);
    if (first >= 0xff00 && groups.slice(1, 6).every((group) => group === 0) && seventh <= 1 && last <= 0xff)
      return bytes;
    const out = Buffer.alloc(16);
    for (const [index, group] of groups.entries()) {
      const prefix = bytes.subarray(0, index * 2);
      const same = out.subarray(0, index * 2).equals(prefix);
      const kept = index === 0 && group >= 0xfe00;
      const classes = index === 0 ? FIRST_GROUPS : GROUPS;
      out.writeUInt16BE(
        kept ? group : this.#inClass(`ipv6 ${prefix.toString('hex')}`, group, classes, same),
        index * 2,
      );
    }
    return out;
  }

  /** `other`: it has to become another value, since what stands before it stayed what it was. */
  #inClass(label: string, value: number, classes: readonly (readonly Range[])[], other: boolean): number {
    const ranges = classes.find((each) => each.some(([from, to]) => value >= from && value <= to));
    if (ranges === undefined) return value;
    const count = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    const place = indexIn(ranges, value);
    const name = `${label} ${ranges[0]?.[0]}`;
    return valueAt(ranges, other ? this.#keyed.derange(name, count, place) : this.#keyed.permute(name, count, place));
  }

  /** RFC 7042 2.1: the bits that say what an address is for stay. Broadcast, zero and the multicasts that all know stay. */
  mac(address: Uint8Array): Buffer {
    return remembered(this.#macs, address, () => this.#mac(Buffer.from(address)));
  }

  #mac(bytes: Buffer): Buffer {
    const hex = bytes.toString('hex');
    if (bytes.length !== 6 || hex === '000000000000' || KEPT_MACS.test(hex)) return bytes;
    const own = this.#keyed.octets('mac', bytes, 6);
    const isGroup = ((bytes[0] as number) & 1) !== 0;
    if (isGroup) return Buffer.concat([bytes.subarray(0, 3), own.subarray(3)]);
    const maker = this.#keyed.octets('mac prefix', bytes.subarray(0, 3), 3);
    maker[0] = ((maker[0] as number) & 0xfc) | ((bytes[0] as number) & 3);
    return Buffer.concat([maker, own.subarray(3)]);
  }
}

/** Addresses whose pseudonyms are kept at hand. */
const MOST_KNOWN = 65_536;

function remembered(known: Map<string, Buffer>, address: Uint8Array, make: () => Buffer): Buffer {
  const key = Buffer.from(address).toString('latin1');
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, made);
  return made;
}

/** IEEE 802.1D table 7-10, RFC 1112 6.4 for 224.0.0.x, RFC 2464 7 for ff02::1 and others of one octet; broadcast. */
const KEPT_MACS = /^(ffffffffffff|0180c20000..|01005e0000..|3333000000..|33330001000.)$/;

type Range = readonly [from: number, to: number];

/** By the number of digits in text. */
const OCTETS: readonly (readonly Range[])[] = [[[0, 9]], [[10, 99]], [[100, 255]]];
const FIRST_OCTETS: readonly (readonly Range[])[] = [
  [[1, 9]],
  [[10, 99]],
  [
    [100, 126],
    [128, 223],
  ],
];
const GROUPS: readonly (readonly Range[])[] = [[[1, 0xf]], [[0x10, 0xff]], [[0x100, 0xfff]], [[0x1000, 0xffff]]];
const FIRST_GROUPS: readonly (readonly Range[])[] = [...GROUPS.slice(0, 3), [[0x1000, 0xfdff]]];

function indexIn(ranges: readonly Range[], value: number): number {
  let before = 0;
  for (const [from, to] of ranges) {
    if (value >= from && value <= to) return before + value - from;
    before += to - from + 1;
  }
  return before;
}

function valueAt(ranges: readonly Range[], index: number): number {
  let left = index;
  for (const [from, to] of ranges) {
    if (left <= to - from) return from + left;
    left -= to - from + 1;
  }
  return 0;
}

/** RFC 1122 3.2.1.3, RFC 5771 4: this host, loopback, broadcast, and the multicasts of the local network. */
const isKeptIpv4 = (first: number, second: number, third: number, last: number): boolean =>
  (first === 0 && second === 0 && third === 0 && last === 0) ||
  (first === 127 && second === 0 && third === 0 && last === 1) ||
  (first === 224 && second === 0 && third === 0) ||
  (first === 255 && second === 255 && third === 255 && last === 255);
