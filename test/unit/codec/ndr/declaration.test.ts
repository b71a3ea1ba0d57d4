import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  conformant,
  conformantBytes,
  type Infer,
  interfaceDef,
  operation,
  reserved,
  sizeOf,
  struct,
  switchOf,
  toJson,
  u8,
  u16,
  u32,
  u64,
  union,
  unique,
  wstring,
} from '../../../../src/codec/ndr/index.js';
import { fromHex } from '../../../support/hex.js';

const Leaf = struct('Leaf', '[X] 1', { a: u8, text: unique(wstring) });
const Root = struct(
  'Root',
  '[X] 2',
  { count: sizeOf('leaves', u32), zero: reserved(u16, 0), leaves: unique(conformant(Leaf)) },
  { leaves: 'one | two' },
);

describe('a declaration', () => {
  test('gives the static type, with counts and reserved fields optional', () => {
    expectTypeOf<Infer<typeof Root>>().toEqualTypeOf<{
      leaves: { a: number; text: string | null }[] | null;
      count?: number | undefined;
      zero?: number | undefined;
    }>();
    const tagged = union('U', '', u16, { 1: u8, 2: null });
    expectTypeOf<Infer<typeof tagged>>().toEqualTypeOf<{ tag: 1; value: number } | { tag: 2; value?: undefined }>();
  });

  test('gives a table for the docs', () => {
    expect(Root.fields).toEqual([
      { name: 'count', type: 'unsigned long /* of leaves */', note: '' },
      { name: 'zero', type: 'unsigned short /* 0 */', note: '' },
      { name: 'leaves', type: '[unique] [size_is] Leaf[] *', note: 'one | two' },
    ]);
  });

  test('gives where each part stands, when asked', () => {
    const bytes = Root.encode({ leaves: [{ a: 1, text: 'x' }] });
    const { spans } = Root.decode(bytes, { spans: true });
    expect(spans?.map(({ path, start, end, value = '' }) => `${start}-${end} ${path} ${value}`.trim())).toEqual([
      '0-4 Root.count 1',
      '4-6 Root.zero 0',
      '8-12 Root.leaves',
      '6-8 Root.(padding)',
      '12-24 Root.leaves',
      '12-16 Root.leaves.(max_count) 1',
      '16-24 Root.leaves.0',
      '16-17 Root.leaves.0.a 1',
      '20-24 Root.leaves.0.text',
      '17-20 Root.leaves.0.(padding)',
      '24-40 Root.leaves.0.text x',
      '24-28 Root.leaves.0.text.(max_count) 2',
      '28-32 Root.leaves.0.text.(offset) 0',
      '32-36 Root.leaves.0.text.(actual_count) 2',
      '36-40 Root.leaves.0.text.(text)',
    ]);
  });

  test('gives with each part its type, its section and what the declaration says of it', () => {
    const { spans = [] } = Root.decode(Root.encode({ leaves: [{ a: 1, text: null }] }), { spans: true });
    expect(spans.find(({ path }) => path === 'Root.leaves')).toEqual({
      path: 'Root.leaves',
      start: 8,
      end: 12,
      type: '[unique] [size_is] Leaf[] *',
      section: '[X] 2',
      note: 'one | two',
    });
  });

  test('gives errors that name the field, also behind a pointer', () => {
    const bytes = Root.encode({ leaves: [{ a: 1, text: 'x' }] });
    expect(() => Root.decode(bytes.subarray(0, -1))).toThrow(
      expect.objectContaining({ code: 'BAD_LENGTH', path: 'Root.leaves.0.text', offset: 36 }),
    );
    expect(() => Root.encode({ leaves: [{ a: 300, text: null }] })).toThrow(
      expect.objectContaining({ code: 'UNENCODABLE', path: 'Root.leaves.0.a' }),
    );
    expect(() => Root.encode({ leaves: [{ a: 3 }] } as never)).toThrow('Root.leaves.0.text');
  });

  test('gives values that JSON can hold', () => {
    const type = struct('S', '', { big: u64, data: conformantBytes });
    const { value } = type.decode(fromHex('02000000 00000000 ffffffffffffffff 0102'));
    expect(toJson(value)).toEqual({ big: '0xffffffffffffffff', data: '0102' });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(toJson({ circle, nan: Number.NaN, none: undefined })).toEqual({ circle: { self: '(shared)' }, nan: 'NaN' });
  });
});

describe('reserved fields and discriminants', () => {
  test('are left out of the value, and given there where they deviate', () => {
    const type = struct('S', '', {
      level: switchOf('u', u16),
      u: union('U', '', u16, { 1: u8 }),
      zero: reserved(u8, 0),
    });
    expect(type.decode(fromHex('0100 0100 05 00')).value).toEqual({ u: { tag: 1, value: 5 } });
    const odd = fromHex('0700 0100 05 09');
    expect(type.decode(odd).value).toEqual({ level: 7, u: { tag: 1, value: 5 }, zero: 9 });
    expect(type.encode(type.decode(odd).value)).toEqual(odd);
  });
});

describe('octets after the last value', () => {
  test('are kept by the layout', () => {
    const bytes = fromHex('05 aabb');
    const { value, layout } = u8.decode(bytes);
    expect(layout).toEqual({ tails: [[0, Uint8Array.of(0xaa, 0xbb)]] });
    expect(u8.encode(value, { layout })).toEqual(bytes);
  });
});

describe('an interface', () => {
  const declare = (opnums: number[]) =>
    interfaceDef({
      name: 'I',
      uuid: '00000000-0000-0000-0000-000000000001',
      version: { major: 1, minor: 0 },
      section: '',
      operations: opnums.map((opnum) => operation({ name: `Op${opnum}`, opnum, section: '', in: {}, out: { n: u8 } })),
    });

  test('finds operations by opnum', () => {
    expect(declare([3, 5]).operations.get(5)?.name).toBe('Op5');
  });

  test('has no opnum twice', () => {
    expect(() => declare([3, 3])).toThrow('an opnum twice');
  });
});
