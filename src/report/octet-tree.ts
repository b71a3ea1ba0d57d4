import type { PduPart } from '../capture/decode/parts.js';
import type { Scalar, Span } from '../codec/span.js';
import { printable } from './printable.js';

/** Octets that stand beside a field; of longer ones the first, and how many there are. */
const SHOWN = 8;
const OCTETS = SHOWN * 3 - 1;
/** A value that would end beyond stands in a line of its own: in a terminal of 80 columns there is room for an indent. */
const WIDTH = 78;
/** Fields of one part that are listed: a stub can have any number. */
const MOST = 10_000;

/**
 * The fields of a part as a tree, a line each: where it stands (in hexadecimal, from the beginning of the part), its
 * octets, its name below those of what it belongs to, and its value.
 */
export function octetTree({ bytes, spans }: Pick<PduPart, 'bytes' | 'spans'>): string[] {
  const places = Math.max(4, bytes.length.toString(16).length);
  const lines: string[] = [];
  let before: readonly string[] = [];
  const told = inOrder(spans).slice(0, MOST);
  for (const { path, start, end, value } of told) {
    const names = path.split('.');
    const common = commonLength(before, names.slice(0, -1));
    for (let depth = common; depth < names.length - 1; depth++)
      lines.push(lineOf('', '', depth, names[depth] as string, places));
    const text = value === undefined ? '' : valueText(value);
    const at = start.toString(16).padStart(places, '0');
    const [name, depth] = [names.at(-1) as string, names.length - 1];
    const whole = lineOf(at, octetsOf(bytes, start, end), depth, text === '' ? name : `${name} = ${text}`, places);
    if (whole.length <= WIDTH || text === '') lines.push(whole);
    else
      lines.push(
        lineOf(at, octetsOf(bytes, start, end), depth, name, places),
        lineOf('', '', depth, `= ${text}`, places),
      );
    before = names;
  }
  if (spans.length > MOST) lines.push(`… and ${spans.length - MOST} more fields`);
  return lines;
}

const lineOf = (at: string, octets: string, depth: number, what: string, places: number): string =>
  printable(`${at.padEnd(places)}  ${octets.padEnd(OCTETS)}  ${' '.repeat(depth)}${what}`);

function octetsOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length <= SHOWN) return spaced(bytes, start, end);
  const rest = ` … ${length}`;
  return spaced(bytes, start, start + Math.floor((OCTETS - rest.length + 1) / 3)) + rest;
}

const spaced = (bytes: Uint8Array, start: number, end: number): string =>
  [...bytes.subarray(start, end)].map((octet) => octet.toString(16).padStart(2, '0')).join(' ');

function commonLength(one: readonly string[], other: readonly string[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}

/** As they stand; what has parts before these. */
export const inOrder = (spans: readonly Span[]): Span[] =>
  spans
    .filter(({ start, end }) => end > start)
    .map((span, index) => ({ span, index }))
    .sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end || a.index - b.index)
    .map(({ span }) => span);

/** Numbers in both ways of writing them, where they differ. */
export function valueText(value: Scalar): string {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (typeof value === 'boolean' || (value >= 0 && value < 10)) return String(value);
  return value < 0 ? String(value) : `${value} (0x${value.toString(16)})`;
}
