import { asBuffer } from '../bytes.js';
import { readVariance } from './octets.js';
import type { NdrReader } from './reader.js';
import { type ConformantBody, ConformantType, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** How characters stand on the wire: Latin-1, which is a bijection of octets, or UTF-16 units. */
interface Characters {
  readonly name: string;
  readonly size: 1 | 2;
}

const CHAR: Characters = { name: 'char', size: 1 };
const WCHAR: Characters = { name: 'wchar_t', size: 2 };

/** `count` characters as text; UTF-16 units that are no valid pair are kept. */
export function readText(reader: NdrReader, size: 1 | 2, count: number): string {
  reader.checkCount(count, size);
  reader.align(size);
  const octets = asBuffer(reader.octets(count * size));
  if (size === 1) return octets.toString('latin1');
  return reader.little ? octets.toString('utf16le') : Buffer.from(octets).swap16().toString('utf16le');
}

const WIDE = /[^\0-\xff]/;

/** Writes characters of one or two octets each. */
export function writeText(writer: NdrWriter, size: 1 | 2, text: string): void {
  if (size === 1 && WIDE.test(text)) writer.fail(`${describe(text)} is not Latin-1`);
  writer.align(size);
  const octets = Buffer.from(text, size === 1 ? 'latin1' : 'utf16le');
  writer.octets(size === 2 && !writer.little ? octets.swap16() : octets);
}

/**
 * The value has no terminator: `encode` adds it. A string that came without one is told apart by its actual_count in
 * the layout.
 */
function readTerminated(reader: NdrReader, { size }: Characters, max: number | undefined): string {
  const actual = readVariance(reader, max);
  const slot = reader.layout.lastWordSlot;
  const text = readText(reader, size, actual);
  reader.mark('(text)', actual * size);
  const value = text.endsWith('\0') ? text.slice(0, -1) : text;
  reader.layout.word(slot, actual, value.length + 1);
  return value;
}

function writeTerminated(writer: NdrWriter, { size }: Characters, value: string): void {
  writer.word(0);
  const sent = writer.word(value.length + 1);
  writeText(writer, size, sent === value.length ? value : `${value}\0`);
}

const check = (writer: NdrWriter, value: string): string =>
  typeof value === 'string' ? value : writer.fail(`${describe(value)} is no string`);

class ConformantStringType extends ConformantType<string> {
  readonly #characters: Characters;

  constructor(characters: Characters) {
    const align = characters.size;
    super(`[string] ${characters.name}[]`, 'C706 14.3.4.2', { align20: align, align64: align, least: 8 });
    this.#characters = characters;
  }

  override readBody(reader: NdrReader, max: number, slot: number): string {
    const value = readTerminated(reader, this.#characters, max);
    reader.layout.word(slot, max, value.length + 1);
    return value;
  }

  override maxOf(writer: NdrWriter, value: string): number {
    return check(writer, value).length + 1;
  }

  override writeBody(writer: NdrWriter, value: string): void {
    writeTerminated(writer, this.#characters, value);
  }
}

class VaryingStringType extends NdrType<string> {
  readonly #characters: Characters;

  constructor(characters: Characters, capacity: number) {
    const align = characters.size;
    super(`[string] ${characters.name}[${capacity}]`, 'C706 14.3.4.1', { align20: align, align64: align, least: 8 });
    this.#characters = characters;
  }

  override read(reader: NdrReader): string {
    return readTerminated(reader, this.#characters, undefined);
  }

  override write(writer: NdrWriter, value: string): void {
    writeTerminated(writer, this.#characters, check(writer, value));
  }
}

/** A [string] of no fixed size, as text without its terminator. */
export const wstring: NdrType<string> & ConformantBody<string> = new ConformantStringType(WCHAR);
export const cstring: NdrType<string> & ConformantBody<string> = new ConformantStringType(CHAR);

/** A [string] in an array of fixed size, which sends no max_count. */
export const varyingWstring = (capacity: number): NdrType<string> => new VaryingStringType(WCHAR, capacity);
/** A varying string of 8-bit characters with its terminator, C706 14.3.4.2, in an array of so many. */
export const varyingCstring = (capacity: number): NdrType<string> => new VaryingStringType(CHAR, capacity);
