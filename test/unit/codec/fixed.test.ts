import { describe, expect, test } from 'vitest';
import { f, fixedHeader } from '../../../src/codec/fixed.js';

const header = fixedHeader('header', '', [
  f('small', 'u8', ''),
  f('short', 'u16', ''),
  f('long', 'u32', ''),
  f('hyper', 'u64', ''),
  f('id', 'uuid', ''),
  f('octets', 3, ''),
]);
const counting = Uint8Array.from({ length: header.size + 4 }, (_, index) => 0x7a + 5 * index);

describe('a header of fixed size', () => {
  test('has its octets as views, and encodes to them', () => {
    const value = header.decode(counting, 1, 'big');
    expect(Buffer.from(header.encode(value, 'big'))).toEqual(Buffer.from(counting.subarray(1, 1 + header.size)));
    expect(value.octets.buffer).toBe(counting.buffer);
  });

  test('is refused where octets are missing', () => {
    expect(() => header.decode(counting.subarray(5))).toThrow(`needs ${header.size} octets`);
  });

  test('takes no name that would be anything but a member', () => {
    expect(() => fixedHeader('header', '', [f('a}); process.exit(', 'u8', '')])).toThrow('not a field');
  });
});
