import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandClient } from '../../../../src/cli/conform/command-client.js';
import type { Ended } from '../../../../src/conform/client/under-test.js';
import { isRunning } from '../../../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'command-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLACE = { address: '127.0.0.1', port: 135, domain: 'LAB', user: 'op', password: 'secret', check: 'sanity' };
const shell = (text: string): Promise<Ended> =>
  commandClient('/bin/sh', ['-c', text]).run(PLACE, new AbortController().signal);
const pidIn = (file: string): string => readFileSync(file, 'utf8').trim();

describe.skipIf(process.platform === 'win32')('a client that a command starts', () => {
  test('has ended when it ends itself, and what it leaves behind with its output in hand ends with it', async () => {
    const file = join(folder, 'left');
    expect(await shell(`sleep 300 & echo $! > ${file}; exit 3`)).toEqual({ how: 'failed', text: 'exit code 3' });
    expect(isRunning(pidIn(file))).toBe(false);
  });

  test('has ended too where what it leaves behind has left its group', async () => {
    const file = join(folder, 'escaped');
    // The shell waits until the other has a group of its own, which only then says who it is.
    const text = `setsid sh -c 'echo $$ > ${file}; exec sleep 300' & until [ -s ${file} ]; do sleep 0.1; done; exit 0`;
    try {
      expect(await shell(text)).toEqual({ how: 'succeeded' });
    } finally {
      process.kill(Number(pidIn(file)), 'SIGKILL');
    }
  });
});
