import { CIM_ARRAY, CIM_TYPE, type CimValue, cimTypeOf } from '../../../codec/wmi/index.js';
import { DefinitionError, type QualifierValue, type RawValue } from './definitions.js';

/** A type as a class declares it: the number, and the text of its CIMTYPE qualifier ([MS-WMIO] 2.3.1, 2.3.2). */
export interface DeclaredType {
  readonly type: number;
  readonly cimtype: string;
}

/** `string`, `uint32[]`, `ref:CIM_Process`, `object:Win32_ProcessStartup[]`. */
export function declaredType(text: string, where: string): DeclaredType {
  const isArray = text.endsWith('[]');
  const base = isArray ? text.slice(0, -2) : text;
  const [kind = '', className] = base.split(':');
  const name = kind.toLowerCase() === 'ref' ? 'reference' : kind.toLowerCase();
  const type = cimTypeOf(name);
  const takesClass = name === 'reference' || name === 'object';
  if (type === undefined || (className !== undefined && !takesClass))
    throw new DefinitionError(
      `${where}: '${text}' is no CIM type; known: ${Object.keys(CIM_TYPE).join(', ')}, ref:CLASS`,
    );
  const cimtype = name === 'reference' ? `ref:${className ?? 'object'}` : base;
  return { type: type | (isArray ? CIM_ARRAY : 0), cimtype };
}

const INTEGERS: ReadonlyMap<number, readonly [low: bigint, high: bigint]> = new Map([
  [CIM_TYPE.sint8, [-128n, 127n]],
  [CIM_TYPE.uint8, [0n, 255n]],
  [CIM_TYPE.sint16, [-32768n, 32767n]],
  [CIM_TYPE.uint16, [0n, 65535n]],
  [CIM_TYPE.char16, [0n, 65535n]],
  [CIM_TYPE.sint32, [-(2n ** 31n), 2n ** 31n - 1n]],
  [CIM_TYPE.uint32, [0n, 2n ** 32n - 1n]],
  [CIM_TYPE.sint64, [-(2n ** 63n), 2n ** 63n - 1n]],
  [CIM_TYPE.uint64, [0n, 2n ** 64n - 1n]],
]);
const LONG: ReadonlySet<number> = new Set([CIM_TYPE.sint64, CIM_TYPE.uint64]);

/** A value of a file or a test as one of this type. */
export function cimValue(type: number, raw: RawValue, where: string): CimValue {
  if (raw === null || raw === undefined) return null;
  if (type & CIM_ARRAY) {
    if (!Array.isArray(raw)) throw new DefinitionError(`${where}: expected a list`);
    return raw.map((item, i) => cimValue(type & ~CIM_ARRAY, item as RawValue, `${where}[${i}]`));
  }
  const limits = INTEGERS.get(type);
  if (limits !== undefined) return integer(type, limits, raw, where);
  if (type === CIM_TYPE.boolean && typeof raw === 'boolean') return raw;
  if ((type === CIM_TYPE.real32 || type === CIM_TYPE.real64) && typeof raw === 'number') return raw;
  if (type === CIM_TYPE.object && typeof raw === 'object' && 'kind' in raw) return raw as CimValue;
  if (typeof raw === 'string' && TEXTS.has(type)) return raw;
  throw new DefinitionError(`${where}: ${JSON.stringify(raw)} does not fit its type`);
}

const TEXTS: ReadonlySet<number> = new Set([CIM_TYPE.string, CIM_TYPE.datetime, CIM_TYPE.reference]);

function integer(type: number, [low, high]: readonly [bigint, bigint], raw: RawValue, where: string): number | bigint {
  const text = typeof raw === 'number' || typeof raw === 'bigint' || typeof raw === 'string' ? String(raw) : '';
  if (!/^[-+]?\d+$/.test(text)) throw new DefinitionError(`${where}: ${JSON.stringify(raw) ?? raw} is no integer`);
  const value = BigInt(text);
  if (value < low || value > high) throw new DefinitionError(`${where}: ${text} is not within ${low} to ${high}`);
  return LONG.has(type) ? value : Number(value);
}

/** The type of a qualifier is that of its value. */
export function qualifierType(value: QualifierValue): number {
  if (Array.isArray(value)) return qualifierType((value[0] ?? '') as QualifierValue) | CIM_ARRAY;
  if (typeof value === 'boolean') return CIM_TYPE.boolean;
  if (typeof value === 'number') return Number.isInteger(value) ? CIM_TYPE.sint32 : CIM_TYPE.real64;
  return CIM_TYPE.string;
}
