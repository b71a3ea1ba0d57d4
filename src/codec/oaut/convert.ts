import type { InterfacePointer } from '../dcom/minterface-pointer.js';
import * as vt from './constants.js';
import { VT_ARRAY, VT_BYREF } from './constants.js';
import { dateFromMilliseconds, dateToMilliseconds } from './date.js';
import { currencyFromText, currencyToText, decimalFromText, decimalToText } from './decimal.js';
import { type Elements, elementsOf, elementType, safearray } from './elements.js';
import type { wireBRECORDStr } from './record.js';
import type { DECIMAL } from './scalars.js';
import type { VARIANT, VariantValue } from './variant.js';

/** What a program calls the content of a VARIANT. */
export type JsValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | InterfacePointer
  | DECIMAL
  | wireBRECORDStr
  | VARIANT
  | readonly JsValue[];

/** [MS-OAUT] 3.1.4.4.3: stands for an optional argument that is left out. */
export const MISSING: VARIANT = { vt: vt.VT_ERROR, value: vt.DISP_E_PARAMNOTFOUND };

/**
 * A VARIANT of a JavaScript value. Without `type`: undefined is VT_EMPTY, null VT_NULL, a whole number of 32 bits VT_I4
 * and any other VT_R8, a bigint VT_I8 or VT_UI8, text VT_BSTR, a Date VT_DATE, octets an array of VT_UI1, any other
 * array one of VT_VARIANT, an OBJREF VT_DISPATCH or VT_UNKNOWN; a VARIANT is itself. An amount for VT_CY or VT_DECIMAL
 * may be text. Throws TypeError for anything else.
 */
export function variant(value: JsValue, type?: number): VARIANT {
  if (type === undefined) return isVariant(value) ? value : inferred(value);
  if (type === vt.VT_EMPTY || type === vt.VT_NULL) return { vt: type };
  return { vt: type, value: contentOf(type & ~VT_BYREF, value) };
}

/**
 * What a VARIANT holds: text for VT_CY and VT_DECIMAL, a Date for VT_DATE, arrays within arrays for the dimensions of a
 * SAFEARRAY, octets for an array of VT_UI1, and what a reference points to. An argument that is left out is undefined.
 */
export function fromVariant(from: VARIANT | null | undefined): JsValue {
  if (from === null || from === undefined) return undefined;
  if (from.vt === vt.VT_NULL) return null;
  if (from.vt === MISSING.vt && from.value === MISSING.value) return undefined;
  // What `value` is the discriminant tells, should it contradict vt.
  return from.value === undefined ? undefined : jsValueOf((from.tag ?? from.vt) & ~VT_BYREF, from.value);
}

const isVariant = (value: JsValue): value is VARIANT =>
  typeof value === 'object' && value !== null && 'vt' in value && typeof value.vt === 'number';

function inferred(value: JsValue): VARIANT {
  if (value === undefined) return { vt: vt.VT_EMPTY };
  if (value === null) return { vt: vt.VT_NULL };
  return variant(value, typeOf(value));
}

function typeOf(value: NonNullable<JsValue>): number {
  if (typeof value === 'string') return vt.VT_BSTR;
  if (typeof value === 'boolean') return vt.VT_BOOL;
  if (typeof value === 'number') return Object.is(value | 0, value) ? vt.VT_I4 : vt.VT_R8;
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? vt.VT_I8 : vt.VT_UI8;
  if (value instanceof Date) return vt.VT_DATE;
  if (value instanceof Uint8Array) return VT_ARRAY | vt.VT_UI1;
  if (Array.isArray(value)) return VT_ARRAY | vt.VT_VARIANT;
  if ('iid' in value) return value.iid === vt.IID_IDispatch ? vt.VT_DISPATCH : vt.VT_UNKNOWN;
  if ('Lo64' in value) return vt.VT_DECIMAL;
  if ('fFlags' in value) return vt.VT_RECORD;
  throw new TypeError('no VARIANT holds such a value');
}

/** What stands in `value` of a VARIANT of this type. */
function contentOf(type: number, value: JsValue): VariantValue {
  if (type & VT_ARRAY) return value === null ? null : safearray(type & ~VT_ARRAY, contentsOf(type & ~VT_ARRAY, value));
  if (type === vt.VT_VARIANT) return variant(value);
  if (type === vt.VT_CY) return currencyFromText(String(value));
  if (type === vt.VT_DECIMAL && typeof value !== 'object') return decimalFromText(String(value));
  if (type === vt.VT_I8 || type === vt.VT_UI8) return BigInt(value as bigint);
  return value instanceof Date ? dateFromMilliseconds(value.getTime()) : (value as VariantValue);
}

function contentsOf(type: number, value: JsValue): Elements {
  if (value instanceof Uint8Array) return Array.from(value);
  if (!Array.isArray(value)) throw new TypeError('no array');
  // Elements of VT_VARIANT may be arrays of their own, which are no dimension.
  return value.map((each: JsValue) =>
    Array.isArray(each) && type !== vt.VT_VARIANT ? contentsOf(type, each) : contentOf(type, each),
  );
}

function jsValueOf(type: number, content: VariantValue): JsValue {
  if (content === null) return null;
  if (type & VT_ARRAY) return arrayOf(content as Parameters<typeof elementsOf>[0], type & ~VT_ARRAY);
  if (type === vt.VT_VARIANT) return fromVariant(content as VARIANT);
  if (type === vt.VT_CY) return currencyToText(content as bigint);
  if (type === vt.VT_DECIMAL) return decimalToText(content as DECIMAL);
  if (type === vt.VT_DATE) return new Date(dateToMilliseconds(content as number));
  return content as JsValue;
}

function arrayOf(array: Parameters<typeof elementsOf>[0], outer: number): JsValue {
  const type = elementType(array, outer);
  const elements = elementsOf(array, outer);
  const convert = (parts: Elements): JsValue[] =>
    parts.map((part) => (Array.isArray(part) ? convert(part) : jsValueOf(type, part as VariantValue)));
  return type === vt.VT_UI1 && array.rgsabound.length === 1
    ? Uint8Array.from(elements as readonly number[])
    : convert(elements);
}
