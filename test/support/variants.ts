import fc from 'fast-check';
import type { OBJREF } from '../../src/codec/dcom/index.js';
import { IID_IUnknown, OBJREF_FLAG_STANDARD } from '../../src/codec/dcom/index.js';
import * as oaut from '../../src/codec/oaut/index.js';
import {
  type Elements,
  safearray,
  type VARIANT,
  type VariantValue,
  VT_ARRAY,
  VT_BYREF,
} from '../../src/codec/oaut/index.js';

const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const unsigned = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const hyper = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const unsignedHyper = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
  .map((units) => String.fromCharCode(...units));
const odd = fc.uint8Array({ maxLength: 9 }).filter((octets) => octets.length % 2 === 1);

const objref = (iid: string): fc.Arbitrary<OBJREF> =>
  fc.record({ oxid: unsignedHyper, oid: unsignedHyper, ipid: fc.uuid() }).map((ids) => ({
    flags: OBJREF_FLAG_STANDARD,
    iid,
    std: { flags: 0, cPublicRefs: 5, ...ids },
    saResAddr: { stringBindings: [{ wTowerId: 7, aNetworkAddr: 'HOST' }], securityBindings: [] },
  }));

const decimal = fc.record({
  scale: unsigned(8),
  sign: fc.constantFrom(0, 0x80),
  Hi32: unsigned(32),
  Lo64: unsignedHyper,
});
const record = fc
  .uint8Array({ minLength: 4, maxLength: 12 })
  .map((pRecord) => ({ fFlags: 1, pRecInfo: null, pRecord }));

/** Values of the types that are no VARIANT, by VT_*. */
const SCALARS: readonly (readonly [number, fc.Arbitrary<VariantValue>])[] = [
  [oaut.VT_I1, int(8)],
  [oaut.VT_I2, int(16)],
  [oaut.VT_I4, int(32)],
  [oaut.VT_INT, int(32)],
  [oaut.VT_I8, hyper],
  [oaut.VT_UI1, unsigned(8)],
  [oaut.VT_UI2, unsigned(16)],
  [oaut.VT_UI4, unsigned(32)],
  [oaut.VT_UINT, unsigned(32)],
  [oaut.VT_ERROR, unsigned(32)],
  [oaut.VT_UI8, unsignedHyper],
  [oaut.VT_R4, fc.float()],
  [oaut.VT_R8, fc.double()],
  [oaut.VT_DATE, fc.double()],
  [oaut.VT_CY, hyper],
  [oaut.VT_BOOL, fc.boolean()],
  [oaut.VT_BSTR, fc.oneof(text, odd, fc.constant(null))],
  [oaut.VT_DISPATCH, fc.oneof(objref(oaut.IID_IDispatch), fc.constant(null))],
  [oaut.VT_UNKNOWN, fc.oneof(objref(IID_IUnknown), fc.constant(null))],
];

const dimensions = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
function grid(element: fc.Arbitrary<VariantValue>, [count = 1, ...others]: readonly number[]): fc.Arbitrary<Elements> {
  const size = { minLength: count, maxLength: count };
  return others.length === 0 ? fc.array(element, size) : fc.array(grid(element, others), size);
}
const arrayOf = (type: number, element: fc.Arbitrary<VariantValue>): fc.Arbitrary<VARIANT> =>
  fc
    .tuple(
      dimensions.chain((counts) => grid(element, counts)),
      fc.array(int(32), { maxLength: 3 }),
    )
    .map(([elements, bounds]) => ({ vt: VT_ARRAY | type, value: safearray(type, elements, bounds) }));

const holding = (vt: number, values: fc.Arbitrary<VariantValue>): fc.Arbitrary<VARIANT> =>
  values.map((value) => ({ vt, value }));

/** VARIANTs of every type of [MS-OAUT] 2.2.7, by value and by reference, and of VARIANTs within. */
export const { variants } = fc.letrec<{ variants: VARIANT }>((tie) => ({
  variants: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom({ vt: oaut.VT_EMPTY }, { vt: oaut.VT_NULL }),
    ...SCALARS.map(([type, values]) => holding(type, values)),
    ...SCALARS.map(([type, values]) => holding(type | VT_BYREF, values)),
    holding(oaut.VT_DECIMAL, decimal),
    holding(oaut.VT_DECIMAL | VT_BYREF, decimal),
    holding(oaut.VT_RECORD, record),
    holding(oaut.VT_RECORD | VT_BYREF, record),
    ...SCALARS.map(([type]) => fc.constant({ vt: type | VT_BYREF })),
    ...SCALARS.map(([type, values]) => arrayOf(type, values)),
    arrayOf(oaut.VT_RECORD, record),
    holding(VT_ARRAY | oaut.VT_I4, fc.constant(null)),
    arrayOf(oaut.VT_I2, int(16)).map((array) => ({ ...array, vt: array.vt | VT_BYREF })),
    arrayOf(oaut.VT_VARIANT, tie('variants')),
    holding(oaut.VT_VARIANT | VT_BYREF, fc.oneof(tie('variants'), fc.constant(null))),
    fc.tuple(tie('variants'), unsigned(16), unsigned(32)).map(([inner, wReserved2, clSize]) => ({
      ...inner,
      wReserved2: wReserved2 || 1,
      clSize: (clSize | 0x80000000) >>> 0,
    })),
  ),
}));
