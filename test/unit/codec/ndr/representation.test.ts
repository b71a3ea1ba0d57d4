import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  boolean,
  conformant,
  conformantBytes,
  conformantVarying,
  contextHandle,
  cstring,
  double,
  enum16,
  enum32,
  fixedArray,
  float,
  i16,
  type NdrType,
  sizeOf,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  unique,
  uuid,
  varying,
  varyingWstring,
  wstring,
} from '../../../../src/codec/ndr/index.js';
import { fromHex } from '../../../support/hex.js';

const hex = (text: string): string => toHex(fromHex(text));

/** One line of a table: what a value looks like in NDR20, and that it reads back. */
function both<T>(type: NdrType<T>, value: T, ndr20: string, ndr64 = ndr20): void {
  for (const [syntax, text] of [
    ['ndr20', ndr20],
    ['ndr64', ndr64],
  ] as const) {
    expect(toHex(type.encode(value, { syntax })), syntax).toBe(hex(text));
    expect(type.decode(fromHex(text), { syntax }), syntax).toEqual({ value, layout: undefined });
  }
}

describe('primitives', () => {
  test('are little-endian or big-endian as the data representation label says', () => {
    expect(toHex(u32.encode(0x01020304))).toBe('04030201');
    expect(toHex(u32.encode(0x01020304, { little: false }))).toBe('01020304');
    expect(toHex(u64.encode(1n, { little: false }))).toBe('0000000000000001');
    expect(toHex(uuid.encode('00112233-4455-6677-8899-aabbccddeeff'))).toBe('33221100554477668899aabbccddeeff');
    expect(toHex(uuid.encode('00112233-4455-6677-8899-aabbccddeeff', { little: false }))).toBe(
      '00112233445566778899aabbccddeeff',
    );
  });

  test('enumerations are 2 octets in NDR20 and 4 in NDR64, unless [v1_enum]', () => {
    both(enum16, 3, '0300', '03000000');
    both(enum32, 3, '03000000');
  });

  test('numbers out of range are not encoded', () => {
    expect(() => u8.encode(256)).toThrow('256 is no unsigned small');
    expect(() => i16.encode(-32769)).toThrow('no short');
    expect(() => u64.encode(-1n)).toThrow('no unsigned hyper');
    expect(() => u32.encode(1.5)).toThrow('no unsigned long');
  });

  test('a true other than 1 and the bits of a NaN are kept by the layout', () => {
    for (const [type, text] of [
      [boolean, '7f'],
      [float, '0100a07f'],
      [double, '010000000000f47f'],
    ] as const) {
      const { value, layout } = (type as NdrType<unknown>).decode(fromHex(text));
      expect(toHex((type as NdrType<unknown>).encode(value, { layout }))).toBe(text);
    }
  });

  test('a context handle is 20 octets', () => {
    both(
      contextHandle,
      { context_handle_uuid: '00000001-0000-0000-0000-000000000000' },
      `00000000 01${'00'.repeat(15)}`,
    );
  });
});

describe('alignment', () => {
  test('is that of the largest member, from the start of the stub', () => {
    both(struct('S', '', { a: u8, b: u32 }), { a: 1, b: 2 }, '01 000000 02000000');
  });

  test('in NDR64 a structure is padded at its end too ([MS-RPCE] 2.2.5.3.4.1)', () => {
    const type = fixedArray(struct('S', '', { a: u32, b: u8 }), 2);
    both(
      type,
      [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
      '01000000 02 000000 03000000 04',
      '01000000 02 000000 03000000 04 000000',
    );
  });

  test('a padding at the end that a sender left out is missing again', () => {
    const type = struct('S', '', { a: u32, b: u8 });
    for (const text of ['01000000 02', '01000000 02 00', '01000000 02 00aa']) {
      const { value, layout } = type.decode(fromHex(text), { syntax: 'ndr64' });
      expect(toHex(type.encode(value, { syntax: 'ndr64', layout }))).toBe(hex(text));
    }
  });

  test('gaps that are not zero are kept by the layout', () => {
    const type = struct('S', '', { a: u8, b: u32 });
    const bytes = fromHex('01 aabbcc 02000000');
    const { value, layout } = type.decode(bytes);
    expect(layout).toEqual({ padding: [[0, Uint8Array.of(0xaa, 0xbb, 0xcc)]] });
    expect(type.encode(value, { layout })).toEqual(bytes);
  });
});

describe('arrays', () => {
  test('a conformant one has its max_count before it', () => {
    both(conformant(u16), [1, 2], '02000000 0100 0200', '0200000000000000 0100 0200');
  });

  test('a varying one has offset and actual_count', () => {
    both(varying(u16), [7], '00000000 01000000 0700', '0000000000000000 0100000000000000 0700');
  });

  test('a conformant varying one has all three', () => {
    both(
      conformantVarying(u8),
      [7],
      '01000000 00000000 01000000 07',
      `${'01'.padEnd(16, '0')} ${'0'.repeat(16)} ${'01'.padEnd(16, '0')} 07`,
    );
  });

  test('a structure sends the max_count of its last member before itself, however deep that is', () => {
    const inner = struct('Inner', '', { b: u8, items: conformant(u16) });
    const outer = struct('Outer', '', { a: u32, inner });
    both(
      outer,
      { a: 9, inner: { b: 1, items: [5, 6] } },
      '02000000 09000000 01 00 0500 0600',
      '0200000000000000 09000000 01 00 0500 0600 0000',
    );
  });

  test('a count field that is absent is computed, and one that is given is sent', () => {
    const type = struct('S', '', { n: sizeOf('items', u16), items: conformant(u8) });
    both(type, { items: [1, 2] }, '02000000 0200 0102', '0200000000000000 0200 0102');
    both(type, { n: 7, items: [1, 2] }, '02000000 0700 0102', '0200000000000000 0700 0102');
  });

  test('a layout can lie about every count', () => {
    const layout = {
      words: [
        [0, 9],
        [2, 5],
      ] as const,
    };
    expect(toHex(conformantVarying(u8).encode([7], { layout }))).toBe(hex('09000000 00000000 05000000 07'));
  });

  test('a layout that holds nonsense is passed over', () => {
    const layout = {
      words: [
        [0, 1.5],
        [1, 'x'],
      ],
      tails: [[0, 7]],
    } as never;
    expect(conformant(u8).encode([7], { layout })).toEqual(conformant(u8).encode([7]));
  });

  test('a max_count beyond the octets is refused before anything is allocated', () => {
    expect(() => conformant(u32).decode(fromHex('ffffffff 00000000'))).toThrow('4294967295 elements in 4 octets');
    expect(() => conformantBytes.decode(fromHex('ffffffff 00'))).toThrow('elements in 1 octets');
  });

  test('elements beyond max_count are refused', () => {
    expect(() => conformantVarying(u8).decode(fromHex('01000000 01000000 01000000 07'))).toThrow(
      'elements 1 to 2 of 1',
    );
  });

  test('conformant types are no elements', () => {
    expect(() => fixedArray(wstring, 2)).toThrow(TypeError);
    expect(() => struct('S', '', { a: conformant(u8), b: u8 })).toThrow('only the last member');
  });
});

describe('strings', () => {
  test('have a terminator on the wire and none in the value', () => {
    both(
      wstring,
      'ab',
      '03000000 00000000 03000000 6100 6200 0000',
      `${'03'.padEnd(16, '0')} ${'0'.repeat(16)} ${'03'.padEnd(16, '0')} 6100 6200 0000`,
    );
    both(
      cstring,
      'é',
      '02000000 00000000 02000000 e900',
      `${'02'.padEnd(16, '0')} ${'0'.repeat(16)} ${'02'.padEnd(16, '0')} e900`,
    );
    expect(toHex(varyingWstring(8).encode('a', { little: false }))).toBe(hex('00000000 00000002 0061 0000'));
  });

  test.each([
    ['without terminator', '02000000 00000000 02000000 6100 6200', 'ab'],
    ['of no characters at all', '00000000 00000000 00000000', ''],
    ['in a larger array', '09000000 00000000 02000000 6100 0000', 'a'],
    ['with an offset', '09000000 03000000 02000000 6100 0000', 'a'],
    ['with half a surrogate pair', '02000000 00000000 02000000 00d8 0000', '\ud800'],
  ])('%s are kept', (_, text, expected) => {
    const { value, layout } = wstring.decode(fromHex(text));
    expect(value).toBe(expected);
    expect(toHex(wstring.encode(value, { layout }))).toBe(hex(text));
  });

  test('of char hold Latin-1 only', () => {
    expect(() => cstring.encode('€')).toThrow('not Latin-1');
  });
});

describe('unions', () => {
  const type = union('U', '', u16, { 1: u8, 2: u64, 3: null }, u32);

  test('send the discriminant and the selected member', () => {
    both(type, { tag: 1, value: 5 }, '0100 05', '0100 000000000000 05');
    both(type, { tag: 2, value: 5n }, '0200 000000000000 0500000000000000');
  });

  test('have arms without member and a default', () => {
    both(type, { tag: 3 }, '0300', '0300');
    both(type, { tag: 9, value: 5 }, '0900 0000 05000000', '0900 000000000000 05000000');
  });

  test('refuse a discriminant without arm', () => {
    const strict = union('U', '', u16, { 1: u8 });
    expect(() => strict.decode(fromHex('0200 00'))).toThrow(expect.objectContaining({ code: 'BAD_VALUE', offset: 0 }));
    expect(() => strict.encode({ tag: 2, value: 1 } as never)).toThrow('no arm 2');
  });

  test('within a pointer are reached', () => {
    const pointer = unique(type);
    expect(pointer.decode(pointer.encode({ tag: 3 })).value).toEqual({ tag: 3 });
  });
});
