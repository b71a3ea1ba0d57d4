import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.js';

const src = join(import.meta.dirname, '../../../src');

/** What a module loads before its first line runs; types are gone by then, and `import(…)` waits until it is called. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)'/gm)].map(
    ([, name]) => name as string,
  );

function loadedBy(first: string): Set<string> {
  const loaded = new Set<string>();
  const waiting = [first];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    for (const name of importsOf(file)) {
      if (!name.startsWith('.')) loaded.add(name);
      else waiting.push(relative(src, join(src, dirname(file), name.replace(/\.js$/, '.ts'))));
    }
  }
  return loaded;
}

test('what --help and --version load is small: no command, no codec, and of packages commander alone', () => {
  const loaded = [...loadedBy('cli/run.ts')];
  expect(loaded).toContain('cli/commands.ts');
  const allowed =
    /^(cli\/[a-z-]+\.ts|report\/[a-z-]+\.ts|[a-z]+(\/(file|fleet))?\/(input-)?error\.ts|node:[a-z/]+|commander)$/;
  expect(loaded.filter((name) => !allowed.test(name))).toEqual([]);
});

test.each(COMMANDS)('$name loads its own module, and that of no other command', async ({ name, load }) => {
  expect(await load()).toBeTypeOf('function');
  const others = [...loadedBy(`cli/${name}/command.ts`)].filter((file) => /^cli\/[a-z]+\/command\.ts$/.test(file));
  expect(others).toEqual([`cli/${name}/command.ts`]);
});
