import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Top to bottom, as the README draws them; an import may only go to the same layer or one further down. */
const LAYERS = [
  'cli',
  'report',
  'lab',
  'conformance',
  'capture',
  'relay',
  'server',
  'client',
  'hardening',
  'net',
  'rpc',
  'security',
  'codec',
];
/** Layers that take bytes, time and randomness as arguments. */
const WITHOUT_IO = ['codec', 'security', 'rpc', 'hardening'];
const IO_MODULES = /^node:(net|fs|dns|http|https|tls|dgram|child_process|worker_threads|timers)(\/|$)/;

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] as string,
  );
const layerOf = (file: string): string => file.split(sep)[0] as string;

describe('layers', () => {
  test.each(files.filter((file) => file.includes(sep)))('%s imports only downwards', (file) => {
    const own = LAYERS.indexOf(layerOf(file));
    expect(own, `${layerOf(file)} is not a layer`).toBeGreaterThanOrEqual(0);
    const upward = importsOf(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(src, join(src, dirname(file), name)))
      .filter((target) => LAYERS.indexOf(layerOf(target)) < own);
    expect(upward).toEqual([]);
  });

  test.each(files.filter((file) => WITHOUT_IO.includes(layerOf(file))))('%s does no I/O and owns no clock', (file) => {
    expect(importsOf(file).filter((name) => IO_MODULES.test(name))).toEqual([]);
    const text = readFileSync(join(src, file), 'utf8');
    expect(
      text.match(/\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|randomBytes|process\.env)\b/g),
    ).toBeNull();
  });
});
