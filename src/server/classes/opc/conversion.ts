import { fromVariant, type JsValue, type VARIANT, VT_ARRAY, VT_EMPTY, variant } from '../../../codec/oaut/index.js';
import { OPC_RESULT } from '../../../codec/opc/index.js';
import { TYPES } from './schema.js';

const SCALARS: ReadonlySet<number> = new Set(Object.values(TYPES));

/** The ends of the integer types. */
const RANGES: Readonly<Record<number, readonly [bigint, bigint]>> = {
  [TYPES.I1]: [-(2n ** 7n), 2n ** 7n - 1n],
  [TYPES.I2]: [-(2n ** 15n), 2n ** 15n - 1n],
  [TYPES.I4]: [-(2n ** 31n), 2n ** 31n - 1n],
  [TYPES.I8]: [-(2n ** 63n), 2n ** 63n - 1n],
  [TYPES.UI1]: [0n, 2n ** 8n - 1n],
  [TYPES.UI2]: [0n, 2n ** 16n - 1n],
  [TYPES.UI4]: [0n, 2n ** 32n - 1n],
  [TYPES.UI8]: [0n, 2n ** 64n - 1n],
};

export type Converted = { readonly value: VARIANT } | { readonly hresult: number };

/** Whether values of one type can be had as another at all: what AddItems checks. */
export function isConvertible(from: number, to: number): boolean {
  if (to === VT_EMPTY || to === from) return true;
  if ((from & VT_ARRAY) !== (to & VT_ARRAY)) return false;
  return SCALARS.has(from & ~VT_ARRAY) && SCALARS.has(to & ~VT_ARRAY);
}

/** A value as another type: OPC_E_BADTYPE if it cannot be converted, OPC_E_RANGE if it is too large. */
export function converted(value: VARIANT, to: number): Converted {
  if (to === VT_EMPTY || to === value.vt) return { value };
  if (!isConvertible(value.vt, to)) return { hresult: OPC_RESULT.OPC_E_BADTYPE };
  const from = fromVariant(value);
  if ((to & VT_ARRAY) === 0) return scalarAs(from, to);
  if (!Array.isArray(from)) return { hresult: OPC_RESULT.OPC_E_BADTYPE };
  const elements = from.map((each: JsValue) => scalarAs(each, to & ~VT_ARRAY));
  const failed = elements.find((each) => 'hresult' in each);
  if (failed !== undefined) return failed;
  return {
    value: variant(
      elements.map((each) => fromVariant('value' in each ? each.value : null)),
      to,
    ),
  };
}

/** A value of JavaScript as a VARIANT of a type; the same failures. */
export function scalarAs(value: JsValue, to: number): Converted {
  const bad = { hresult: OPC_RESULT.OPC_E_BADTYPE };
  if (value === null || value === undefined || Array.isArray(value)) return bad;
  if (to === TYPES.BSTR) return { value: variant(value instanceof Date ? value.toISOString() : String(value), to) };
  if (to === TYPES.BOOL) return booleanAs(value) ?? bad;
  if (to === TYPES.DATE && value instanceof Date) return { value: variant(value, to) };
  const number = numberOf(value);
  if (number === undefined) return bad;
  const range = RANGES[to];
  if (range === undefined) return { value: variant(to === TYPES.CY ? Number(number).toFixed(4) : Number(number), to) };
  const whole = typeof number === 'bigint' ? number : BigInt(roundHalfEven(number));
  if (whole < range[0] || whole > range[1]) return { hresult: OPC_RESULT.OPC_E_RANGE };
  return { value: variant(to === TYPES.I8 || to === TYPES.UI8 ? whole : Number(whole), to) };
}

function booleanAs(value: JsValue): Converted | undefined {
  if (typeof value === 'string') {
    if (!/^(true|false)$/i.test(value)) return undefined;
    return { value: variant(/^t/i.test(value), TYPES.BOOL) };
  }
  return { value: variant(Boolean(value), TYPES.BOOL) };
}

/** VARIANT_TRUE is -1 ([MS-OAUT] 2.2.27), and a DATE the number of its days. */
function numberOf(value: JsValue): number | bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? -1 : 0;
  const text = typeof value === 'string' ? value.trim() : value;
  if (text === '' || (typeof text !== 'string' && typeof text !== 'number')) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** As VariantChangeType of Windows rounds. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
