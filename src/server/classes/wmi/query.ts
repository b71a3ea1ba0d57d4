import {
  CIM_ARRAY,
  CIM_TYPE,
  type CimClass,
  type CimObject,
  OBJECT_IS_PROTOTYPE,
  OBJECT_LACKS_KEY,
  WBEM_FLAG_PROTOTYPE,
  WBEM_FLAG_SHALLOW,
} from '../../../codec/wmi/index.js';
import { type AssociationQuery, META_CLASS, parseWql, type SelectQuery } from '../../../codec/wql/index.js';
import { associated } from './associations.js';
import { type ClassEntry, isA } from './class-table.js';
import { isSystemProperty, predicate } from './condition.js';
import { WmiError } from './error.js';
import type { CimNamespace } from './namespace.js';
import { keyNames } from './paths.js';
import { Projection } from './projection.js';
import type { Moment, Row } from './row.js';

/** [MS-WMI] 2.2.6: keys come with what was asked for; derived classes do not. */
const WBEM_FLAG_ENSURE_LOCATABLE = 0x100;
const WBEM_FLAG_DIRECT_READ = 0x200;

/** What an enumerator goes through: objects are made when they are asked for, and each `open` begins anew. */
export interface ResultSet {
  open(): Iterator<CimObject>;
}

const resultSet = (make: () => Generator<CimObject>): ResultSet => ({ open: make });

/** [MS-WMI] 3.1.4.3.18. Throws `WqlError` for what is no query, and `WmiError` for one that does not fit the namespace. */
export function runQuery(namespace: CimNamespace, text: string, flags: number, moment: Moment): ResultSet {
  const query = parseWql(text);
  if (query.kind !== 'select') return associationResults(namespace, query, moment);
  if (query.within !== undefined || query.group !== undefined)
    throw new WmiError('WBEM_E_INVALID_QUERY', 'WITHIN belongs into a notification query');
  if (query.from.toLowerCase() === META_CLASS) return classResults(namespace, query, moment);
  const entry = namespace.existing(query.from);
  if (flags & WBEM_FLAG_PROTOTYPE) return prototype(namespace, entry, query, moment);
  const deep = (flags & WBEM_FLAG_DIRECT_READ) === 0;
  const withKeys = (flags & WBEM_FLAG_ENSURE_LOCATABLE) !== 0;
  const projection = new Projection(entry, query.properties, namespace.name, withKeys);
  const test = predicate(query.where, entry);
  return resultSet(function* () {
    for (const row of namespace.instances(entry, deep, moment))
      if (test(row, moment)) yield projection.instance(row, moment.host.name);
  });
}

/** [MS-WMI] 3.1.4.3.16. */
export function instancesOf(namespace: CimNamespace, className: string, flags: number, moment: Moment): ResultSet {
  const entry = namespace.existing(className);
  const projection = new Projection(entry, undefined, namespace.name);
  return resultSet(function* () {
    for (const row of namespace.instances(entry, (flags & WBEM_FLAG_SHALLOW) === 0, moment))
      yield projection.instance(row, moment.host.name);
  });
}

/** [MS-WMI] 3.1.4.3.10: classes below another one, or all; `shallow` gives the next ones only. */
export function classesBelow(namespace: CimNamespace, superclass: string, flags: number, moment: Moment): ResultSet {
  const above = superclass === '' ? undefined : namespace.existing(superclass);
  const shallow = (flags & WBEM_FLAG_SHALLOW) !== 0;
  const isBelow = (entry: ClassEntry): boolean => {
    if (shallow) return entry.parent === above;
    return above === undefined || (entry !== above && isA(entry, above.name));
  };
  return resultSet(function* () {
    for (const entry of namespace.classes) if (isBelow(entry)) yield namespace.classObject(entry, moment);
  });
}

/** Has no properties: a query for classes asks for what every object has. */
const ANY_CLASS: ClassEntry = {
  name: META_CLASS,
  parent: undefined,
  derivation: [],
  qualifiers: [],
  properties: new Map(),
  methods: new Map(),
};

function classResults(namespace: CimNamespace, query: SelectQuery, moment: Moment): ResultSet {
  const unknown = query.properties?.find((name) => !isSystemProperty(name));
  if (unknown !== undefined) throw new WmiError('WBEM_E_INVALID_QUERY', `classes have no property ${unknown}`);
  const test = predicate(query.where, ANY_CLASS);
  return resultSet(function* () {
    for (const entry of namespace.classes)
      if (test({ entry, values: new Map() }, moment)) yield namespace.classObject(entry, moment);
  });
}

function associationResults(namespace: CimNamespace, query: AssociationQuery, moment: Moment): ResultSet {
  // Found out at once: a path that leads nowhere is an error of the query.
  const rows = [...associated(namespace, query, moment)];
  if (query.classDefsOnly || query.schemaOnly) {
    const entries = new Set(rows.map(({ entry }) => entry));
    return resultSet(function* () {
      for (const entry of entries) yield namespace.classObject(entry, moment);
    });
  }
  const projectionOf = (entry: ClassEntry) =>
    new Projection(entry, query.keysOnly ? keyNames(entry) : undefined, namespace.name);
  const projections = new Map<ClassEntry, Projection>();
  return resultSet(function* () {
    for (const row of rows) {
      const projection = projections.get(row.entry) ?? projectionOf(row.entry);
      projections.set(row.entry, projection);
      yield projection.instance(row, moment.host.name);
    }
  });
}

/** [MS-WMI] 2.2.4.1: the class as the results of a query would have it, with the places of its properties. */
function prototype(namespace: CimNamespace, entry: ClassEntry, query: SelectQuery, moment: Moment): ResultSet {
  const whole = namespace.classObject(entry, moment);
  const asked = query.properties?.map((name) => name.toLowerCase());
  const part = new Projection(entry, query.properties, namespace.name).partOf(entry);
  const inOrder = asked ?? [...entry.properties.keys()];
  const properties = part.properties.map((property) => ({
    ...property,
    qualifiers: [...property.qualifiers, orderQualifier(placesOf(inOrder, property.name.toLowerCase()))],
  }));
  const lacksKey = keyNames(entry).some((key) => asked !== undefined && !asked.includes(key));
  const flags = asked === undefined ? {} : { flags: OBJECT_IS_PROTOTYPE | (lacksKey ? OBJECT_LACKS_KEY : 0) };
  const object: CimClass = {
    ...whole,
    ...flags,
    class: { ...whole.class, derivation: part.derivation, properties },
  };
  return resultSet(function* () {
    yield object;
  });
}

const placesOf = (names: readonly string[], name: string): number[] =>
  names.flatMap((each, i) => (each === name ? [i] : []));

const orderQualifier = (value: readonly number[]) => ({
  name: 'Order',
  type: CIM_TYPE.sint32 | CIM_ARRAY,
  value,
  flavor: 0,
});

/** An instance by itself, as GetObject gives it. */
export const wholeInstance = (namespace: CimNamespace, row: Row, { host }: Moment): CimObject =>
  new Projection(row.entry, undefined, namespace.name).instance(row, host.name);
