import { CodecError } from '../error.js';
import { type Field, f } from '../fixed.js';

/** What the Fields of a message say of one item of its payload. A length or offset that is absent is computed. */
export interface PayloadItem {
  readonly bytes: Uint8Array;
  readonly length?: number;
  readonly maxLength?: number;
  /** From the first octet of the message. */
  readonly offset?: number;
}

/** Octets of the payload that no Fields point to: padding between items, or something behind the last. */
export interface PayloadGap {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** [MS-NLMP] 2.2.1: Len, MaxLen and BufferOffset of an item of the payload. */
export const payloadFields = <const N extends string>(
  name: N,
): readonly [Field<`${N}Len`, 'u16'>, Field<`${N}MaxLen`, 'u16'>, Field<`${N}BufferOffset`, 'u32'>] => [
  f(`${name}Len`, 'u16', `octets of ${name}`),
  f(`${name}MaxLen`, 'u16', 'ignored'),
  f(`${name}BufferOffset`, 'u32', 'from the start of the message'),
];

type Row = Readonly<Record<string, unknown>>;

/** Where the Fields of an item are: in which part of the header, and under which names. */
export interface ItemFields {
  readonly part: number;
  readonly name: string;
  readonly length: string;
  readonly maxLength: string;
  readonly offset: string;
}

export const itemFields = (part: number, name: string): ItemFields => ({
  part,
  name,
  length: `${name}Len`,
  maxLength: `${name}MaxLen`,
  offset: `${name}BufferOffset`,
});

/** The first octet that some item occupies, or `end`; where a header with optional parts stops at the latest. */
export function payloadStart(parts: readonly Row[], items: readonly ItemFields[], end: number): number {
  let start = end;
  for (const { part, length, offset } of items) {
    const row = parts[part] as Row;
    if ((row[length] as number) > 0) start = Math.min(start, row[offset] as number);
  }
  return start;
}

/** The items that the Fields of a header point to. Throws `BAD_LENGTH` where one ends past the message. */
export function readPayload(
  message: string,
  bytes: Uint8Array,
  parts: readonly Row[],
  fields: readonly ItemFields[],
): Record<string, PayloadItem> {
  const items: Record<string, PayloadItem> = {};
  for (const at of fields) {
    const { name } = at;
    const row = parts[at.part] as Row;
    const length = row[at.length] as number;
    const offset = row[at.offset] as number;
    if (length > 0 && offset + length > bytes.length) {
      const detail = `${length} octets at offset ${offset} end past the message of ${bytes.length}`;
      throw new CodecError('BAD_LENGTH', `${message}.${name}`, Math.min(offset, bytes.length), detail);
    }
    items[name] = {
      bytes: length > 0 ? bytes.subarray(offset, offset + length) : new Uint8Array(0),
      length,
      maxLength: row[at.maxLength] as number,
      offset,
    };
  }
  return items;
}

/** The runs of octets behind the header that no item covers. */
export function readGaps(
  bytes: Uint8Array,
  headerLength: number,
  items: Readonly<Record<string, PayloadItem>>,
): PayloadGap[] {
  const spans = [{ start: bytes.length, end: bytes.length }];
  for (const { bytes: item, offset = 0 } of Object.values(items))
    if (item.length > 0) spans.push({ start: offset, end: offset + item.length });
  spans.sort((a, b) => a.start - b.start);
  const gaps: PayloadGap[] = [];
  let at = headerLength;
  for (const { start, end } of spans) {
    if (start > at) gaps.push({ offset: at, bytes: bytes.subarray(at, start) });
    at = Math.max(at, end);
  }
  return gaps;
}

/** A payload beyond what 16 bits of length and a sane offset can reach is a mistake of the caller. */
const MAX_MESSAGE = 0x100000;

/** Lays items out one after another behind the header, except those whose offset is given, and fills in the gaps. */
export function layOut(
  message: string,
  headerLength: number,
  order: readonly string[],
  items: Readonly<Record<string, PayloadItem | undefined>>,
  gaps: readonly PayloadGap[],
): { row: Record<string, number>; place: (into: Uint8Array) => void; length: number } {
  const row: Record<string, number> = {};
  const placed: PayloadGap[] = [...gaps];
  let next = headerLength;
  for (const name of order) {
    const { bytes = new Uint8Array(0), length, maxLength, offset } = items[name] ?? {};
    row[`${name}Len`] = length ?? bytes.length;
    row[`${name}MaxLen`] = maxLength ?? length ?? bytes.length;
    row[`${name}BufferOffset`] = offset ?? next;
    if (bytes.length > 0) placed.push({ offset: offset ?? next, bytes });
    if (offset === undefined) next += bytes.length;
  }
  const length = Math.max(headerLength, ...placed.map(({ offset, bytes }) => offset + bytes.length));
  if (length > MAX_MESSAGE) throw new CodecError('UNENCODABLE', message, 0, `a message of ${length} octets`);
  const place = (into: Uint8Array): void => {
    for (const { offset, bytes } of placed) into.set(bytes, offset);
  };
  return { row, place, length };
}

/** [MS-NLMP] 2.2.1: the items lie side by side behind the header; names the first two that share an octet. */
export function findOverlap(headerLength: number, items: Readonly<Record<string, PayloadItem>>): string | undefined {
  const spans = Object.entries(items)
    .map(([name, { bytes, offset = 0 }]) => ({ name, start: offset, end: offset + bytes.length }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start);
  let before = { name: 'the header', end: headerLength };
  for (const span of spans) {
    if (span.start < before.end) return `${span.name} overlaps ${before.name}`;
    before = span;
  }
  return undefined;
}
