import { toHex } from '../bytes.js';

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * A decoded value in JSON's terms: octets and 64-bit integers in hexadecimal, numbers that JSON lacks as text. What a
 * full pointer shares is written where it occurs first, and `"(shared)"` where it occurs within itself.
 */
export function toJson(value: unknown, around: unknown[] = []): Json {
  if (typeof value === 'bigint') return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (around.includes(value)) return '(shared)';
  around.push(value);
  const json = Array.isArray(value) ? value.map((item) => toJson(item, around)) : membersToJson(value, around);
  around.pop();
  return json;
}

function membersToJson(value: object, around: unknown[]): Json {
  const json: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) json[key] = toJson(item, around);
  }
  return json;
}
