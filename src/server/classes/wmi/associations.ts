import type { AssociationQuery, ObjectPath } from '../../../codec/wql/index.js';
import { parseObjectPath, WqlError } from '../../../codec/wql/index.js';
import { type ClassEntry, hasQualifier, isA, REFERENCE } from './class-table.js';
import { WmiError } from './error.js';
import type { CimNamespace } from './namespace.js';
import { isMeant, relativePath } from './paths.js';
import type { Moment, Row } from './row.js';

/** The instance of a path, of its class or a derived one; undefined where there is none. Throws `WmiError`. */
export function findInstance(namespace: CimNamespace, path: ObjectPath, moment: Moment, deep = true): Row | undefined {
  const entry = namespace.existing(path.className);
  for (const row of namespace.instances(entry, deep, moment)) if (isMeant(path, row)) return row;
  return undefined;
}

interface Reference {
  /** The property. */
  readonly role: string;
  readonly path: ObjectPath;
}

/** Where the references of an association lead to; a text that is no path leads nowhere. */
function referencesOf({ entry, values }: Row): Reference[] {
  return [...entry.properties.values()]
    .filter(({ type }) => type === REFERENCE)
    .flatMap(({ name }) => {
      const path = pathIn(values.get(name.toLowerCase()));
      return path === undefined ? [] : [{ role: name, path }];
    });
}

function pathIn(value: unknown): ObjectPath | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    return parseObjectPath(value);
  } catch (error) {
    if (error instanceof WqlError) return undefined;
    throw error;
  }
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether a path of an association leads to an instance. */
const leadsTo = (path: ObjectPath, row: Row): boolean => isA(row.entry, path.className) && isMeant(path, row);

/** [MS-WMI] 3.1.4.3.18: associations of which one reference leads to the object of the query. */
function* associationsOf(
  namespace: CimNamespace,
  query: AssociationQuery,
  source: Row,
  moment: Moment,
): Generator<{ association: Row; own: Reference }> {
  const wanted = query.kind === 'references' ? query.resultClass : query.assocClass;
  const qualifier = query.kind === 'references' ? query.requiredQualifier : query.requiredAssocQualifier;
  for (const entry of namespace.classes) {
    if (!hasQualifier(entry, 'association')) continue;
    if (wanted !== undefined && !isA(entry, wanted)) continue;
    if (qualifier !== undefined && !hasQualifier(entry, qualifier)) continue;
    for (const association of namespace.instances(entry, false, moment)) {
      const own = referencesOf(association).find(
        ({ role, path }) => leadsTo(path, source) && (query.role === undefined || same(role, query.role)),
      );
      if (own !== undefined) yield { association, own };
    }
  }
}

/** The instances that ASSOCIATORS OF or REFERENCES OF asks for, each once. Throws `WmiError`. */
export function* associated(namespace: CimNamespace, query: AssociationQuery, moment: Moment): Generator<Row> {
  if (query.of.keys === undefined)
    throw new WmiError('WBEM_E_INVALID_QUERY', `${query.of.className} is a class; name an instance by its key`);
  const source = findInstance(namespace, query.of, moment);
  if (source === undefined) throw new WmiError('WBEM_E_NOT_FOUND', `no such ${query.of.className}`);
  const seen = new Set<string>();
  for (const { association, own } of associationsOf(namespace, query, source, moment)) {
    const found =
      query.kind === 'references' ? [association] : othersOf(namespace, query, association, own.role, moment);
    for (const row of found) {
      const path = relativePath(row) ?? '';
      if (seen.has(path)) continue;
      seen.add(path);
      yield row;
    }
  }
}

/** What the other references of an association lead to. */
function othersOf(
  namespace: CimNamespace,
  { resultRole, resultClass, requiredQualifier }: AssociationQuery,
  association: Row,
  ownRole: string,
  moment: Moment,
): Row[] {
  return referencesOf(association)
    .filter(({ role }) => role !== ownRole && (resultRole === undefined || same(role, resultRole)))
    .flatMap(({ path }) => {
      const row = namespace.class(path.className) && findInstance(namespace, path, moment);
      return row === undefined ? [] : [row];
    })
    .filter(({ entry }) => fits(entry, resultClass, requiredQualifier));
}

const fits = (entry: ClassEntry, resultClass: string | undefined, qualifier: string | undefined): boolean =>
  (resultClass === undefined || isA(entry, resultClass)) && (qualifier === undefined || hasQualifier(entry, qualifier));
