import { shortAuthnLevelName } from '../../codec/status/authn.js';
import type { Result } from '../result.js';
import type { Column } from '../table.js';
import type { Block, Cell, Check, Figure, Tone } from './model.js';
import { MAX_ROWS, type Rows } from './rows.js';

/** Operations that are told one by one. */
const MOST_OPERATIONS = 40;

/** What there is to say of PDUs at a glance, whatever command made them. */
export function figuresOf(rows: Rows): Figure[] {
  const { conversations } = rows;
  const sum = (of: 'pdus' | 'bad'): number => conversations.reduce((total, each) => total + each[of], 0);
  const bad = sum('bad');
  return [
    { label: 'PDUs', value: sum('pdus').toLocaleString('en'), href: '#/pdus' },
    { label: 'connections', value: conversations.length.toLocaleString('en') },
    {
      label: 'refused or broken',
      value: bad.toLocaleString('en'),
      ...(bad > 0 && { tone: 'bad' as const, href: '#/pdus?q=result%3Dfailed' }),
    },
  ];
}

/** What a reader has to know of a report that does not show everything. */
export const notesOf = (rows: Rows): string[] => {
  const all = rows.conversations.reduce((total, { pdus }) => total + pdus, 0);
  if (all <= rows.length) return [];
  const text = `The first ${rows.length.toLocaleString('en')} of ${all.toLocaleString('en')} PDUs are listed`;
  return [`${text}; of the rest the conversations tell the numbers. dcom-harness view shows more than ${MAX_ROWS}.`];
};

/** Which operations were called, at which levels, and what became of them. */
export function operationsBlock(rows: Rows): Block | undefined {
  const found = new Map<string, { calls: number; bad: number; levels: Set<number> }>();
  for (const { what, type, level, bad } of rows.all()) {
    if (what === '' || (type !== 'request' && type !== 'response' && type !== 'fault')) continue;
    const known = found.get(what) ?? { calls: 0, bad: 0, levels: new Set<number>() };
    if (type === 'request') known.calls++;
    if (bad) known.bad++;
    if (level > 0) known.levels.add(level);
    found.set(what, known);
  }
  if (found.size === 0) return undefined;
  const most = [...found].sort(([, a], [, b]) => b.calls - a.calls).slice(0, MOST_OPERATIONS);
  return {
    kind: 'table',
    title: found.size > MOST_OPERATIONS ? `The ${MOST_OPERATIONS} operations called most often` : 'Operations',
    columns: ['operation', 'requests', 'failed', 'levels'],
    rows: most.map(([what, { calls, bad, levels }]) => [
      { text: what, href: `#/pdus?q=${encodeURIComponent(`what=${what.replaceAll(' ', '')}`)}` },
      { text: String(calls) },
      { text: String(bad), ...(bad > 0 && { tone: 'bad' as const }) },
      { text: [...levels].sort().map(shortAuthnLevelName).join(', ') },
    ]),
  };
}

/** What the colours of the terminal stand for. */
const TONES: Readonly<Record<string, Tone>> = { green: 'good', red: 'bad', yellow: 'warn' };

/** A table for the terminal as one for the page. */
export const tableBlock = <R>(
  kind: 'table' | 'matrix',
  title: string,
  items: readonly R[],
  columns: readonly Column<R>[],
  { about, href }: { readonly about?: string; readonly href?: (item: R) => string | undefined } = {},
): Block => ({
  kind,
  title,
  ...(about !== undefined && { about }),
  columns: columns.map((column) => column.title),
  rows: items.map((item) =>
    columns.map((column, index): Cell => {
      const text = String(column.value(item) ?? '');
      const style = text === '' ? undefined : column.style?.(item);
      const link = index === 0 ? href?.(item) : undefined;
      return {
        text,
        ...(style && { tone: TONES[String(style)] ?? 'none' }),
        ...(link !== undefined && { href: link }),
      };
    }),
  ),
});

/** Results as checks, each with the PDUs that show it, where they are known. */
export const checksBlock = (
  results: readonly Result[],
  href: (result: Result) => string | undefined = () => undefined,
): Block => ({
  kind: 'checks',
  title: 'Checks',
  checks: results.map((result): Check => {
    const { id, title, section, level, outcome, expected, actual, reason } = result;
    const link = href(result);
    return {
      id,
      title,
      section,
      level,
      outcome,
      expected,
      actual,
      ...(reason !== undefined && { reason }),
      ...(link !== undefined && { href: link }),
    };
  }),
});

export const checkFigures = (results: readonly Result[]): Figure[] => {
  const failed = results.filter(({ outcome }) => outcome === 'fail').length;
  return [
    { label: 'checks', value: results.length.toLocaleString('en'), href: '#/checks' },
    { label: 'not as expected', value: String(failed), tone: failed > 0 ? 'bad' : 'good', href: '#/checks?q=fail' },
  ];
};
