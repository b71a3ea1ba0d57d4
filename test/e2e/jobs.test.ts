import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';
import { packetsOf, torn } from '../support/fleet.js';
import { HOSTS, play } from '../support/lab-steps.js';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  await torn(folder);
  const hosts = { ...HOSTS, dc: { address: '10.0.0.5', windows: 'Windows Server 2019', kdc: true } };
  const { capture } = await play({ hosts, steps: [{ activate: { from: 'client', on: 'server', auth: 'kerberos' } }] });
  writeFileSync(
    join(folder, 'kdc.pcapng'),
    packetsOf(capture, (ports) => ports.includes(88)),
  );
  writeFileSync(
    join(folder, 'z-kerberos.pcapng'),
    packetsOf(capture, (ports) => !ports.includes(88)),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('--jobs changes nothing of what is said, nor of the exit code', () => {
  test.each([
    ['audit', '--json'],
    ['audit', '--tap'],
    ['decode', '--json'],
    ['decode', '--calls', '--filter', 'level<=connect'],
    ['decode', '--summary'],
    ['decode', '--statistics'],
    ['decode', '-c', '3'],
  ])('%s %s', async (...command) => {
    const [one, several] = await Promise.all([1, 3].map((jobs) => cli([...command, '--jobs', `${jobs}`, folder])));
    expect(several).toEqual(one);
    // What comes after the third PDU is not read.
    if (!command.includes('-c')) expect(one?.stderr).toContain('f-nothing.pcap: neither pcap nor pcapng');
  });

  test("a client is named by a KDC's answer in an earlier capture", async () => {
    const { stdout } = await cli(['decode', '--json', '--jobs', '4', folder]);
    const named = ndjsonLines(stdout).filter(({ file, user }) => file === 'z-kerberos.pcapng' && user !== undefined);
    expect(new Set(named.map(({ user }) => user))).toEqual(new Set(['LAB.EXAMPLE\\op']));
  });

  test.each(['0', '1.5', 'many'])('--jobs %s is a mistake', async (jobs) => {
    const { code, stderr } = await cli(['audit', '--jobs', jobs, folder]);
    expect([code, linesOf(stderr)]).toEqual([2, [expect.stringMatching(/expected a whole number from 1 to 64/)]]);
  });
});
