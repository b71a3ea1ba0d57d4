import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/extend.md'), 'utf8');
const shown = [...page.matchAll(/^<!-- (examples\/\S+) -->\n```js\n([\s\S]*?)^```\n\nIt prints `([^`]+)`/gm)].map(
  ([, file = '', text = '', output = '']) => ({ file, text, output }),
);

describe('docs/extend.md', () => {
  test('shows programs', () => expect(shown.map(({ file }) => file)).toHaveLength(2));

  test.each(shown)('$file stands there as it is, and prints what the page says', ({ file, text, output }) => {
    expect(text).toBe(readFileSync(join(root, file), 'utf8'));
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8' });
    expect(stdout.trim(), stderr).toBe(output);
  });
});
