import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  conformant,
  full,
  lazy,
  type NdrType,
  operation,
  optional,
  ref,
  sizeOf,
  struct,
  typeSerialization1,
  u8,
  u16,
  u32,
  union,
  unique,
  wstring,
} from '../../../../src/codec/ndr/index.js';
import { fromHex } from '../../../support/hex.js';

const hex = (text: string): string => toHex(fromHex(text));

interface Node {
  n: number;
  next: Node | null;
}

const node = (pointer: typeof unique | typeof full): NdrType<Node> => {
  const type: NdrType<Node> = struct('Node', '', {
    n: u32,
    next: (pointer as typeof full)(lazy<Node>('Node', () => type)),
  });
  return type;
};

describe('pointers', () => {
  test('null is 0 and has no referent', () => {
    expect(toHex(unique(u8).encode(null))).toBe('00000000');
    expect(toHex(unique(u8).encode(null, { syntax: 'ndr64' }))).toBe('0000000000000000');
  });

  test('embedded ones have their referents after the outermost construct, in order (C706 14.3.12.3)', () => {
    const inner = struct('Inner', '', { p: unique(u16), q: u16 });
    const outer = struct('Outer', '', { inner, r: unique(u8) });
    const value = { inner: { p: 1, q: 2 }, r: 3 };
    expect(toHex(outer.encode(value))).toBe(hex('00000200 0200 0000 04000200 0100 03'));
    expect(outer.decode(outer.encode(value))).toEqual({ value, layout: undefined });
  });

  test('what a referent points to follows it before the next referent', () => {
    const leaf = struct('Leaf', '', { p: unique(u16) });
    const type = conformant(unique(leaf));
    const value = [{ p: 1 }, { p: 2 }];
    expect(toHex(type.encode(value))).toBe(hex('02000000 00000200 04000200 08000200 0100 0000 0c000200 0200'));
    expect(type.decode(type.encode(value)).value).toEqual(value);
  });

  test('as parameters have their referents at once, and a reference has no representation', () => {
    const { request } = operation({
      name: 'Op',
      opnum: 0,
      section: '',
      in: { p: unique(u16), n: u8, q: unique(u8) },
      out: {},
    });
    const value = { p: 1, n: 2, q: 3 };
    expect(toHex(request.encode(value))).toBe(hex('00000200 0100 02 00 04000200 03'));
    expect(request.decode(request.encode(value))).toEqual({ value, layout: undefined });
  });

  test('other referent ids than 0x20000, 0x20004, … are kept by the layout', () => {
    const type = struct('S', '', { p: unique(u8), q: ref(u8) });
    const bytes = fromHex('78563412 00000000 01 02');
    const { value, layout } = type.decode(bytes);
    expect(layout).toEqual({
      referents: [
        [0, 0x12345678],
        [1, 0],
      ],
    });
    expect(type.encode(value, { layout })).toEqual(bytes);
  });

  test('to pointers tell the null of one from the null of the other', () => {
    const type = unique(unique(u8));
    for (const value of [null, { to: null }, { to: 1 }]) expect(type.decode(type.encode(value)).value).toEqual(value);
  });

  test('optional ones leave null out of the value', () => {
    const type = struct('S', '', { p: optional(wstring) });
    expect(type.decode(fromHex('00000000')).value).toEqual({});
    expect(type.decode(type.encode({ p: 'x' })).value).toEqual({ p: 'x' });
  });

  test('in the arm of a union are deferred too', () => {
    const type = struct('S', '', { u: union('U', '', u16, { 1: unique(u8) }), n: u16 });
    const value = { u: { tag: 1 as const, value: 9 }, n: 7 };
    expect(toHex(type.encode(value))).toBe(hex('0100 0000 00000200 0700 09'));
    expect(type.decode(type.encode(value)).value).toEqual(value);
  });
});

describe('full pointers', () => {
  test('with one id share one referent', () => {
    const point = struct('Point', '', { x: u8 });
    const type = struct('Pair', '', { a: full(point), b: full(point) });
    const { value, layout } = type.decode(fromHex('00000200 00000200 05'));
    expect(value).toEqual({ a: { x: 5 }, b: { x: 5 } });
    expect(value.a).toBe(value.b);
    expect(toHex(type.encode(value, { layout }))).toBe(hex('00000200 00000200 05'));
    expect(toHex(type.encode(value))).toBe(hex('00000200 00000200 05'));
  });

  test('to equal numbers are told apart by the layout', () => {
    const type = struct('Pair', '', { a: full(u8), b: full(u8) });
    for (const text of ['00000200 00000200 05', '00000200 04000200 05 05']) {
      const { value, layout } = type.decode(fromHex(text));
      expect(toHex(type.encode(value, { layout }))).toBe(hex(text));
    }
  });

  test('can go in a circle', () => {
    const { value } = full(node(full)).decode(fromHex('00000200 01000000 00000200'));
    expect(value?.next).toBe(value);
    expect(toHex(full(node(full)).encode(value))).toBe(hex('00000200 01000000 00000200'));
  });

  test('to another type than the referent is of are refused', () => {
    const type = struct('Pair', '', { a: full(u8), b: full(u16) });
    expect(() => type.decode(fromHex('00000200 00000200 05'))).toThrow('of another type');
  });
});

describe('nesting', () => {
  test('is bounded in both directions', () => {
    const type = node(unique);
    const endless = Buffer.alloc(8 * 10_000);
    for (let at = 0; at < endless.length; at += 4) endless.writeUInt32LE(1, at);
    expect(() => type.decode(endless)).toThrow(expect.objectContaining({ code: 'TOO_DEEP' }));
    const circle: Node = { n: 1, next: null };
    circle.next = circle;
    expect(() => type.encode(circle)).toThrow(expect.objectContaining({ code: 'TOO_DEEP' }));
  });

  test('of a hundred levels is fine', () => {
    let list: Node | null = null;
    for (let n = 0; n < 100; n++) list = { n, next: list };
    const type = unique(node(unique));
    expect(type.decode(type.encode(list)).value).toEqual(list);
  });
});

describe('type serialization version 1', () => {
  const type = typeSerialization1(struct('S', '', { n: sizeOf('p', u32), p: unique(conformant(u8)) }));
  const bytes = fromHex(`
    01 10 0800 cccccccc        # common header
    10000000 00000000          # private header: ObjectBufferLength, filler
    03000000 00000200          # n, p
    03000000 01 02 03 00       # max_count, octets, padding to 8
  `);

  test('has both headers and is padded to 8', () => {
    expect(type.encode({ p: [1, 2, 3] })).toEqual(bytes);
    expect(type.decode(bytes)).toEqual({ value: { p: [1, 2, 3] }, layout: undefined });
  });

  test('keeps fillers and a missing padding', () => {
    const odd = Buffer.from(bytes.subarray(0, -1));
    odd[8] = 0x0f;
    odd[4] = 1;
    const { value, layout } = type.decode(odd);
    expect(value).toEqual({ p: [1, 2, 3] });
    expect(type.encode(value, { layout })).toEqual(odd);
  });

  test('may be big-endian within a little-endian stub', () => {
    const big = fromHex('01 00 0800 cccccccc 00000010 00000000 00000003 00020000 00000003 01020300');
    const { value, layout } = type.decode(big);
    expect(value).toEqual({ p: [1, 2, 3] });
    expect(type.encode(value, { layout })).toEqual(big);
  });

  test.each([
    ['another version', 0, 2],
    ['another header length', 2, 16],
    ['a byte order that does not exist', 1, 1],
    ['a length beyond the octets', 8, 0x18],
  ])('refuses %s', (_, at, octet) => {
    const bad = Buffer.from(bytes);
    bad[at] = octet;
    expect(() => type.decode(bad)).toThrow(expect.objectContaining({ name: 'CodecError' }));
  });
});
