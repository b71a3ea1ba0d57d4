import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { architectureSvg, importsIn } from '../../scripts/architecture-svg.mjs';

const root = join(import.meta.dirname, '../..');
const src = join(root, 'src');

interface Layer {
  readonly layer: string;
  readonly holds: string;
  /** Top to bottom; those of one row do not know each other. */
  readonly rooms?: readonly (readonly string[])[];
}

/** Top to bottom: an import goes to the same layer or one further down, and within a layer likewise between its rooms. */
const LAYERS = JSON.parse(readFileSync(join(root, 'scripts/layers.json'), 'utf8')) as readonly Layer[];

/** Layers that take octets, time and randomness as arguments. */
const WITHOUT_IO = ['codec', 'security', 'rpc', 'hardening'];
const IO_MODULES = /^node:(net|fs|dns|http|https|tls|dgram|child_process|worker_threads|timers)(\/|$)/;

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.d)\.ts$/.test(name));
const importsOf = (file: string): string[] => importsIn(readFileSync(join(src, file), 'utf8'));
const targetsOf = (file: string): string[] =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(src, join(src, dirname(file), name)));
const layerOf = (file: string): string => file.split(sep)[0] as string;
const roomOf = (file: string): string | undefined => (file.split(sep).length > 2 ? file.split(sep)[1] : undefined);
const roomPath = (file: string): string | undefined =>
  roomOf(file) === undefined ? undefined : `${layerOf(file)}/${roomOf(file)}`;
const rank = (layer: string): number => LAYERS.findIndex((row) => row.layer === layer);

describe('layers', () => {
  test.each(files.filter((file) => file.includes(sep)))('%s imports only downwards', (file) => {
    const own = rank(layerOf(file));
    expect(own, `${layerOf(file)} is not a layer`).toBeGreaterThanOrEqual(0);
    expect(targetsOf(file).filter((target) => rank(layerOf(target)) < own)).toEqual([]);
  });

  describe.each(LAYERS.filter(({ rooms }) => rooms !== undefined))('the rooms of $layer', ({ layer, rooms = [] }) => {
    const known = rooms.flat();
    const floor = (file: string): number => rooms.findIndex((row) => row.includes(roomOf(file) ?? ''));
    const inside = files.filter((file) => layerOf(file) === layer && roomOf(file) !== undefined);

    test('are all named', () => {
      expect([...new Set(inside.map(roomOf))].sort()).toEqual([...known].sort());
    });

    test.each(inside)('%s uses its own room and those below', (file) => {
      const elsewhere = targetsOf(file).filter(
        (target) => layerOf(target) === layer && roomOf(target) !== undefined && roomOf(target) !== roomOf(file),
      );
      expect(elsewhere.filter((target) => floor(target) <= floor(file))).toEqual([]);
    });
  });

  test('rooms of a layer do not know each other both ways', () => {
    const known = new Map<string, Set<string>>();
    for (const file of files)
      for (const target of targetsOf(file)) {
        const [from, to] = [roomPath(file), roomPath(target)];
        if (from === undefined || to === undefined || layerOf(file) !== layerOf(target) || from === to) continue;
        known.set(from, (known.get(from) ?? new Set()).add(to));
      }
    const reached = (from: string, seen = new Set<string>()): Set<string> => {
      for (const to of known.get(from) ?? []) if (!seen.has(to)) reached(to, seen.add(to));
      return seen;
    };
    expect(known.size).toBeGreaterThan(20);
    expect([...known.keys()].filter((room) => reached(room).has(room))).toEqual([]);
  });

  test.each(files.filter((file) => WITHOUT_IO.includes(layerOf(file))))('%s does no I/O and owns no clock', (file) => {
    expect(importsOf(file).filter((name) => IO_MODULES.test(name))).toEqual([]);
    const text = readFileSync(join(src, file), 'utf8');
    expect(
      text.match(/\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|randomBytes|process\.env)\b/g),
    ).toBeNull();
  });

  test('the README draws them as they are', () => {
    const drawn = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^ {4}src\/([a-z]+)\/ +(.+)$/gm)];
    expect(drawn.map(([, layer, holds]) => ({ layer, holds }))).toEqual(
      LAYERS.map(({ layer, holds }) => ({ layer, holds })),
    );
  });

  test('the way of a captured PDU in docs/architecture.md leads through every room that takes part in a verdict', () => {
    const way = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const rooms = LAYERS.find(({ layer }) => layer === 'capture')?.rooms?.flat() ?? [];
    const others = ['replay', 'sanitize'];
    expect(rooms.filter((room) => !way.includes(`\`src/capture/${room}\``))).toEqual(others);
  });

  test('the picture in docs/architecture.md draws their imports: npm run docs writes it', () => {
    expect(readFileSync(join(root, 'docs/architecture.svg'), 'utf8')).toBe(architectureSvg(src, LAYERS));
  });
});

describe('files', () => {
  const sources = ['src', 'test', 'bench', 'fuzz', 'scripts', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((name) => /\.(ts|tsx|mjs|css)$/.test(name)),
  );
  /** Lists of facts, which are looked up and not read. */
  const DATA = /\.data\.ts$|^test\/(vectors|mutants)\//;

  test('fit in the head: 310 lines at most, unless they are data', () => {
    const lines = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
    expect(sources.filter((file) => !DATA.test(file) && lines(file) > 310)).toEqual([]);
  });

  test('do not repeat the name of their folder', () => {
    const repeats = (file: string): boolean =>
      (file.split(sep).at(-1) as string).startsWith(`${file.split(sep).at(-2)}-`);
    expect(files.filter(repeats)).toEqual([]);
  });
});
