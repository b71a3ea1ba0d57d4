import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const MAIN = join(root, 'dist/cli/main.js');
const PAGE = readFileSync(join(root, 'docs/ci.md'), 'utf8');
const ACCOUNT = 'LAB\\op:secret';

/** The blocks of the page in one language. */
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

/** A project with this package, and a client that activates at the level of CLIENT_LEVEL. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'node_modules/dcom-harness/dist/cli'), { recursive: true });
  const program = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  writeFileSync(join(folder, 'node_modules/dcom-harness/dist/cli/main.js'), `import(${JSON.stringify(MAIN)});\n`);
  program('bin/npm', '[ "$1" = ci ]');
  program('bin/npx', `[ "$1" = dcom-harness ] && shift && exec "${process.execPath}" "${MAIN}" "$@"`);
  program('bin/sudo', 'while [[ "$1" = --* ]]; do shift; done; [ "$1" = sysctl ] && exit 0; exec "$@"');
  program(
    'my-client',
    `exec "${process.execPath}" "${MAIN}" activate "$1:\${DCOM_HARNESS_PORT:-$(node -p 'JSON.parse(fs.readFileSync("ready.json")).port')}" ` +
      `--clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user env:DCOM_ACCOUNT --level "\${CLIENT_LEVEL:-pkt_integrity}"`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs lines of a recipe, on a port that needs no root. */
async function run(lines: string, level = 'pkt_integrity') {
  const child = spawn('bash', ['-ec', lines.replaceAll('127.0.0.2:135', '127.0.0.1:0')], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, DCOM_ACCOUNT: ACCOUNT, CLIENT_LEVEL: level },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  const file = /--junit[ "',]+([a-z]+\.xml)/.exec(lines)?.[1] as string;
  const junit = existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
  return { code, said, junit };
}

interface Recipe {
  readonly name: string;
  readonly lines: string;
}

const SHELL: Recipe[] = blocks('bash').map((lines, index) => ({ name: `shell ${index + 1}`, lines }));

/** What the jobs of a file run, step by step. */
const scripts = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(scripts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'run') return [String(item)];
    return key === 'script' ? (item as string[]) : scripts(item);
  });
};
const PIPELINES: Recipe[] = blocks('yaml').map((text, index) => ({
  name: `pipeline ${index + 1}`,
  lines: scripts(parse(text)).join('\n'),
}));

const quoted = (word: string): string => `'${word}'`;
const DOCKER: Recipe[] = blocks('dockerfile').map((text) => ({
  name: 'Docker',
  lines: (JSON.parse(/^CMD (.*)$/m.exec(text)?.[1] ?? '[]') as string[]).map(quoted).join(' '),
}));

describe('docs/ci.md', () => {
  test('has a recipe for each', () => {
    expect([SHELL.length, PIPELINES.length, DOCKER.length]).toEqual([5, 2, 1]);
  });

  test.each([...SHELL, ...PIPELINES, ...DOCKER])(
    '$name ends with 0 and a JUnit file where the client signs',
    async ({ lines }) => {
      const { code, junit, said } = await run(lines);
      expect({ code, said }).toEqual({ code: 0, said: expect.not.stringContaining('secret') });
      expect(junit).toMatch(/<testsuites [^>]*failures="0"/);
    },
  );

  test('a pipeline is red, and its JUnit says why, where the client does not sign', async () => {
    const { code, junit } = await run(PIPELINES[0]?.lines as string, 'connect');
    expect(code).toBe(1);
    expect(junit).toContain('refused by activation policy');
  });
});
