import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  DISP_E_PARAMNOTFOUND,
  dateFromMilliseconds,
  dateToMilliseconds,
  decimalFromText,
  elementsOf,
  FADF_DISPATCH,
  FADF_HAVEIID,
  FADF_HAVEVARTYPE,
  fromVariant,
  IID_IDispatch,
  type JsValue,
  MISSING,
  type SAFEARRAY,
  SF_DISPATCH,
  SF_I4,
  safearray,
  VARIANT,
  VT_ARRAY,
  VT_BOOL,
  VT_BSTR,
  VT_BYREF,
  VT_CY,
  VT_DATE,
  VT_DECIMAL,
  VT_DISPATCH,
  VT_EMPTY,
  VT_ERROR,
  VT_I2,
  VT_I4,
  VT_I8,
  VT_NULL,
  VT_R8,
  VT_UI1,
  VT_UI8,
  VT_VARIANT,
  variant,
} from '../../../../src/codec/oaut/index.js';
import { fromHex } from '../../../support/hex.js';

/** Referent ids and gaps apart: what the encoding of a VARIANT is, pointer first. */
const hex = (value: VARIANT, options = {}): string => toHex(VARIANT.encode(value, options));

describe('a VARIANT on the wire', () => {
  test('is aligned to 8 behind its pointer, and counts itself in units of 8 octets', () => {
    expect(VARIANT.encode(variant(5))).toEqual(
      fromHex(`
        55736572 00000000             # "User", a gap
        03000000 00000000             # clSize: 24 octets
        0300 0000 0000 0000           # VT_I4, reserved
        03000000 05000000             # the discriminant again, lVal
      `),
    );
  });

  test('has a discriminant and a value of 8 octets each in NDR64', () => {
    expect(VARIANT.encode(variant(5), { syntax: 'ndr64' })).toEqual(
      fromHex(`
        5573657200000000
        04000000 00000000
        0300 0000 0000 0000
        03000000 00000000
        05000000 00000000
      `),
    );
  });

  test('is little-endian in a big-endian stub, but for the pointer to it', () => {
    const value = variant('ab');
    expect(hex(value, { little: false })).toBe(`72657355${hex(value).slice(8)}`);
  });

  test('counts the octets that it points to as well', () => {
    const bytes = VARIANT.encode(variant('cmd'));
    expect([bytes.readUInt32LE(8), bytes.length - 8]).toEqual([6, 42]);
  });

  test('sends a wrong clSize, discriminant or reserved word where one is given, and keeps it', () => {
    const value = { vt: VT_I4, value: 'x', clSize: 99, tag: VT_BSTR, rpcReserved: 1, wReserved1: 2, wReserved3: 3 };
    expect(VARIANT.decode(VARIANT.encode(value))).toEqual({ value, layout: undefined });
  });

  test('of an unknown type is refused by name', () => {
    expect(() => VARIANT.encode({ vt: 0x18 })).toThrow('_varUnion has no arm 24');
  });

  test.each(['ndr20', 'ndr64'] as const)('tells a null reference from one to a null, in %s', (syntax) => {
    const values = [
      { vt: VT_BYREF | VT_BSTR },
      { vt: VT_BYREF | VT_BSTR, value: null },
      { vt: VT_BYREF | VT_VARIANT },
      { vt: VT_BYREF | VT_VARIANT, value: null },
      { vt: VT_BYREF | VT_DISPATCH, value: null },
      { vt: VT_BYREF | VT_ARRAY | VT_I4, value: null },
    ];
    for (const value of values)
      expect(VARIANT.decode(VARIANT.encode(value, { syntax }), { syntax })).toEqual({ value, layout: undefined });
  });

  test('keeps a null BSTR pointer, which says no more than a null BSTR, in the layout', () => {
    const bytes = fromHex('55736572 00000000 0300000000000000 0800000000000000 08000000 00000000');
    const { value, layout } = VARIANT.decode(bytes);
    expect(value).toEqual({ vt: VT_BSTR, value: null });
    expect(VARIANT.encode(value as VARIANT, { layout })).toEqual(bytes);
  });
});

describe('a SAFEARRAY on the wire', () => {
  test('stands behind two pointers, its elements behind its bounds', () => {
    expect(VARIANT.encode(variant([1, -2], VT_ARRAY | VT_I4)).subarray(28)).toEqual(
      fromHex(`
        55736572 00000200             # PSAFEARRAY, SAFEARRAY
        01000000                      # max_count of rgsabound
        0100 8000 04000000 00000300   # cDims, FADF_HAVEVARTYPE, cbElements, cLocks: VT_I4
        03000000 02000000 04000200    # SF_I4, clSize, pData
        02000000 00000000             # cElements, lLbound
        02000000 01000000 feffffff
      `),
    );
  });

  test('has its last dimension first, and its leftmost index varies fastest', () => {
    const array = safearray(
      VT_I2,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [0, 1],
    );
    expect(array.rgsabound).toEqual([
      { cElements: 2, lLbound: 1 },
      { cElements: 3, lLbound: 0 },
    ]);
    expect(array.uArrayStructs.value).toEqual({ pData: [1, 3, 5, 2, 4, 6] });
    expect(elementsOf(array)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });

  test('of objects carries their IID', () => {
    const array = safearray(VT_DISPATCH, [null]);
    expect(array).toMatchObject({
      fFeatures: FADF_DISPATCH | FADF_HAVEIID,
      cLocks: 0,
      uArrayStructs: { tag: 0x800d, value: { apUnknown: [null], iid: IID_IDispatch } },
    });
  });

  test('without a type of its own has the one of its VARIANT, or of its arm', () => {
    const array = { fFeatures: 0, cbElements: 4, cLocks: 0, rgsabound: [{ cElements: 1, lLbound: 0 }] };
    const dwords: SAFEARRAY = { ...array, uArrayStructs: { tag: SF_I4, value: { pData: [0xffffffff] } } };
    const objects: SAFEARRAY = { ...array, uArrayStructs: { tag: SF_DISPATCH, value: { apDispatch: [null] } } };
    expect(elementsOf(dwords)).toEqual([-1]);
    expect(fromVariant({ vt: VT_ARRAY | VT_ERROR, value: dwords })).toEqual([0xffffffff]);
    expect(fromVariant({ vt: VT_ARRAY | VT_BSTR, value: dwords })).toEqual([-1]);
    expect(elementsOf(objects)).toEqual([null]);
  });

  test('whose bounds do not fit its elements gives them in a row', () => {
    const array = safearray(VT_I4, [
      [1, 2],
      [3, 4],
    ]);
    const bounds = [
      { cElements: 0xffffffff, lLbound: 0 },
      { cElements: 2, lLbound: 0 },
    ];
    expect(elementsOf({ ...array, rgsabound: bounds })).toEqual([1, 3, 2, 4]);
  });

  test('of uneven dimensions, or of a type that no array has, is refused', () => {
    expect(() => safearray(VT_I4, [[1, 2], [3]])).toThrow(TypeError);
    expect(() => safearray(VT_DECIMAL, [])).toThrow(TypeError);
  });
});

describe('variant and fromVariant', () => {
  const cases: readonly (readonly [string, JsValue, number])[] = [
    ['undefined', undefined, VT_EMPTY],
    ['null', null, VT_NULL],
    ['a boolean', true, VT_BOOL],
    ['a whole number of 32 bits', -5, VT_I4],
    ['a larger number', 2 ** 31, VT_R8],
    ['a fraction', 0.5, VT_R8],
    ['a negative zero', -0, VT_R8],
    ['a bigint', -5n, VT_I8],
    ['a bigint beyond the signed ones', 2n ** 63n, VT_UI8],
    ['text', 'cmd', VT_BSTR],
    ['a Date', new Date('1899-12-29T06:00:00Z'), VT_DATE],
    ['octets', Uint8Array.of(1, 255), VT_ARRAY | VT_UI1],
    ['an array', [1, 'a', [null]], VT_ARRAY | VT_VARIANT],
  ];

  test.each(cases)('%s has a type of its own', (_, value, vt) => {
    const made = variant(value);
    expect(made.vt).toBe(vt);
    expect(fromVariant(VARIANT.decode(VARIANT.encode(made)).value)).toEqual(value);
  });

  test('a type may be asked for', () => {
    expect(variant(5, VT_I2)).toEqual({ vt: VT_I2, value: 5 });
    expect(variant('5.25', VT_CY)).toEqual({ vt: VT_CY, value: 52_500n });
    expect(variant(5, VT_I8)).toEqual({ vt: VT_I8, value: 5n });
    expect(fromVariant(variant('-0.10', VT_DECIMAL))).toBe('-0.10');
    expect(fromVariant(variant([1, 2], VT_BYREF | VT_ARRAY | VT_I2))).toEqual([1, 2]);
    expect(fromVariant(variant('in', VT_BYREF | VT_VARIANT))).toBe('in');
  });

  test('an optional argument that is left out is undefined', () => {
    expect(MISSING).toEqual({ vt: VT_ERROR, value: DISP_E_PARAMNOTFOUND });
    expect(fromVariant(MISSING)).toBeUndefined();
    expect(fromVariant({ vt: VT_ERROR, value: 0x80004005 })).toBe(0x80004005);
  });

  test('a VARIANT is itself', () => {
    const given = { vt: VT_I4, value: 1, clSize: 9 };
    expect(variant(given)).toBe(given);
  });

  test('an array of a type says so in its cLocks', () => {
    expect(variant([1], VT_ARRAY | VT_I4).value).toMatchObject({
      fFeatures: FADF_HAVEVARTYPE,
      cLocks: VT_I4 * 0x10000,
    });
  });
});

describe('DATE and DECIMAL', () => {
  test.each([
    [5.25, '1900-01-04T06:00:00.000Z'],
    [0, '1899-12-30T00:00:00.000Z'],
    [-1.25, '1899-12-29T06:00:00.000Z'],
    [-1, '1899-12-29T00:00:00.000Z'],
    [25_569, '1970-01-01T00:00:00.000Z'],
  ])('%d is %s: the fraction counts from midnight, before 1899-12-30 too', (date, iso) => {
    expect(new Date(dateToMilliseconds(date)).toISOString()).toBe(iso);
    expect(dateFromMilliseconds(Date.parse(iso))).toBe(date);
  });

  test('a DECIMAL has 96 bits and 28 places at most', () => {
    expect(decimalFromText('-1.5')).toEqual({ scale: 1, sign: 0x80, Hi32: 0, Lo64: 15n });
    expect(decimalFromText('79228162514264337593543950335')).toMatchObject({ Hi32: 0xffffffff });
    expect(() => decimalFromText('79228162514264337593543950336')).toThrow(RangeError);
    expect(() => decimalFromText(`0.${'0'.repeat(29)}`)).toThrow(RangeError);
    expect(() => decimalFromText('1e3')).toThrow(TypeError);
  });
});
