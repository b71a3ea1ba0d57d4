import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string; default: string } | string>;
};
const files = readdirSync(join(root, 'src/api')).map((file) => file.replace(/\.ts$/, ''));

describe('the package exports', () => {
  test('a sub-path for each file of src/api, and itself', () => {
    const paths = files.map((file) => `./${file}`);
    expect(Object.keys(exports).sort()).toEqual(['.', './package.json', './records.schema.json', ...paths].sort());
  });

  test.each(files)('%s, with its types, and its surface is written down', async (file) => {
    expect(exports[`./${file}`]).toEqual({ types: `./dist/api/${file}.d.ts`, default: `./dist/api/${file}.js` });
    expect(Object.keys(await import(`../../src/api/${file}.ts`))).not.toEqual([]);
    expect(readFileSync(join(root, `etc/${file}.api.md`), 'utf8')).toContain('API Report File for "dcom-harness"');
  });
});
