import { captureSets } from '../file/sets.js';

/** Files of captures that are read as one: what any process can audit by itself. */
export type Unit = readonly string[];

/**
 * The order in which units are brought together, whoever has read them, and in which order they came: that of one audit
 * of all their files sorted by name, as a folder's are.
 */
export function inOrder<T extends { readonly files: Unit }>(units: readonly T[]): T[] {
  const names = units.flatMap(({ files }) => files).sort();
  const place = new Map(
    captureSets(names)
      .flat()
      .map((file, index) => [file, index]),
  );
  const placeOf = ({ files }: T): number => Math.min(...files.map((file) => place.get(file) ?? 0));
  return [...units].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Units of a plan of which not every file has been read: whoever was to read them was stopped, or has not ended. */
export function missing(plan: readonly Unit[], read: readonly { readonly files: Unit }[]): Unit[] {
  const files = new Set(read.flatMap((unit) => unit.files));
  return plan.filter((unit) => !unit.every((file) => files.has(file)));
}

/** Files of one capture that are in several units, so that connections do not go on from one to the next. */
export function torn(units: readonly { readonly files: Unit }[]): Unit[] {
  const unitOf = new Map(units.flatMap(({ files }, index) => files.map((file) => [file, index])));
  return captureSets([...unitOf.keys()].sort()).filter((set) => new Set(set.map((file) => unitOf.get(file))).size > 1);
}
