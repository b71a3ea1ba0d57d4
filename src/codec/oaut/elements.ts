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
  const { sfTypes, cbElements, fFeatures, to, more } = kindOf(type);
  const [tag] = sfTypes;
  const counts = countsOf(elements);
  const sent = flatten(elements, counts).map(to);
  const haveVartype = fFeatures & vt.FADF_HAVEIID || type === vt.VT_RECORD ? 0 : vt.FADF_HAVEVARTYPE;
  const value = { [MEMBERS[tag]]: tag === vt.SF_I1 ? Uint8Array.from(sent as number[]) : sent, ...more };
  return {
    fFeatures: fFeatures | haveVartype,
    cbElements,
    cLocks: haveVartype ? type * 0x10000 : 0,
    uArrayStructs: { tag, value } as unknown as SAFEARRAYUNION,
    rgsabound: counts.map((cElements, i): SAFEARRAYBOUND => ({ cElements, lLbound: lowerBounds[i] ?? 0 })).reverse(),
  };
}

/**
 * The type of the elements: what the array tells, or else what the VARIANT around it does. Where that is no type of such
 * elements, they are of the type that their union is named after.
 */
export function elementType({ fFeatures, cLocks, uArrayStructs: { tag } }: SAFEARRAY, type?: number): number {
  const withIid = fFeatures & vt.FADF_DISPATCH ? vt.VT_DISPATCH : vt.VT_UNKNOWN;
  const told = fFeatures & vt.FADF_HAVEVARTYPE ? cLocks >>> 16 : tag === vt.SF_HAVEIID ? withIid : (type ?? tag);
  if (KINDS.get(told)?.sfTypes.includes(tag)) return told;
  return tag === vt.SF_HAVEIID ? vt.VT_UNKNOWN : tag;
}

/** Bounds the nesting: an array of 60 dimensions of two has more elements than a stub has octets. */
const MAX_DIMENSIONS = 60;

/** The elements, nested as the array has dimensions; flat where its bounds do not fit their number. */
export function elementsOf(array: SAFEARRAY, type?: number): Elements {
  const { from } = kindOf(elementType(array, type));
  const { tag, value } = array.uArrayStructs;
  const sent = (value as Readonly<Record<string, Listed>>)[MEMBERS[tag]] ?? [];
  const flat: readonly VariantValue[] = Array.from<VariantValue, VariantValue>(sent, from);
  const counts = array.rgsabound.map(({ cElements }) => cElements).reverse();
  const product = counts.reduce((all, count) => all * count, 1);
  const nested = counts.length > 1 && counts.length <= MAX_DIMENSIONS && flat.length > 0 && product === flat.length;
  return nested ? nest(flat, counts) : flat;
}

type Listed = readonly VariantValue[] | Uint8Array | null | undefined;

/** The member of each arm of a SAFEARRAYUNION that the elements are in. */
const MEMBERS: Readonly<Record<SAFEARRAYUNION['tag'], string>> = {
  [vt.SF_I1]: 'pData',
  [vt.SF_I2]: 'pData',
  [vt.SF_I4]: 'pData',
  [vt.SF_I8]: 'pData',
  [vt.SF_BSTR]: 'aBstr',
  [vt.SF_UNKNOWN]: 'apUnknown',
  [vt.SF_DISPATCH]: 'apDispatch',
  [vt.SF_VARIANT]: 'aVariant',
  [vt.SF_RECORD]: 'aRecord',
  [vt.SF_HAVEIID]: 'apUnknown',
};

/** How elements of one type stand in a SAFEARRAY. */
interface Kind {
  /** Arms of the union; the first one is for arrays that are made here. */
  readonly sfTypes: readonly [SAFEARRAYUNION['tag'], ...SAFEARRAYUNION['tag'][]];
  readonly cbElements: number;
  readonly fFeatures: number;
  /** To what stands on the wire, and back: numbers are unsigned words of their size. */
  readonly to: (element: VariantValue) => VariantValue;
  readonly from: (element: VariantValue) => VariantValue;
  /** Members of the union's arm besides the elements. */
  readonly more?: object;
}

const asIs = (element: VariantValue): VariantValue => element;
const view = new DataView(new ArrayBuffer(8));
const signed = (bits: number) => (word: VariantValue) => (Number(word) << (32 - bits)) >> (32 - bits);
const unsigned = (bits: number) => (element: VariantValue) => Number(element) & (2 ** bits - 1);
const hyper = (element: VariantValue) => BigInt.asUintN(64, BigInt(element as bigint));
const signedHyper = (word: VariantValue) => BigInt.asIntN(64, BigInt(word as bigint));
function doubleBits(element: VariantValue): bigint {
  view.setFloat64(0, Number(element));
  return view.getBigUint64(0);
}
function doubleOf(word: VariantValue): number {
  view.setBigUint64(0, BigInt(word as bigint));
  return view.getFloat64(0);
}
function floatBits(element: VariantValue): number {
  view.setFloat32(0, Number(element));
  return view.getUint32(0);
}
function floatOf(word: VariantValue): number {
  view.setUint32(0, Number(word));
  return view.getFloat32(0);
}

type Convert = Kind['to'];
type Words = 1 | 2 | 4 | 8;
const SF_BY_SIZE = { 1: vt.SF_I1, 2: vt.SF_I2, 4: vt.SF_I4, 8: vt.SF_I8 } as const;

const words = (cbElements: Words, to: Convert = asIs, from: Convert = asIs): Kind => ({
  sfTypes: [SF_BY_SIZE[cbElements]],
  cbElements,
  fFeatures: 0,
  to,
  from,
});

const listed = (sfTypes: Kind['sfTypes'], cbElements: number, fFeatures: number, more: object = {}): Kind => ({
  sfTypes,
  cbElements,
  fFeatures,
  to: asIs,
  from: asIs,
  more,
});

const POINTER = 4;
/** Windows creates arrays of interface pointers with their IID. */
const pointers = (sfType: typeof vt.SF_UNKNOWN | typeof vt.SF_DISPATCH, feature: number, iid: string): Kind =>
  listed([vt.SF_HAVEIID, sfType], POINTER, feature | vt.FADF_HAVEIID, { iid });

const KINDS: ReadonlyMap<number, Kind> = new Map([
  [vt.VT_I1, words(1, unsigned(8), signed(8))],
  [vt.VT_UI1, words(1)],
  [vt.VT_I2, words(2, unsigned(16), signed(16))],
  [vt.VT_UI2, words(2)],
  [
    vt.VT_BOOL,
    words(
      2,
      (element) => (element ? 0xffff : 0),
      (word) => word !== 0,
    ),
  ],
  [vt.VT_I4, words(4, (element) => Number(element) >>> 0, signed(32))],
  [vt.VT_INT, words(4, (element) => Number(element) >>> 0, signed(32))],
  [vt.VT_UI4, words(4)],
  [vt.VT_UINT, words(4)],
  [vt.VT_ERROR, words(4)],
  [vt.VT_R4, words(4, floatBits, floatOf)],
  [vt.VT_I8, words(8, hyper, signedHyper)],
  [vt.VT_UI8, words(8)],
  [vt.VT_CY, words(8, hyper, signedHyper)],
  [vt.VT_R8, words(8, doubleBits, doubleOf)],
  [vt.VT_DATE, words(8, doubleBits, doubleOf)],
  [vt.VT_BSTR, listed([vt.SF_BSTR], POINTER, vt.FADF_BSTR)],
  [vt.VT_VARIANT, listed([vt.SF_VARIANT], 16, vt.FADF_VARIANT)],
  [vt.VT_RECORD, listed([vt.SF_RECORD], POINTER, vt.FADF_RECORD)],
  [vt.VT_UNKNOWN, pointers(vt.SF_UNKNOWN, vt.FADF_UNKNOWN, IID_IUnknown)],
  [vt.VT_DISPATCH, pointers(vt.SF_DISPATCH, vt.FADF_DISPATCH, vt.IID_IDispatch)],
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
