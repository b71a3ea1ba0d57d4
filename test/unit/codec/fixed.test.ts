import { describe, expect, test } from 'vitest';
import { type Field, f, fixedHeader, hotHeader, type Kind } from '../../../src/codec/fixed.js';

const KINDS: readonly Kind[] = ['u8', 'u16', 'u32', 'u64', 'uuid', 3];
const fields: readonly Field[] = KINDS.map((kind, index) => f(`field${index}`, kind, ''));
const parsed = fixedHeader('header', '', fields);
const generated = hotHeader('header', '', fields);

describe('a header that is read by code made from its table', () => {
  const ones = new Uint8Array(parsed.size + 4).fill(0xff);
  const counting = Uint8Array.from({ length: parsed.size + 4 }, (_, index) => 0x7a + 5 * index);

  test.each([
    ['all ones', ones],
    ['octets that all differ', counting],
  ])('has the value that binary-parser reads: %s', (_, bytes) => {
    for (const endian of ['little', 'big'] as const)
      expect(generated.decode(bytes, 3, endian)).toEqual(parsed.decode(bytes, 3, endian));
  });

  test('has its octets as views, and encodes to them', () => {
    const value = generated.decode(counting, 1, 'big');
    expect(Buffer.from(generated.encode(value, 'big'))).toEqual(Buffer.from(counting.subarray(1, 1 + generated.size)));
    expect((value.field5 as Uint8Array).buffer).toBe(counting.buffer);
  });

  test('is refused where octets are missing', () => {
    expect(() => generated.decode(counting.subarray(5))).toThrow(`needs ${generated.size} octets`);
  });

  test('takes no name that would be anything but a member', () => {
    expect(() => hotHeader('header', '', [f('a}); process.exit(', 'u8', '')])).toThrow('not a field');
  });
});
