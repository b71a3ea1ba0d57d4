import { describe, expect, test } from 'vitest';
import { CodecError } from '../../../../src/codec/error.js';
import { conformant, operation, reserved, sizeOf, struct, u16, u32, unique } from '../../../../src/codec/ndr/index.js';

const pair = struct('pair', 'test', { count: sizeOf('items', u32), items: conformant(u16) });
const call = operation({
  name: 'call',
  opnum: 0,
  section: 'test',
  in: { count: sizeOf('items', u32), items: unique(conformant(u16)), pair, zero: reserved(u32, 0) },
  out: {},
});

const honest = { items: [1, 2], pair: { items: [3] } };
const strictly = (input: Parameters<typeof call.request.encode>[0]) =>
  call.request.decode(call.request.encode(input), { strict: true }).value;

describe('a strict reader', () => {
  test('takes counts that are those of their arrays', () => expect(strictly(honest)).toEqual(honest));

  test.each([
    ['a parameter that is not the count of its array', { ...honest, count: 3 }, 'count is 3, and items asks for 2'],
    ['a count of a NULL pointer', { ...honest, count: 2, items: null }, 'count is 2, and items asks for 0'],
    ['a member that is not the count of its array', { ...honest, pair: { count: 9, items: [3] } }, 'count is 9'],
  ])('refuses %s, which any other keeps', (_, input, why) => {
    expect(() => strictly(input)).toThrow(CodecError);
    expect(() => strictly(input)).toThrow(why);
    expect(call.request.decode(call.request.encode(input)).value).toEqual(input);
  });

  test('keeps reserved fields, which a receiver ignores', () =>
    expect(strictly({ ...honest, zero: 7 })).toEqual({ ...honest, zero: 7 }));
});
