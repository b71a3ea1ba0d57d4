import { printable } from '../printable.js';
import { type Result, resultsSummary } from '../result.js';
import { type Column, type Style, table } from '../table.js';

interface Topic {
  readonly name: string;
  readonly results: readonly Result[];
}

/** `rpce/2.2.2.11/…` is of the topic `rpce/2.2.2.11`, `sanity/…` of `sanity`. */
const topicOf = (id: string): string => id.split('/').slice(0, -1).join('/');

const count = ({ results }: Topic, outcome: Result['outcome']): number =>
  results.filter((result) => result.outcome === outcome).length;

const counted = (outcome: Result['outcome'], title: string, style?: Style): Column<Topic> => ({
  title,
  value: (topic) => count(topic, outcome) || '',
  align: 'right',
  style: () => style,
});

const COLUMNS: readonly Column<Topic>[] = [
  { title: 'checks of', value: ({ name }) => name },
  counted('pass', 'passed', 'green'),
  counted('fail', 'failed', 'red'),
  counted('skip', 'not counted', 'dim'),
  counted('xfail', 'expected to fail', 'yellow'),
];

/** What came of a suite, for people: how many of each topic, what failed with its PDUs, and what was not tried. */
export function conformText(
  results: readonly Result[],
  options: { readonly colour: boolean; readonly width?: number | undefined },
): string {
  const topics = new Map<string, Result[]>();
  for (const result of results) topics.set(topicOf(result.id), [...(topics.get(topicOf(result.id)) ?? []), result]);
  const rows = [...topics].map(([name, of]) => ({ name, results: of }));
  const failed = results.filter(({ outcome }) => outcome === 'fail');
  return [
    table(rows, { columns: COLUMNS, ...options }),
    ...failed.map(failureText),
    ...skippedText(results),
    `${resultsSummary(results).text}\n`,
  ].join('\n');
}

/** A failed check: what it asks for, what came instead, and what went over the wire. */
function failureText({ id, title, section, level, expected, actual, reason, pdus }: Result): string {
  const lines = [
    `${id} (${level}, ${section})`,
    `  ${printable(title)}`,
    `  expected: ${printable(expected)}`,
    `  got:      ${printable(actual)}${reason === undefined ? '' : ` (${printable(reason)})`}`,
    ...shortened(pdus).map((pdu) => `    ${printable(pdu)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines of one check that stand at its beginning and at its end, where there are more. */
const FIRST = 20;
const LAST = 8;

/** A client that goes on sends many PDUs after the one that it should not have taken, in each of dozens of checks. */
function shortened(pdus: readonly string[]): readonly string[] {
  const left = pdus.length - FIRST - LAST;
  if (left <= 1) return pdus;
  return [...pdus.slice(0, FIRST), `… ${left} more, which --json and --junit have`, ...pdus.slice(-LAST)];
}

/** Each reason once, with how many checks it has. */
function skippedText(results: readonly Result[]): string[] {
  const reasons = new Map<string, number>();
  for (const { outcome, reason } of results)
    if (outcome === 'skip' && reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  if (reasons.size === 0) return [];
  const lines = [...reasons].map(([reason, checks]) => `  ${String(checks).padStart(3)}  ${printable(reason)}`);
  return [`Not counted, and why:\n${lines.join('\n')}\n`];
}
