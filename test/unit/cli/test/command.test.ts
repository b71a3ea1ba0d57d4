import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inProcess } from '../../../support/in-process.js';
import { parseXml } from '../../../support/xml.js';

const folder = mkdtempSync(join(tmpdir(), 'test-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVER = ['test', '--listen', '127.0.0.1:0', '--user', 'LAB\\op:secret'];
/** A client that calls nobody. */
const SILENT = ['--', process.execPath, '-e', '0'];
/** One that calls nobody, and fails. */
const FAILING = ['--', process.execPath, '-e', 'process.exit(3)'];

describe('test of a client that calls nobody', () => {
  test.each([
    [2, []],
    [2, ['--expect', 'activations>=1']],
    [2, ['--expect', 'level>=pkt_integrity']],
    [2, ['--expect', 'refused-calls=0']],
    [0, ['--expect', 'activations=0']],
    [0, ['--expect', 'level>=pkt_integrity', '--allow-none']],
  ])('ends with %i with %j', async (expected, options) => {
    const { code, printed } = await inProcess(...SERVER, ...options, ...SILENT);
    expect({ code, said: printed.stderr.includes('nothing was tested') }).toEqual({
      code: expected,
      said: expected === 2,
    });
  });

  test.each([
    [2, []],
    [1, ['--allow-none']],
    [0, ['--allow-none', '--ignore-exit']],
  ])('and fails ends with %i with %j', async (expected, options) => {
    expect((await inProcess(...SERVER, ...options, ...FAILING)).code).toBe(expected);
  });
});

test('--name names the client in TAP and the suite in JUnit, which has the time of the run', async () => {
  const junit = join(folder, 'named.xml');
  const began = Date.now();
  const { printed } = await inProcess(...SERVER, '--name', 'gateway 2.1', '--tap', '--junit', junit, ...SILENT);
  expect(printed.stdout).toMatch(/^# gateway 2\.1\n# .*\nok 1 - test\.client: gateway 2\.1 ends with exit code 0$/m);
  const { attributes, children } = parseXml(readFileSync(junit, 'utf8'));
  expect([attributes.name, children[0]?.attributes.name]).toEqual(['gateway 2.1', 'gateway 2.1']);
  const time = Date.parse(`${children[0]?.attributes.timestamp}Z`);
  expect(time).toBeGreaterThan(began - 1000);
  expect(time).toBeLessThanOrEqual(Date.now());
});
