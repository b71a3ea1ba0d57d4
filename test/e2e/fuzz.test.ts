import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const FUZZ = join(import.meta.dirname, '../../fuzz/main.mjs');
const fuzz = async (args: readonly string[]) => (await promisify(execFile)(process.execPath, [FUZZ, ...args])).stdout;

/** Each target, and how far a run of it has to get. */
const TARGETS: readonly (readonly [name: string, reached: RegExp])[] = [
  ['server', /server: response/],
  ['client', /client: request/],
  ['sniffer', /sniffer: overheard/],
  ['codec', /codec: stub decoded/],
  ['packets', /packets: a PDU/],
  ['file', /file: audited/],
  ['scenario', /scenario: a scenario refused/],
  ['inputs', /inputs: a partial audit read/],
  ['hostileServer', /hostileServer: activate answered/],
];

test('a short run of every target of the fuzzer, by a seed that stays, finds nothing', async () => {
  const names = /these cases alone: (.*)/.exec(await fuzz(['--help']))?.[1]?.split(', ');
  expect(TARGETS.map(([name]) => name)).toEqual(names);
  const said = await fuzz(['--executions', '225', '--seed', 'short']);
  for (const [, reached] of TARGETS) expect(said).toMatch(reached);
  expect(said).toMatch(/^225 cases, seed short, 0 failures$/m);
});
