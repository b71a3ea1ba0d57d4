import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import type { NdrType, Syntax } from '../../src/codec/ndr/index.js';
import {
  currencyFromText,
  currencyToText,
  dateFromMilliseconds,
  dateToMilliseconds,
  decimalFromText,
  decimalToText,
  fromVariant,
  GetFuncDesc,
  GetIDsOfNames,
  GetNames,
  Invoke,
  invokeRequest,
  invokeResponse,
  type JsValue,
  VARIANT,
  VT_BYREF,
  VT_VARIANT,
  variant,
} from '../../src/codec/oaut/index.js';
import { edited, editsOf, expectRefusedOrKept } from '../support/mutated.js';
import { variants } from '../support/variants.js';
import * as stubs from '../vectors/oaut-stubs.js';

const modes = fc.record({ syntax: fc.constantFrom<Syntax>('ndr20', 'ndr64'), little: fc.boolean() });
const ORPCthis = {
  version: { MajorVersion: 5, MinorVersion: 7 },
  flags: 0,
  cid: '93db879a-5aeb-4f84-97be-637a19b65b22',
};

const settles = (run: () => unknown): void => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
  }
};

const edits = editsOf(4);

describe('VARIANT', () => {
  test('of every type comes back as it was, in both syntaxes and byte orders, without a layout', () => {
    fc.assert(
      fc.property(variants, modes, (value, options) => {
        const bytes = VARIANT.encode(value, options);
        expect(VARIANT.decode(bytes, options)).toEqual({ value, layout: undefined });
      }),
      { numRuns: 2000 },
    );
  });

  test('changed anywhere gives a value that encodes to the same octets, or a CodecError', () => {
    fc.assert(
      fc.property(variants, modes, edits, fc.nat(), (value, options, changes, cut) => {
        const bytes = VARIANT.encode(value, options);
        expectRefusedOrKept(VARIANT, edited(bytes, changes), options);
        settles(() => fromVariant(VARIANT.decode(edited(bytes, changes), options).value));
        settles(() => VARIANT.decode(bytes.subarray(0, cut % bytes.length), options));
      }),
      { numRuns: 2000 },
    );
  });

  test('of random octets gives a value or a CodecError, and what it holds can be asked for', () => {
    const tags = [0x0000, 0x0003, 0x0006, 0x0007, 0x0008, 0x000e, 0x200c, 0x2003, 0x2008, 0x400c, 0x4008];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 96 }), modes, fc.constantFrom(...tags), (noise, options, vt) => {
        const bytes = Buffer.concat([Buffer.alloc(28, 1), Buffer.from(noise)]);
        bytes.writeUInt16LE(vt, 16);
        bytes.writeUInt32LE(vt & 0x2000 || vt, 24);
        settles(() => fromVariant(VARIANT.decode(bytes, options).value));
      }),
      { numRuns: 1000 },
    );
  });

  test('with anything at all in it gives octets or a CodecError', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
    fc.assert(
      fc.property(variants, anything, anything, modes, (value, vt, content, options) => {
        for (const bad of [{ ...value, vt }, { ...value, value: content }, content])
          settles(() => VARIANT.encode(bad as VARIANT, options));
      }),
      { numRuns: 1000 },
    );
  });

  test('nests to a bounded depth', () => {
    let value: VARIANT = { vt: 0 };
    for (let i = 0; i < 5000; i++) value = { vt: VT_VARIANT | VT_BYREF, value };
    expect(() => VARIANT.encode(value)).toThrow(expect.objectContaining({ code: 'TOO_DEEP' }));
    // Each level: a VARIANT pointer, the VARIANT, its pointer to the next.
    const level = Buffer.from(
      '55736572000000000000000000000000 0c40000000000000 0c400000 55736572'.replaceAll(' ', ''),
      'hex',
    );
    settles(() => VARIANT.decode(Buffer.concat(Array(5000).fill(level))));
  });

  test('of a JavaScript value gives that value again', () => {
    const leaves = fc.oneof(
      fc.constantFrom<JsValue>(undefined, null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.string(),
      fc.date({ noInvalidDate: true, min: new Date('0100-01-01'), max: new Date('9999-12-31') }),
      fc.uint8Array({ maxLength: 5 }),
    );
    const values = fc.oneof(
      leaves,
      fc.array(leaves, { maxLength: 4 }),
      fc.array(fc.array(leaves, { maxLength: 3 }), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(values, modes, (value, options) => {
        const bytes = VARIANT.encode(variant(value as JsValue), options);
        expect(fromVariant(VARIANT.decode(bytes, options).value)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('IDispatch stubs', () => {
  const samples = [
    [GetIDsOfNames.request, stubs.getIDsOfNamesRequest],
    [Invoke.request, stubs.executeShellCommandRequest],
    [Invoke.response, stubs.activeViewResponse],
    [GetNames.response, stubs.getNamesResponse],
    [GetFuncDesc.response, stubs.getFuncDescResponse],
  ] as unknown as readonly (readonly [NdrType<unknown>, Buffer])[];

  test('of Windows, changed anywhere, give a value that encodes to the same octets, or a CodecError', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), edits, ([type, stub], changes) =>
        expectRefusedOrKept(type, edited(stub, changes), { syntax: 'ndr20', little: true }),
      ),
      { numRuns: 1000 },
    );
  });

  test('of an Invoke come back as they were, in both syntaxes and byte orders', () => {
    fc.assert(
      fc.property(fc.array(variants, { maxLength: 4 }), variants, modes, (args, result, options) => {
        const request = invokeRequest({ ORPCthis, dispIdMember: 3, args });
        expect(Invoke.request.decode(Invoke.request.encode(request, options), options).value).toEqual(request);
        const response = invokeResponse({ result, rgVarRef: args });
        expect(Invoke.response.decode(Invoke.response.encode(response, options), options).value).toEqual(response);
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers and dates', () => {
  test('a DATE keeps every millisecond of the years 1600 to 2400', () => {
    const range = { min: Date.UTC(1600, 0), max: Date.UTC(2400, 0) };
    fc.assert(
      fc.property(fc.integer(range), (milliseconds) => {
        expect(dateToMilliseconds(dateFromMilliseconds(milliseconds))).toBe(milliseconds);
      }),
    );
  });

  test('a CURRENCY and a DECIMAL keep every digit', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, (amount) => {
        expect(currencyFromText(currencyToText(amount))).toBe(amount);
      }),
    );
    const digits = fc.bigInt({ min: 0n, max: 2n ** 96n - 1n });
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 28 }), fc.constantFrom(0, 0x80), (number, scale, sign) => {
        const value = { scale, sign, Hi32: Number(number >> 64n), Lo64: BigInt.asUintN(64, number) };
        expect(decimalFromText(decimalToText(value))).toEqual(value);
      }),
    );
  });
});
