import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  exports: Record<string, string | { default: string }>;
};
const modules = Object.entries(exports).flatMap(([path, target]) =>
  typeof target === 'string' || !target.default.endsWith('.js') ? [] : [[path, target.default] as const],
);

test('the package has a sub-path for each layer', () => {
  expect(modules.length).toBeGreaterThan(9);
});

test('a source map has its source with it: the package ships no other', () => {
  for (const [, target] of modules) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(new URL(`${target}.map`, root), 'utf8'));
    expect(sourcesContent).toHaveLength(sources.length);
  }
});

/** Each in a process of its own: modules that contain each other load in one order and not in another. */
test.each(modules)('%s can be imported by itself', async (_path, target) => {
  const url = new URL(target, root).href;
  const code = `const all = await import(${JSON.stringify(url)}); console.log(Object.keys(all).length)`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: fileURLToPath(root),
  });
  expect(stderr).toBe('');
  expect(Number(stdout)).toBeGreaterThan(0);
});
