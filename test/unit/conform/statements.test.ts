import { describe, expect, test } from 'vitest';
import { conformanceMarkdown } from '../../../scripts/conformance-markdown.mjs';
import { CLIENT_CHECKS } from '../../../src/conform/client/checks.js';
import type { CheckInfo } from '../../../src/conform/core/index.js';
import { matchesId } from '../../../src/conform/core/selection.js';
import { SERVER_CHECKS } from '../../../src/conform/server/checks.js';
import { isVisible, REASONS, STATEMENTS, type Statement } from '../../../src/conform/statements/index.js';
import { statements } from '../../../src/conform/statements/statement.js';

const SUITES: Readonly<Record<Statement['role'], readonly CheckInfo[]>> = {
  server: SERVER_CHECKS,
  client: CLIENT_CHECKS,
};

/** Sections that the tables are about: [MS-DCOM] 3.1 and 3.2, [MS-RPCE] 3.1 and 3.3. */
const COVERED = /\[MS-DCOM\] 3\.[12]\b|\[MS-RPCE\] 3\.[13]\b/;

describe('a table of statements', () => {
  test('has sections, and lines of role, strength, subject and checks', () => {
    const table = '\n# 1.2 Calls\nserver must | It answers. | a/1/b a/2/*\nclient states | It asks. | (state)\n';
    const place = { section: '[X] 1.2', topic: 'Calls' };
    expect(statements('[X]', table)).toEqual([
      { ...place, role: 'server', strength: 'must', subject: 'It answers.', checks: ['a/1/b', 'a/2/*'] },
      { ...place, role: 'client', strength: 'states', subject: 'It asks.', checks: [], untested: 'state' },
    ]);
  });

  test.each([
    ['a line of no section', 'server must | It answers. | a/1/b'],
    ['an unknown role', '# 1 A\nproxy must | It answers. | a/1/b'],
    ['a line without checks or reason', '# 1 A\nserver must | It answers. |'],
    ['an unknown reason', '# 1 A\nserver must | It answers. | (lazy)'],
  ])('refuses %s', (_, table) => expect(() => statements('[X]', table)).toThrow(TypeError));
});

const namedBy = (role: Statement['role']): string[] => [
  ...new Set(STATEMENTS.filter((each) => each.role === role).flatMap(({ checks }) => checks)),
];

describe('the normative statements', () => {
  test.each(['server', 'client'] as const)('name checks of the %s suite that exist', (role) => {
    const meansNone = (named: string) => !SUITES[role].some(({ id }) => matchesId(named, id));
    expect(namedBy(role).filter(meansNone)).toEqual([]);
  });

  test.each(['server', 'client'] as const)('name every check of the %s suite that is about their sections', (role) => {
    const named = namedBy(role);
    const about = SUITES[role].filter(({ section }) => COVERED.test(section));
    expect(about.map(({ id }) => id).filter((id) => !named.some((each) => matchesId(each, id)))).toEqual([]);
  });

  test('say of each section once what its title is, and nothing twice', () => {
    const titles = new Set(STATEMENTS.map(({ section, topic }) => `${section} ${topic}`));
    expect(titles.size).toBe(new Set(STATEMENTS.map(({ section }) => section)).size);
    const said = STATEMENTS.map(({ section, role, subject }) => `${section} ${role} ${subject}`);
    expect(said.filter((each, index) => said.indexOf(each) !== index)).toEqual([]);
  });

  test('are tested for at least 70 % of those that are visible on the wire', () => {
    const visible = STATEMENTS.filter(isVisible);
    const tested = visible.filter(({ checks }) => checks.length > 0);
    expect(visible.length).toBeGreaterThan(400);
    expect(tested.length / visible.length).toBeGreaterThanOrEqual(0.7);
  });
});

test('docs/conformance.md counts the statements, and shows of each its checks or why it has none', () => {
  const place = { section: '[MS-DCOM] 3.1.1', topic: 'Exporter', strength: 'must' } as const;
  const rows: Statement[] = [
    { ...place, role: 'server', subject: 'It answers.', checks: ['a/1/b', 'a/1/c'] },
    { ...place, role: 'client', subject: 'It waits.', checks: [], untested: 'option' },
    { ...place, role: 'server', subject: 'It notes.', checks: [], untested: 'state' },
  ];
  const text = conformanceMarkdown({ statements: rows, reasons: REASONS, isVisible });
  expect(text).toContain('| [MS-DCOM] 3.1 | 3 | 2 | 1 | 50 % |');
  expect(text).toContain('### [MS-DCOM] 3.1.1 Exporter');
  expect(text).toContain('| server | must | It answers. | `a/1/b` `a/1/c` |');
  expect(text).toContain('| client | must | It waits. | *option* |');
});
