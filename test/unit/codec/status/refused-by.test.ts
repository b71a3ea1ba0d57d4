import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REFUSED_BY } from '../../../../src/codec/status/refused-by.js';
import { SERVER_CHECKS } from '../../../../src/rpc/server/checks.js';

const text = readFileSync(join(import.meta.dirname, '../../../../docs/refusals.md'), 'utf8');
/** Cells of the rows whose first one is a word of code. */
const rows = [...text.matchAll(/^\| `(.*)` \| (.*) \|$/gm)].map(([, word, rest]) => [word, rest]);

test('docs/refusals.md has every word for who refuses, and every check of the runtime, as the program has them', () => {
  const checks = Object.entries(SERVER_CHECKS).map(([name, { refusedBy, section }]) => [
    name,
    `${refusedBy} | ${section}`,
  ]);
  expect(rows).toEqual([...Object.entries(REFUSED_BY), ...checks]);
});
