import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.js';
import { shippedPath } from '../support/shipped.js';
import { parseXml } from '../support/xml.js';

const AT_INTEGRITY = shippedPath('activation-at-pkt-integrity.pcapng');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Every command that judges, with something that comes out as it should. */
const JUDGES: [string, string[]][] = [
  ['audit', ['audit', AT_INTEGRITY]],
  ['replay', ['replay', AT_INTEGRITY]],
  ['replay relay', ['replay', 'relay', AT_INTEGRITY, '--variant', 'as-captured']],
  ['relay', ['relay', '--variant', 'connect', '--as-of', '2023-03-14']],
  ['lab', ['lab', 'relay-connect']],
];

describe.each(JUDGES)('%s', (name, args) => {
  test('--tap, --junit and --json tell the same, and the exit code is 0', async () => {
    const file = join(folder, `${name}.xml`);
    const [tap, json] = await Promise.all([cli([...args, '--tap', '--junit', file]), cli([...args, '--json'])]);
    expect([tap.code, json.code]).toEqual([0, 0]);
    const [, count] = /^1\.\.(\d+)$/m.exec(tap.stdout) ?? [];
    expect(Number(count)).toBeGreaterThan(0);
    expect(tap.stdout).not.toMatch(/^not ok/m);
    const { attributes, children } = parseXml(await readFile(file, 'utf8'));
    expect(attributes).toMatchObject({ name: name.split(' ')[0], tests: count, failures: '0' });
    for (const suite of children)
      for (const each of suite.children)
        expect(each.attributes).toMatchObject({
          classname: expect.any(String),
          time: expect.stringMatching(/^\d+\.\d{3}$/),
        });
  });

  test('--tap and --json at once are refused', async () => {
    const { code, stderr } = await cli([...args, '--tap', '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain("'--tap' cannot be used with option '--json'");
  });
});
