import type { Encoding } from '../pseudonyms/octets.js';
import { replaceText, replaceUuid } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';

const u16 = (bytes: Buffer, at: number, little: boolean): number =>
  little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);

/**
 * [MS-DCOM] 2.2.19.1: string bindings up to an empty one, then security bindings likewise. Ports and protocol numbers
 * stay; hosts and principals go. Octets behind the last binding are zero.
 */
export function replaceDualStrings(
  names: Pseudonyms,
  array: Buffer,
  out: Buffer,
  little: boolean,
  offset: number,
): void {
  const encoding: Encoding = little ? 'utf16le' : 'utf16be';
  const security = Math.min(offset * 2, array.length);
  walkBindings(array, little, 0, security, 1, (at, text, end) => {
    array.copy(out, at, at, end);
    const bytes = out.subarray(text, end - 2);
    const port = endpointAt(bytes, little);
    replaceText(names, bytes.subarray(0, port), encoding);
  });
  walkBindings(array, little, security, array.length, 2, (at, text, end) => {
    array.copy(out, at, at, end);
    replaceText(names, out.subarray(text, end - 2), encoding);
  });
}

/** Each binding has `head` numbers before its text. */
function walkBindings(
  array: Buffer,
  little: boolean,
  from: number,
  to: number,
  head: number,
  take: (at: number, text: number, end: number) => void,
): void {
  for (let at = from; at + 2 <= to && u16(array, at, little) !== 0; ) {
    const text = at + head * 2;
    let end = text;
    while (end + 2 <= to && u16(array, end, little) !== 0) end += 2;
    // One that does not end is none.
    if (end + 2 > to) return;
    take(at, text, end + 2);
    at = end + 2;
  }
}

/** [MS-DCOM] 2.2.19.3: a port in brackets behind the host stays; where it starts, or the end. */
function endpointAt(text: Buffer, little: boolean): number {
  const characters = Array.from({ length: text.length >> 1 }, (_, at) =>
    String.fromCharCode(u16(text, at * 2, little)),
  );
  const found = /\[\d{1,5}\]$/.exec(characters.join(''));
  return found === null ? text.length : found.index * 2;
}

const [PROTOCOL_UUID, PROTOCOL_IP] = [0x0d, 0x09];
/** Floors whose right side is a port or a minor version: C706 appendix I. */
const NUMBERS: ReadonlySet<number> = new Set([0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x1f]);
/** SMB, pipe and NetBIOS: a name. */
const NAMED: ReadonlySet<number> = new Set([0x0f, 0x10, 0x11]);

/** C706 appendix L: the floors of a tower, each a left and a right side. Octets that are no floor are zero. */
export function replaceTower(names: Pseudonyms, tower: Buffer, out: Buffer): void {
  if (tower.length < 2) return;
  tower.copy(out, 0, 0, 2);
  let at = 2;
  for (let floor = tower.readUInt16LE(0); floor > 0 && at + 2 <= tower.length; floor--) {
    const left = at + 2;
    const rightLength = left + tower.readUInt16LE(at);
    if (rightLength + 2 > tower.length) return;
    const right = rightLength + 2;
    const end = right + tower.readUInt16LE(rightLength);
    if (end > tower.length) return;
    replaceFloor(names, tower, out, { at, left, rightLength, right, end });
    at = end;
  }
}

interface FloorPlaces {
  readonly at: number;
  readonly left: number;
  readonly rightLength: number;
  readonly right: number;
  readonly end: number;
}

function replaceFloor(names: Pseudonyms, tower: Buffer, out: Buffer, places: FloorPlaces): void {
  const { at, left, rightLength, right, end } = places;
  tower.copy(out, at, at, left + 1);
  tower.copy(out, rightLength, rightLength, right);
  const protocol = tower[left] as number;
  const value = out.subarray(right, end);
  if (protocol === PROTOCOL_UUID && rightLength - left === 19) {
    tower.copy(out, left, left, rightLength);
    replaceUuid(names, out.subarray(left + 1, left + 17), 'little');
    if (value.length === 2) tower.copy(value, 0, right, end);
  } else if (protocol === PROTOCOL_IP && value.length === 4) value.set(names.address(tower.subarray(right, end)));
  else if (NUMBERS.has(protocol) && value.length === 2) tower.copy(value, 0, right, end);
  else if (NAMED.has(protocol)) {
    tower.copy(value, 0, right, end);
    replaceText(names, value, 'octets');
  }
}
