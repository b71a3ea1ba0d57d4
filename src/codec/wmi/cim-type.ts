/** [MS-WMIO] 2.2.82: the type of a property or qualifier; CIM_ARRAY is added for an array of it. */
export const CIM_TYPE = {
  sint16: 2,
  sint32: 3,
  real32: 4,
  real64: 5,
  string: 8,
  boolean: 11,
  object: 13,
  sint8: 16,
  uint8: 17,
  uint16: 18,
  uint32: 19,
  sint64: 20,
  uint64: 21,
  datetime: 101,
  reference: 102,
  char16: 103,
} as const;

/** The name of a CIM type that is no array. */
export type CimTypeName = keyof typeof CIM_TYPE;

export const CIM_ARRAY = 0x2000;
/** [MS-WMIO] 2.2.32: with the type of a property, that a parent class declares it. */
export const CIM_INHERITED = 0x4000;

/** [MS-WMIO] 2.2.72: octets of a value in a value table; for what lies in a heap, of the reference to it. */
export const SIZES: ReadonlyMap<number, 1 | 2 | 4 | 8> = new Map([
  [CIM_TYPE.sint8, 1],
  [CIM_TYPE.uint8, 1],
  [CIM_TYPE.sint16, 2],
  [CIM_TYPE.uint16, 2],
  [CIM_TYPE.char16, 2],
  [CIM_TYPE.boolean, 2],
  [CIM_TYPE.sint32, 4],
  [CIM_TYPE.uint32, 4],
  [CIM_TYPE.real32, 4],
  [CIM_TYPE.string, 4],
  [CIM_TYPE.datetime, 4],
  [CIM_TYPE.reference, 4],
  [CIM_TYPE.object, 4],
  [CIM_TYPE.sint64, 8],
  [CIM_TYPE.uint64, 8],
  [CIM_TYPE.real64, 8],
]);

const REFERENCES: ReadonlySet<number> = new Set([
  CIM_TYPE.string,
  CIM_TYPE.datetime,
  CIM_TYPE.reference,
  CIM_TYPE.object,
]);

/** Whether a value of this type lies in a heap. */
export const isReference = (type: number): boolean => (type & CIM_ARRAY) !== 0 || REFERENCES.has(type);

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(CIM_TYPE).map(([name, type]) => [type, name]));

/** `string`, `uint32[]`; the number of a type that has no name. */
export function cimTypeName(type: number): string {
  const base = type & ~CIM_ARRAY;
  return `${NAMES.get(base) ?? base}${type & CIM_ARRAY ? '[]' : ''}`;
}

/** The number of `string` or `uint32[]`; undefined where there is no such type. */
export function cimTypeOf(name: string): number | undefined {
  const isArray = name.endsWith('[]');
  const base = isArray ? name.slice(0, -2) : name;
  if (!Object.hasOwn(CIM_TYPE, base)) return undefined;
  return CIM_TYPE[base as CimTypeName] | (isArray ? CIM_ARRAY : 0);
}
