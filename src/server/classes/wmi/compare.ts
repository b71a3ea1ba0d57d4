import { CIM_ARRAY, CIM_TYPE, type CimValue } from '../../../codec/wmi/index.js';
import { type Constant, isPattern, likePattern, type Operator } from '../../../codec/wql/index.js';
import { WmiError } from './error.js';

const NUMBERS: ReadonlySet<number> = new Set([
  CIM_TYPE.sint8,
  CIM_TYPE.uint8,
  CIM_TYPE.sint16,
  CIM_TYPE.uint16,
  CIM_TYPE.char16,
  CIM_TYPE.sint32,
  CIM_TYPE.uint32,
  CIM_TYPE.sint64,
  CIM_TYPE.uint64,
  CIM_TYPE.real32,
  CIM_TYPE.real64,
]);

const bad = (reason: string): never => {
  throw new WmiError('WBEM_E_INVALID_QUERY', reason);
};

/** Below 0, 0 or above 0; undefined where the two cannot be compared. */
type Ordering = (value: CimValue, constant: Constant) => number | undefined;

const order = <T extends string | number | bigint>(one: T, other: T): number =>
  one < other ? -1 : one > other ? 1 : 0;

const byNumber: Ordering = (value, constant) => {
  const wanted = typeof constant === 'string' ? numberIn(constant) : constant;
  if (typeof wanted === 'boolean') return order(Number(value), Number(wanted));
  if (typeof wanted !== 'number' && typeof wanted !== 'bigint') return undefined;
  return order(value as number, wanted as number);
};

const numberIn = (text: string): number | bigint | undefined => {
  if (/^\s*[-+]?\d+\s*$/.test(text)) return BigInt(text.trim().replace(/^\+/, ''));
  return /^\s*[-+]?\d*\.?\d+\s*$/.test(text) ? Number(text) : undefined;
};

/** [MS-WMI] 2.2.1: texts are compared without case. */
const byText: Ordering = (value, constant) =>
  order(String(value).toLowerCase(), typeof constant === 'boolean' ? String(constant) : String(constant).toLowerCase());

const byTruth: Ordering = (value, constant) => {
  const wanted = truthIn(constant);
  return wanted === undefined ? undefined : order(Number(value === true), Number(wanted));
};

function truthIn(constant: Constant): boolean | undefined {
  if (typeof constant === 'boolean') return constant;
  if (typeof constant === 'number' || typeof constant === 'bigint') return constant !== 0;
  if (/^true$/i.test(String(constant))) return true;
  return /^false$/i.test(String(constant)) ? false : undefined;
}

/** DSP0004 2.2.1: a moment, moved to UTC; an interval by its digits. Microseconds, or undefined for other texts. */
function moment(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{6}))?(?:([-+])(\d{3}))?$/.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '0', sign = '+', offset = '0'] = found;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return utc * 1000 + Number(fraction) - (sign === '-' ? -1 : 1) * Number(offset) * 60_000_000;
}

const byTime: Ordering = (value, constant) => {
  const [one, other] = [moment(String(value)), moment(String(constant))];
  return one === undefined || other === undefined ? byText(value, constant) : order(one, other);
};

function orderingOf(type: number): Ordering {
  if (NUMBERS.has(type)) return byNumber;
  if (type === CIM_TYPE.boolean) return byTruth;
  return type === CIM_TYPE.datetime ? byTime : byText;
}

const TESTS: Readonly<Record<Exclude<Operator, 'LIKE'>, (order: number) => boolean>> = {
  '=': (n) => n === 0,
  '<>': (n) => n !== 0,
  '<': (n) => n < 0,
  '<=': (n) => n <= 0,
  '>': (n) => n > 0,
  '>=': (n) => n >= 0,
};

/**
 * [MS-WMI] 2.2.1.1: an operator with its value as a test of values of one type; NULL passes none. Throws `WmiError` where
 * the operator does not fit the type.
 */
export function comparison(type: number, operator: Operator, constant: Constant): (value: CimValue) => boolean {
  if (type & CIM_ARRAY || type === CIM_TYPE.object) bad(`${operator} does not fit an array or an object`);
  if (operator === 'LIKE') return like(type, constant);
  const ordering = orderingOf(type);
  const test = TESTS[operator];
  const probe = type === CIM_TYPE.boolean ? false : NUMBERS.has(type) ? 0 : '';
  if (ordering(probe, constant) === undefined) bad(`${JSON.stringify(constant)} does not fit the type of the property`);
  return (value) => value !== null && test(ordering(value, constant) as number);
}

function like(type: number, constant: Constant): (value: CimValue) => boolean {
  const pattern = String(constant);
  if (type === CIM_TYPE.string || type === CIM_TYPE.reference || type === CIM_TYPE.datetime) {
    const matches = likePattern(pattern);
    return (value) => typeof value === 'string' && matches(value);
  }
  if (isPattern(pattern)) bad('LIKE with a pattern does not fit a property that is no text');
  return comparison(type, '=', constant);
}

/** The type of a value that no class declares: one of an embedded object. */
export function typeOfValue(value: CimValue): number {
  if (typeof value === 'boolean') return CIM_TYPE.boolean;
  if (typeof value === 'number') return CIM_TYPE.real64;
  return typeof value === 'bigint' ? CIM_TYPE.uint64 : CIM_TYPE.string;
}
