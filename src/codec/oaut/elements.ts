import { IID_IUnknown } from '../dcom/constants.js';
import * as vt from './constants.js';
import type { SAFEARRAY, SAFEARRAYBOUND, SAFEARRAYUNION } from './safearray.js';
import type { VariantValue } from './variant.js';

/** Elements of one dimension, or of more: `[[1, 2], [3, 4]]`. */
export type Elements = readonly (VariantValue | Elements)[];

/**
 * [MS-OAUT] 2.2.30.10: a SAFEARRAY of elements of one type, each as `value` of a VARIANT of that type; VARIANTs for
 * VT_VARIANT. `lowerBounds` are 0 unless given. Throws TypeError for a type that no array has.
 */
export function safearray(type: number, elements: Elements, lowerBounds: readonly number[] = []): SAFEARRAY {
  const { sfType, cbElements, fFeatures, toWire } = kindOf(type);
  const counts = countsOf(elements);
  const haveVartype = fFeatures & vt.FADF_HAVEIID || type === vt.VT_RECORD ? 0 : vt.FADF_HAVEVARTYPE;
  return {
    fFeatures: fFeatures | haveVartype,
    cbElements,
    cLocks: haveVartype ? type * 0x10000 : 0,
    uArrayStructs: { tag: sfType, value: toWire(flatten(elements, counts)) } as SAFEARRAYUNION,
    rgsabound: counts.map((cElements, i): SAFEARRAYBOUND => ({ cElements, lLbound: lowerBounds[i] ?? 0 })).reverse(),
  };
}

/** The type of the elements: what the array tells, or else what the VARIANT around it does. */
export function elementType({ fFeatures, cLocks, uArrayStructs: { tag } }: SAFEARRAY, type?: number): number {
  if (fFeatures & vt.FADF_HAVEVARTYPE) return cLocks >>> 16;
  if (tag !== vt.SF_HAVEIID) return type ?? tag;
  return fFeatures & vt.FADF_DISPATCH ? vt.VT_DISPATCH : vt.VT_UNKNOWN;
}

/** Bounds the nesting: an array of 60 dimensions of two has more elements than a stub has octets. */
const MAX_DIMENSIONS = 60;

/** The elements, nested as the array has dimensions; flat where its bounds do not fit their number. */
export function elementsOf(array: SAFEARRAY, type?: number): Elements {
  const flat = kindOf(elementType(array, type)).fromWire(array.uArrayStructs);
  const counts = array.rgsabound.map(({ cElements }) => cElements).reverse();
  const product = counts.reduce((all, count) => all * count, 1);
  const nested = counts.length > 1 && counts.length <= MAX_DIMENSIONS && flat.length > 0 && product === flat.length;
  return nested ? nest(flat, counts) : flat;
}

/** How elements of one type stand in a SAFEARRAY. */
interface Kind {
  readonly sfType: number;
  readonly cbElements: number;
  readonly fFeatures: number;
  toWire(elements: readonly VariantValue[]): unknown;
  fromWire(union: SAFEARRAYUNION): readonly VariantValue[];
}

type Words = readonly (number | bigint)[] | Uint8Array | null;

/** Numbers, as unsigned words of the element's size; `to` and `from` reinterpret their bits. */
const words = (
  sfType: number,
  cbElements: number,
  to: (element: VariantValue) => number | bigint,
  from: (word: number | bigint) => VariantValue,
): Kind => ({
  sfType,
  cbElements,
  fFeatures: 0,
  toWire: (elements) => {
    const pData = elements.map(to);
    return { pData: sfType === vt.SF_I1 ? Uint8Array.from(pData as number[]) : pData };
  },
  fromWire: ({ value }) => Array.from((value as { pData?: Words }).pData ?? [], from),
});

const view = new DataView(new ArrayBuffer(8));
const whole = (element: VariantValue): number => Number(element);
const signed = (bits: number) => (word: number | bigint) => (Number(word) << (32 - bits)) >> (32 - bits);
const asIs = (word: number | bigint): VariantValue => word;
const hyper = (element: VariantValue): bigint => BigInt.asUintN(64, BigInt(element as bigint));
const signedHyper = (word: number | bigint) => BigInt.asIntN(64, BigInt(word));
function doubleBits(element: VariantValue): bigint {
  view.setFloat64(0, Number(element));
  return view.getBigUint64(0);
}
function doubleOf(word: number | bigint): number {
  view.setBigUint64(0, BigInt(word));
  return view.getFloat64(0);
}
function floatBits(element: VariantValue): number {
  view.setFloat32(0, Number(element));
  return view.getUint32(0);
}
function floatOf(word: number | bigint): number {
  view.setUint32(0, Number(word));
  return view.getFloat32(0);
}

/** Elements that stand as they are, in the member of this name. */
const listed = (sfType: number, cbElements: number, fFeatures: number, member: string, more = {}): Kind => ({
  sfType,
  cbElements,
  fFeatures,
  toWire: (elements) => ({ [member]: [...elements], ...more }),
  fromWire: ({ value }) => ((value as Record<string, unknown>)[member] ?? []) as readonly VariantValue[],
});

const POINTER = 4;
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [vt.VT_I1, words(vt.SF_I1, 1, (element) => whole(element) & 0xff, signed(8))],
  [vt.VT_UI1, words(vt.SF_I1, 1, whole, asIs)],
  [vt.VT_I2, words(vt.SF_I2, 2, (element) => whole(element) & 0xffff, signed(16))],
  [vt.VT_UI2, words(vt.SF_I2, 2, whole, asIs)],
  [
    vt.VT_BOOL,
    words(
      vt.SF_I2,
      2,
      (element) => (element ? 0xffff : 0),
      (word) => word !== 0,
    ),
  ],
  [vt.VT_I4, words(vt.SF_I4, 4, (element) => whole(element) >>> 0, signed(32))],
  [vt.VT_INT, words(vt.SF_I4, 4, (element) => whole(element) >>> 0, signed(32))],
  [vt.VT_UI4, words(vt.SF_I4, 4, whole, asIs)],
  [vt.VT_UINT, words(vt.SF_I4, 4, whole, asIs)],
  [vt.VT_ERROR, words(vt.SF_I4, 4, whole, asIs)],
  [vt.VT_R4, words(vt.SF_I4, 4, floatBits, floatOf)],
  [vt.VT_I8, words(vt.SF_I8, 8, hyper, signedHyper)],
  [vt.VT_UI8, words(vt.SF_I8, 8, hyper, asIs)],
  [vt.VT_CY, words(vt.SF_I8, 8, hyper, signedHyper)],
  [vt.VT_R8, words(vt.SF_I8, 8, doubleBits, doubleOf)],
  [vt.VT_DATE, words(vt.SF_I8, 8, doubleBits, doubleOf)],
  [vt.VT_BSTR, listed(vt.SF_BSTR, POINTER, vt.FADF_BSTR, 'aBstr')],
  [vt.VT_VARIANT, listed(vt.SF_VARIANT, 16, vt.FADF_VARIANT, 'aVariant')],
  [vt.VT_RECORD, listed(vt.SF_RECORD, POINTER, vt.FADF_RECORD, 'aRecord')],
  // Windows creates arrays of interface pointers with their IID.
  [
    vt.VT_UNKNOWN,
    listed(vt.SF_HAVEIID, POINTER, vt.FADF_UNKNOWN | vt.FADF_HAVEIID, 'apUnknown', { iid: IID_IUnknown }),
  ],
  [
    vt.VT_DISPATCH,
    listed(vt.SF_HAVEIID, POINTER, vt.FADF_DISPATCH | vt.FADF_HAVEIID, 'apUnknown', { iid: vt.IID_IDispatch }),
  ],
]);

function kindOf(type: number): Kind {
  const kind = KINDS.get(type);
  if (kind === undefined) throw new TypeError(`no SAFEARRAY has elements of type ${type}`);
  return kind;
}

/** How many elements each dimension has. */
function countsOf(elements: Elements): number[] {
  const [first] = elements;
  return Array.isArray(first) ? [elements.length, ...countsOf(first as Elements)] : [elements.length];
}

/** The leftmost index varies fastest. */
function flatten(elements: Elements, counts: readonly number[]): readonly VariantValue[] {
  if (counts.length === 1) return elements as readonly VariantValue[];
  const parts = elements.map((part) => flatten(part as Elements, counts.slice(1)));
  const size = parts[0]?.length ?? 0;
  if (parts.some((part) => part.length !== size)) throw new TypeError('the dimensions of a SAFEARRAY are not even');
  return Array.from({ length: size }, (_, i) => parts.map((part) => part[i])).flat();
}

function nest(flat: readonly VariantValue[], counts: readonly number[], first = 0, step = 1): Elements {
  const [count = 0, ...others] = counts;
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * step;
    return others.length === 0 ? flat[at] : nest(flat, others, at, step * count);
  });
}
