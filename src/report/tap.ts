import { printable } from './printable.js';
import type { Result } from './result.js';

export interface TapOptions {
  /** How to write an expected failure: TAP's own `not ok … # TODO`, or as a skip for readers that count it as a failure. */
  readonly xfail?: 'todo' | 'skip';
  /** What was tested, as a comment at the beginning; nothing where absent. */
  readonly name?: string | undefined;
}

/**
 * Results as TAP 14, flat: one test point a check, with a YAML block where it did not pass. A comment with section and
 * level goes before every point, because the converter to JUnit gives a point the last comment that it saw.
 */
export function tap(results: readonly Result[], { xfail = 'todo', name }: TapOptions = {}): string {
  const lines = results.flatMap((result, index) => {
    const notOk = result.outcome === 'fail' || (result.outcome === 'xfail' && xfail === 'todo');
    const point = description(`${result.id}: ${result.title}`);
    return [
      `# ${comment(result)}`,
      `${notOk ? 'not ok' : 'ok'} ${index + 1} - ${point}${directive(result, xfail)}`,
      ...(notOk ? yaml(result) : []),
    ];
  });
  const head = ['TAP version 14', `1..${results.length}`, ...(name === undefined ? [] : [`# ${printable(name)}`])];
  return `${[...head, ...lines].join('\n')}\n`;
}

function directive({ outcome, reason = '' }: Result, xfail: 'todo' | 'skip'): string {
  if (outcome === 'skip') return ` # SKIP ${description(reason)}`.trimEnd();
  if (outcome !== 'xfail') return '';
  const why = description(reason);
  return (xfail === 'todo' ? ` # TODO ${why}` : ` # SKIP expected to fail: ${why}`).trimEnd();
}

const comment = ({ section, level, outcome, reason }: Result): string => {
  const why = reason === undefined ? '' : `; ${outcome === 'xfail' ? 'expected to fail: ' : ''}${reason}`;
  return printable(`${section}, ${level}${why}`);
};

/** TAP 14 escapes # and \; a brace at the end would begin a subtest. */
const description = (text: string): string =>
  printable(text)
    .replace(/[\\#]/g, '\\$&')
    .replace(/\{\s*$/, '{.');

// JSON is YAML, and quotes everything that YAML would take for something else.
const yaml = ({ section, level, expected, actual, pdus }: Result): string[] => [
  '  ---',
  `  message: ${JSON.stringify(printable(`expected ${expected}; got ${actual}`))}`,
  `  severity: ${level}`,
  `  section: ${JSON.stringify(printable(section))}`,
  `  expected: ${JSON.stringify(printable(expected))}`,
  `  actual: ${JSON.stringify(printable(actual))}`,
  ...(pdus.length === 0 ? [] : ['  pdus:', ...pdus.map((pdu) => `    - ${JSON.stringify(printable(pdu))}`)]),
  '  ...',
];
