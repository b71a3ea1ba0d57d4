import { toHex } from '../bytes.js';
import type { NdrType } from './type.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The table of a structure, union or stub, as Markdown. */
export function toMarkdown(type: NdrType<unknown>): string {
  const rows = type.fields.map(({ name, type: kind, note }) => `| ${name} | \`${cell(kind)}\` | ${cell(note)} |`);
  return [`### ${type.name}`, '', type.section, '', '| field | type | note |', '| --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A decoded value in JSON's terms: octets and 64-bit integers in hexadecimal, numbers that JSON lacks as text. What a
 * full pointer shares is written where it occurs first, and `"(shared)"` where it occurs within itself.
 */
export function toJson(value: unknown, around: readonly unknown[] = []): Json {
  if (typeof value === 'bigint') return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (around.includes(value)) return '(shared)';
  const within = [...around, value];
  if (Array.isArray(value)) return value.map((item) => toJson(item, within));
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item, within)]));
}
