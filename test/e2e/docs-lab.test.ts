import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'docs-lab-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What vitest would give; here the snippet runs as a module of its own, by the package's name. */
const EXPECT = `
import { deepStrictEqual, ok } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
const fits = (actual, wanted) =>
  typeof wanted === 'object' && wanted !== null
    ? Object.keys(wanted).every((key) => fits(actual?.[key], wanted[key]))
    : isDeepStrictEqual(actual, wanted);
const expect = (actual) => ({
  toBe: (wanted) => deepStrictEqual(actual, wanted),
  toMatchObject: (wanted) => ok(fits(actual, wanted), JSON.stringify(actual)),
});
`;

test('the example of docs/lab.md with a simulated network runs as it stands', async () => {
  const text = readFileSync(join(ROOT, 'docs/lab.md'), 'utf8');
  const [, indented = ''] = /(( {4}import \{ CLIENT_PROFILES[\s\S]*?)time\.run\(test\(\)\);)/.exec(text) ?? [];
  const module = `${EXPECT}${indented.replace(/^ {4}/gm, '')}\nconsole.log('done');\n`;
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/dcom-harness'));
  const file = join(folder, 'example.mjs');
  writeFileSync(file, module);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout).toBe('done\n');
});
