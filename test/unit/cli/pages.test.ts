import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** `npm run docs` makes these, two of them in the words of the specifications. */
const GENERATED = ['docs/wire.md', 'docs/conformance.md', 'docs/policy.md'];
const WRITTEN = PAGES.filter((page) => !GENERATED.includes(page));

/** A page without its blocks of code: fenced, or indented by four after an empty line. */
const prose = (page: string): string =>
  read(page)
    .replace(/^```.*\n[\s\S]*?^```$/gm, '')
    .replace(/(?<=\n\n)(?: {4}.*\n|\n(?= {4}))+/g, '');

/** The cells of the tables of a text. */
const cellsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cell) => cell.trim());

/** What a heading is called in a link, as GitHub makes it. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  test('has cells of at most 25 words in its tables', () => {
    expect(cellsOf(prose(page)).filter((cell) => cell.split(/\s+/).length > 25)).toEqual([]);
  });

  test('links to pages and headings that are there', () => {
    const missing = [...prose(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(
      ([, path = '', anchor]) => {
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
      },
    );
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

describe.each(WRITTEN)('%s', (page) => {
  test('says bytes, which only the reference of structures calls octets', () => {
    // A member of a record, and what a program prints, have their own words.
    const text = prose(page).replace(/`[^`]*`/g, '');
    expect(text.match(/.*\boctets?\b.*/gi) ?? []).toEqual([]);
  });

  test('calls the program dcom-harness', () => {
    expect(read(page)).not.toContain('node dist/cli/main.js');
  });
});

test('the README has 150 lines or fewer', () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

test('a cell of more words, and a heading with signs, are found out', () => {
  expect(cellsOf('| a | `x\\|y` b |\n| --- | --- |\n')).toEqual(['a', '`x\\|y` b', '---', '---']);
  expect(anchorsOf('## `lab`: what it does\n')).toEqual(['lab-what-it-does']);
});
