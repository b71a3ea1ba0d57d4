import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProcess } from '../../../support/in-process.js';
import { shippedPath } from '../../../support/shipped.js';

const CAPTURE = shippedPath('activation-at-pkt-integrity.pcapng');
const SAYS = 'note: activation-at-pkt-integrity.pcapng: no secret that was given opens a session of LAB\\op';

async function notes(...args: readonly string[]): Promise<string[]> {
  const { printed } = await inProcess('audit', CAPTURE, ...args);
  return printed.stderr.split('\n').filter((line) => line.includes('no secret'));
}

test('whose sessions no secret opens is said once for a capture, and not where none was given or one fits', async () => {
  expect(await notes('--password', 'wrong')).toEqual([SAYS]);
  expect(await notes('--password', 'P4ssw0rd.Lab', '--password', 'wrong')).toEqual([]);
  expect(await notes()).toEqual([]);
});

test('a partial audit says it too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
  try {
    expect(await notes('--password', 'wrong', '--partial', join(folder, 'one.partial'))).toEqual([SAYS]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
