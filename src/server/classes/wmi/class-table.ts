import {
  CIM_TYPE,
  type CimClass,
  type CimClassAndMethods,
  type CimClassPart,
  type CimMethod,
  type CimProperty,
  type CimQualifier,
  type CimValue,
  NO_PARENT,
} from '../../../codec/wmi/index.js';
import {
  type ClassDefinition,
  DefinitionError,
  type MethodDefinition,
  type PropertyDefinition,
  type QualifierValue,
} from './definitions.js';
import { cimValue, declaredType, qualifierType } from './types.js';

/** [MS-WMIO] 2.2.62. */
const TO_INSTANCE = 0x01;
const TO_DERIVED = 0x02;
const NOT_OVERRIDABLE = 0x10;
const PROPAGATED = 0x20;

/** How far a qualifier goes; any other stays where it is. */
const FLAVORS: Readonly<Record<string, number>> = {
  key: TO_INSTANCE | TO_DERIVED | NOT_OVERRIDABLE,
  cimtype: TO_INSTANCE | TO_DERIVED,
  in: TO_INSTANCE | TO_DERIVED | NOT_OVERRIDABLE,
  out: TO_INSTANCE | TO_DERIVED | NOT_OVERRIDABLE,
  id: TO_INSTANCE | NOT_OVERRIDABLE,
  dynamic: TO_INSTANCE,
  provider: TO_INSTANCE,
  association: TO_INSTANCE | TO_DERIVED | NOT_OVERRIDABLE,
  singleton: TO_INSTANCE | TO_DERIVED | NOT_OVERRIDABLE,
};

/** A property with what it has from the ancestors of its class. */
export interface CimPropertyEntry {
  readonly name: string;
  readonly type: number;
  /** `string`, `ref:CIM_Process`. */
  readonly cimtype: string;
  readonly isKey: boolean;
  readonly value: CimValue;
  readonly qualifiers: readonly CimQualifier[];
  /** The class that declares it, and the one that sets its default value. */
  readonly declaredBy: ClassEntry;
  readonly valueBy: ClassEntry;
}

/** A method with its signatures. */
export interface CimMethodEntry {
  readonly name: string;
  readonly declaredBy: ClassEntry;
  readonly isStatic: boolean;
  readonly qualifiers: readonly CimQualifier[];
  readonly input: CimClass | null;
  readonly output: CimClass | null;
}

/** A class with what it has from its ancestors. Names are looked up without case. */
export interface ClassEntry {
  readonly name: string;
  readonly parent: ClassEntry | undefined;
  /** The ancestors, the immediate one first. */
  readonly derivation: readonly string[];
  readonly qualifiers: readonly CimQualifier[];
  /** In the order of their declaration, those of the topmost ancestor first. */
  readonly properties: ReadonlyMap<string, CimPropertyEntry>;
  readonly methods: ReadonlyMap<string, CimMethodEntry>;
}

const qualifier = (name: string, value: QualifierValue): CimQualifier => ({
  name,
  type: qualifierType(value),
  value: value as CimValue,
  flavor: FLAVORS[name.toLowerCase()] ?? 0,
});

const listed = (values: Readonly<Record<string, QualifierValue>> = {}): CimQualifier[] =>
  Object.entries(values).map(([name, value]) => qualifier(name, value));

const flag = (name: string, is: boolean | undefined): CimQualifier[] => (is ? [qualifier(name, true)] : []);

/** What a derived class gets of the qualifiers of its parent, or of a property of it. */
const inherited = (qualifiers: readonly CimQualifier[]): CimQualifier[] =>
  qualifiers.filter(({ flavor }) => flavor & TO_DERIVED).map((each) => ({ ...each, flavor: each.flavor | PROPAGATED }));

/** Makes a class of its definition and its parent. Throws `DefinitionError`. */
export function classEntry(name: string, definition: ClassDefinition, parent: ClassEntry | undefined): ClassEntry {
  if (!/^(__)?[A-Za-z][A-Za-z0-9_]*$/.test(name)) throw new DefinitionError(`'${name}' is not the name of a class`);
  const own = [
    ...flag('abstract', definition.abstract),
    ...flag('Association', definition.association),
    ...flag('Singleton', definition.singleton),
    ...listed(definition.qualifiers),
  ];
  const properties = new Map<string, CimPropertyEntry>();
  const methods = new Map<string, CimMethodEntry>(parent?.methods);
  const entry: ClassEntry = {
    name,
    parent,
    derivation: parent === undefined ? [] : [parent.name, ...parent.derivation],
    qualifiers: [...inherited(parent?.qualifiers ?? []), ...own],
    properties,
    methods,
  };
  for (const [key, each] of parent?.properties ?? [])
    properties.set(key, { ...each, qualifiers: inherited(each.qualifiers) });
  for (const [each, given] of Object.entries(definition.properties ?? {}))
    properties.set(each.toLowerCase(), propertyOf(each, given, entry));
  for (const [each, given] of Object.entries(definition.methods ?? {}))
    methods.set(each.toLowerCase(), methodOf(each, given, entry));
  return entry;
}

function propertyOf(name: string, given: string | PropertyDefinition, entry: ClassEntry): CimPropertyEntry {
  const where = `${entry.name}.${name}`;
  const { type, key, read, write, value = null, qualifiers } = typeof given === 'string' ? { type: given } : given;
  const declared = declaredType(type, where);
  const before = entry.parent?.properties.get(name.toLowerCase());
  if (before !== undefined && before.type !== declared.type)
    throw new DefinitionError(`${where}: its type is not that of ${before.declaredBy.name}`);
  return {
    name: before?.name ?? name,
    ...declared,
    isKey: key === true || before?.isKey === true,
    value: cimValue(declared.type, value, where),
    qualifiers: [
      qualifier('CIMTYPE', declared.cimtype),
      ...flag('key', key),
      ...flag('read', read),
      ...flag('write', write),
      ...listed(qualifiers),
    ],
    declaredBy: before?.declaredBy ?? entry,
    valueBy: entry,
  };
}

function methodOf(name: string, definition: MethodDefinition, entry: ClassEntry): CimMethodEntry {
  const where = `${entry.name}.${name}`;
  const returns = definition.returns === undefined ? 'uint32' : definition.returns;
  const names = [...Object.keys(definition.in ?? {}), ...Object.keys(definition.out ?? {})];
  const idOf = (each: string) => names.indexOf(each);
  const result = returns === null ? {} : { ReturnValue: returns };
  return {
    name,
    declaredBy: entry,
    isStatic: definition.static === true,
    qualifiers: [...flag('static', definition.static), ...listed(definition.qualifiers)],
    input: signature(where, 'in', definition.in ?? {}, idOf),
    output: signature(where, 'out', { ...definition.out, ...result }, idOf),
  };
}

/** [MS-WMIO] 2.3.3: parameters as the properties of a class. */
function signature(
  where: string,
  direction: 'in' | 'out',
  parameters: Readonly<Record<string, string | PropertyDefinition>>,
  idOf: (name: string) => number,
): CimClass | null {
  const names = Object.keys(parameters);
  if (names.length === 0) return null;
  const properties = names.map((name, order): CimProperty => {
    const given = parameters[name] as string | PropertyDefinition;
    const { type: text, value = null, qualifiers } = typeof given === 'string' ? { type: given } : given;
    const { type, cimtype } = declaredType(text, `${where}(${name})`);
    const id = idOf(name);
    return {
      name,
      type,
      value: cimValue(type, value, `${where}(${name})`),
      order,
      origin: 0,
      qualifiers: [
        qualifier('CIMTYPE', cimtype),
        qualifier(direction, true),
        ...(id < 0 ? [] : [qualifier('ID', id)]),
        ...listed(qualifiers),
      ],
    };
  });
  const own = { name: '__PARAMETERS', derivation: [], qualifiers: flag('abstract', true), methods: [] };
  return { kind: 'class', parent: NO_PARENT, class: { ...own, properties: sorted(properties) } };
}

const sorted = (properties: readonly CimProperty[]): CimProperty[] =>
  [...properties].sort((one, other) => (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1));

/** The place of a class among its ancestors, counted from the topmost one ([MS-WMIO] 2.2.35 with the example of 3.2). */
const originOf = ({ derivation }: ClassEntry): number => derivation.length;

/** The class as the wire has it, with all of its properties or some of them. */
export function classPart(entry: ClassEntry, chosen?: ReadonlySet<string>, withDerivation = true): CimClassPart {
  const properties = [...entry.properties]
    .filter(([key]) => chosen === undefined || chosen.has(key))
    .map(([, each], order): CimProperty => {
      const isInherited = each.declaredBy !== entry;
      return {
        name: each.name,
        type: each.type,
        value: each.value,
        order,
        origin: originOf(each.declaredBy),
        ...(isInherited ? { inherited: true } : {}),
        ...(each.valueBy === entry ? {} : { inheritedDefault: true }),
        qualifiers: each.qualifiers,
      };
    });
  return {
    name: entry.name,
    derivation: withDerivation ? entry.derivation : [],
    qualifiers: entry.qualifiers,
    properties: sorted(properties),
  };
}

const classAndMethods = (entry: ClassEntry): CimClassAndMethods => ({
  ...classPart(entry),
  methods: [...entry.methods.values()].map(
    (method): CimMethod => ({
      name: method.name,
      flags: method.declaredBy === entry ? 0 : PROPAGATED,
      origin: originOf(method.declaredBy),
      qualifiers: method.qualifiers,
      input: method.input,
      output: method.output,
    }),
  ),
});

/** [MS-WMIO] 2.2.11. */
export const classObject = (entry: ClassEntry, decoration: { server: string; namespace: string }): CimClass => ({
  kind: 'class',
  ...decoration,
  parent: entry.parent === undefined ? NO_PARENT : classAndMethods(entry.parent),
  class: classAndMethods(entry),
});

/** Whether a class is another one or derived from it. */
export const isA = (entry: ClassEntry, name: string): boolean => {
  const wanted = name.toLowerCase();
  return entry.name.toLowerCase() === wanted || entry.derivation.some((each) => each.toLowerCase() === wanted);
};

export const hasQualifier = ({ qualifiers }: Pick<ClassEntry, 'qualifiers'>, name: string): boolean =>
  qualifiers.some((each) => each.name.toLowerCase() === name.toLowerCase() && each.value !== false);

export const keysOf = ({ properties }: ClassEntry): CimPropertyEntry[] =>
  [...properties.values()].filter(({ isKey }) => isKey);

export const REFERENCE = CIM_TYPE.reference;
