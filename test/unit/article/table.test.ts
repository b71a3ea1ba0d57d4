import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** `| "statement" | `file` | name |` of docs/article.md; without a name, the test is named after the statement. */
const ROWS = [...text('docs/article.md').matchAll(/^\| "(.+?)" \| `(test\/\S+)` \|(?: (.+?) \|)?$/gm)].map(
  ([, statement = '', file = '', name]) => ({ statement, file, name }),
);

/** The titles of tests, as they stand in the source: after `test(` or the table of `test.each`. */
function titlesOf(file: string): string[] {
  const literal = /(?:\btest|\))\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
  return [...text(file).matchAll(literal)].map(([, single, double, template]) =>
    (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1'),
  );
}

const named = (title: string): string | undefined => /^article: "(.*?)"/.exec(title)?.[1];

test('docs/article.md has its rows', () => {
  expect(ROWS.length).toBeGreaterThan(60);
  expect(new Set(ROWS.map(({ statement }) => statement)).size).toBe(ROWS.length);
});

test.each(ROWS)('"$statement" has its test in $file', ({ statement, file, name }) => {
  const titles = titlesOf(file);
  expect(name === undefined ? titles.map(named) : titles).toContain(name ?? statement);
});

test('every test that is named after a statement has its row', () => {
  const folder = 'test/unit/article';
  const tests = readdirSync(join(root, folder)).filter((file) => file.endsWith('.test.ts') && file !== 'table.test.ts');
  const statements = tests.flatMap((file) => titlesOf(join(folder, file)).flatMap((title) => named(title) ?? []));
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.filter((statement) => !ROWS.some((row) => row.statement === statement))).toEqual([]);
});
