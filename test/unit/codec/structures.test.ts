import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wireMarkdown } from '../../../scripts/wire-markdown.mjs';
import { structures } from '../../../src/codec/structures/index.js';

const root = join(import.meta.dirname, '../../..');
const codec = join(root, 'src/codec');
const all = structures();

/** The first argument of every declaration in `src/codec`. */
const declared = readdirSync(codec, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...readFileSync(join(codec, name), 'utf8').matchAll(/\b(?:struct|union|fixedHeader)\(\s*'([^']+)'/g),
  ])
  .map(([, name]) => name as string);

describe('the registry of structures', () => {
  test('has every structure, union and header that src/codec declares', () => {
    const names = new Set(all.map(({ name }) => name));
    expect(declared.length).toBeGreaterThan(100);
    expect(declared.filter((name) => !names.has(name))).toEqual([]);
  });

  test('has every operation, both ways', () => {
    const stubs = all.filter(({ kind }) => kind === 'stub').map(({ name }) => name);
    expect(stubs).toContain('RemoteCreateInstance request');
    expect(stubs).toContain('Invoke response');
    expect(stubs.length).toBeGreaterThan(70);
  });

  test.each(all.map((each) => [each.name, each] as const))('%s cites where it is specified', (_, { section }) => {
    expect(section).toMatch(/^(C706|\[MS-|RFC |IEEE |draft-|Samba |OPC |\w+\.idl)/);
  });
});

test('docs/wire.md says what is declared: npm run docs writes it', () => {
  expect(readFileSync(join(root, 'docs/wire.md'), 'utf8')).toBe(wireMarkdown(all, codec));
});
