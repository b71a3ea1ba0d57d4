import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import {
  boolean,
  char,
  conformant,
  conformantBytes,
  conformantVarying,
  conformantVaryingBytes,
  contextHandle,
  cstring,
  double,
  enum16,
  type Fields,
  fixedArray,
  fixedBytes,
  float,
  full,
  i8,
  i16,
  i32,
  i64,
  type NdrType,
  operation,
  ref,
  reserved,
  type Syntax,
  sizeOf,
  struct,
  switchOf,
  typeSerialization1,
  u8,
  u16,
  u32,
  u64,
  union,
  unique,
  uuid,
  varying,
  varyingBytes,
  varyingCstring,
  varyingWstring,
  wchar,
  wstring,
} from '../../src/codec/ndr/index.js';
import { edited, editsOf, expectRefusedOrKept } from '../support/mutated.js';

/** A type, and a value of it. */
interface Sample {
  readonly type: NdrType<unknown>;
  readonly value: unknown;
}

const sample = <T>(type: NdrType<T>, values: fc.Arbitrary<T>): fc.Arbitrary<Sample> =>
  values.map((value) => ({ type, value }) as Sample);

const octets = fc.uint8Array({ maxLength: 20 });
const latin1 = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 })
  .map((codes) => String.fromCharCode(...codes));
const utf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((codes) => String.fromCharCode(...codes));

const plain: fc.Arbitrary<Sample> = fc.oneof(
  sample(u8, fc.integer({ min: 0, max: 0xff })),
  sample(i8, fc.integer({ min: -128, max: 127 })),
  sample(u16, fc.integer({ min: 0, max: 0xffff })),
  sample(i16, fc.integer({ min: -0x8000, max: 0x7fff })),
  sample(u32, fc.integer({ min: 0, max: 0xffffffff })),
  sample(i32, fc.integer({ min: -0x80000000, max: 0x7fffffff })),
  sample(u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  sample(i64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  sample(float, fc.float()),
  sample(double, fc.double()),
  sample(boolean, fc.boolean()),
  sample(
    char,
    fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  ),
  sample(
    wchar,
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  ),
  sample(enum16, fc.integer({ min: 0, max: 0x7fff })),
  sample(uuid, fc.uuid()),
  sample(fixedBytes(5), fc.uint8Array({ minLength: 5, maxLength: 5 })),
  sample(varyingBytes, octets),
  sample(varyingWstring(9), utf16),
  sample(varyingCstring(9), latin1),
  sample(contextHandle, fc.record({ context_handle_uuid: fc.uuid() })),
);

/** Types that send a max_count before the structure that they end. */
const conformantLeaf: fc.Arbitrary<Sample> = fc.oneof(
  sample(conformantBytes, octets),
  sample(conformantVaryingBytes, octets),
  sample(wstring, utf16),
  sample(cstring, latin1),
  sample(conformant(u16), fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 })),
  sample(conformantVarying(u64), fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 3 })),
);

let count = 0;
const structOf = (members: readonly Sample[]): Sample => {
  const fields: Fields = { tag: reserved(u16, 7) };
  const value: Record<string, unknown> = {};
  members.forEach((member, i) => {
    fields[`m${i}`] = member.type;
    value[`m${i}`] = member.value;
  });
  return { type: struct(`S${count++}`, 'test', fields), value };
};

const pointerTo = ({ type, value }: Sample, kind: number, isNull: boolean): Sample => {
  const kinds = [unique, ref, type.deferred ? unique : full];
  const pointer = (kinds[kind] as typeof unique)(type);
  const pointee = kind !== 1 && type.nullable ? { to: value } : value;
  return { type: pointer, value: isNull && kind !== 1 ? null : pointee };
};

const { any } = fc.letrec<{ any: Sample; inline: Sample; conformant: Sample }>((tie) => ({
  inline: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    fc.array(tie('inline'), { minLength: 1, maxLength: 4 }).map(structOf),
    fc.tuple(tie('any'), fc.nat(2), fc.boolean()).map(([target, kind, isNull]) => pointerTo(target, kind, isNull)),
    fc.tuple(tie('inline'), fc.integer({ min: 1, max: 3 })).map(([element, n]) => ({
      type: fixedArray(element.type, n),
      value: Array(n).fill(element.value),
    })),
    fc.tuple(tie('inline'), fc.nat(3)).map(([element, n]) => ({
      type: varying(element.type),
      value: Array(n).fill(element.value),
    })),
    fc.tuple(tie('inline'), tie('inline'), fc.nat(3)).map(([one, other, tag]) => ({
      type: union(`U${count++}`, 'test', u16, { 1: one.type, 2: null }, other.type),
      value: tag === 2 ? { tag } : { tag, value: tag === 1 ? one.value : other.value },
    })) as fc.Arbitrary<Sample>,
    tie('inline').map(({ type, value }) => ({ type: typeSerialization1(type), value })),
  ),
  conformant: fc.oneof(
    { depthSize: 'small' },
    conformantLeaf,
    fc.tuple(tie('inline'), fc.nat(3)).map(([element, n]) => ({
      type: conformant(element.type),
      value: Array(n).fill(element.value),
    })),
    fc
      .tuple(fc.array(tie('inline'), { maxLength: 3 }), tie('conformant'))
      .map(([head, last]) => structOf([...head, last])),
  ),
  any: fc.oneof(tie('inline'), tie('conformant')),
}));

const syntaxes = fc.record({ syntax: fc.constantFrom<Syntax>('ndr20', 'ndr64'), little: fc.boolean() });

const stub = fc.array(any, { minLength: 1, maxLength: 4 }).map((members): Sample => {
  const names = members.map((_, i) => `p${i}`);
  const types = Object.fromEntries(names.map((name, i) => [name, (members[i] as Sample).type]));
  const value = Object.fromEntries(names.map((name, i) => [name, (members[i] as Sample).value]));
  return { type: operation({ name: 'Op', opnum: 0, section: 'test', in: types, out: {} }).request, value };
});

const settles = (run: () => unknown): void => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
  }
};

describe('NDR', () => {
  test('encode, decode and encode again give the same value and octets in both syntaxes and byte orders', () => {
    fc.assert(
      fc.property(fc.oneof(any, stub), syntaxes, ({ type, value }, options) => {
        const bytes = type.encode(value, options);
        const decoded = type.decode(bytes, options);
        expect(type.encode(decoded.value, { ...options, layout: decoded.layout })).toEqual(bytes);
        expect(type.encode(decoded.value, options)).toEqual(bytes);
        expect(decoded.value).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('octets that decode are encoded again as they were, whatever was changed in them', () => {
    fc.assert(
      fc.property(
        fc.oneof(any, stub),
        syntaxes,
        editsOf(4, 0),
        fc.nat(3),
        ({ type, value }, options, changes, extra) => {
          const bytes = Buffer.concat([type.encode(value, options), Buffer.alloc(extra, 0xaa)]);
          expectRefusedOrKept(type, edited(bytes, changes), options);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('random and truncated octets give a value or a CodecError', () => {
    fc.assert(
      fc.property(any, syntaxes, fc.uint8Array({ maxLength: 64 }), fc.nat(), ({ type, value }, options, noise, cut) => {
        settles(() => type.decode(noise, options));
        const bytes = type.encode(value, options);
        settles(() => type.decode(bytes.subarray(0, cut % (bytes.length + 1)), options));
      }),
      { numRuns: 500 },
    );
  });

  test('whatever is encoded gives octets or a CodecError', () => {
    fc.assert(
      fc.property(
        any,
        fc.anything({ withBigInt: true, withNullPrototype: true }),
        syntaxes,
        ({ type }, value, options) => settles(() => type.encode(value, options)),
      ),
      { numRuns: 500 },
    );
  });

  test('a layout of another value changes octets at most', () => {
    const numbers = fc.array(fc.tuple(fc.nat(6), fc.oneof(fc.nat(), fc.bigInt())));
    const blobs = fc.array(fc.tuple(fc.nat(6), octets));
    const layouts = fc.record({ referents: numbers, words: numbers, padding: blobs, tails: blobs });
    fc.assert(
      fc.property(any, layouts, syntaxes, ({ type, value }, layout, options) => {
        type.encode(value, { ...options, layout });
      }),
      { numRuns: 300 },
    );
  });

  test('counts and discriminants are left out of values where they agree', () => {
    const type = struct('Sized', 'test', {
      n: sizeOf('items', u32),
      items: unique(conformant(u32)),
      level: switchOf('u', u16),
      u: union('U', 'test', u16, { 1: u32 }),
    });
    fc.assert(
      fc.property(fc.array(fc.nat()), syntaxes, (items, options) => {
        const value = { items, u: { tag: 1 as const, value: 5 } };
        expect(type.decode(type.encode(value, options), options)).toEqual({ value, layout: undefined });
      }),
    );
  });
});
