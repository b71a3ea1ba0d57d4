import type { Check } from '../core/index.js';
import type { Fact } from './probe.js';
import type { Target } from './target.js';

/** A check of the server suite as its topic writes it: what it leaves out is that of the group. */
export type ServerCheckRow = Omit<Check<Target>, 'needs' | 'section' | 'level'> & {
  readonly needs?: readonly Fact[];
} & Partial<Pick<Check<Target>, 'section' | 'level'>>;

/** Checks of one topic, which share what they need, and where they do not say otherwise section and level. */
export const group = (
  {
    needs,
    section,
    level = 'MUST',
  }: { readonly needs: readonly Fact[] } & Partial<Pick<Check<Target>, 'section' | 'level'>>,
  rows: readonly ServerCheckRow[],
): readonly Check<Target>[] =>
  rows.map((row) => {
    const own = row.section ?? section;
    if (own === undefined) throw new TypeError(`${row.id} names no section`);
    return { ...row, section: own, level: row.level ?? level, needs: [...needs, ...(row.needs ?? [])] };
  });
