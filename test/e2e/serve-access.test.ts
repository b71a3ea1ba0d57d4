import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, RunningCli } from '../support/cli.js';

const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const USER = ['--user', 'LAB\\op:Pa55-access'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (text: string): Promise<string> => {
  const path = join(folder, 'permissions.yaml');
  await writeFile(path, text);
  return path;
};

describe('serve --access', () => {
  test('each kind of refusal has a line of its own in --json', async () => {
    const access = await file(`machineAccess: [everyone]\nlaunch:\n  ${MMC20}: [{deny: 'LAB\\op'}]\n`);
    const server = new RunningCli(['serve', '--listen', '127.0.0.1:0', ...USER, '--access', access, '--json']);
    const { port } = await server.record('listening');
    const activates = (clsid: string, ...more: string[]) =>
      cli(['activate', `127.0.0.1:${port}`, '--clsid', clsid, ...more]);
    await activates(MMC20, ...USER);
    await activates(MMC20, ...USER, '--level', 'connect');
    await activates(MMC20, '--user', 'LAB\\op:wrong');
    await activates(MMC20, '--auth', 'none');
    expect(await server.stop()).toBe(0);
    expect(server.json.filter(({ kind }) => kind === 'served-activation')).toMatchObject([
      { refused_by: 'access control', status: 0x80070005, reason: 'LaunchPermission does not let this caller in' },
      { refused_by: 'activation policy', status: 5, form: 'fault' },
      { refused_by: 'access control', status: 5, reason: expect.stringMatching(/^MachineLaunchRestriction/) },
    ]);
    expect(server.json.filter(({ type }) => type === 'authentication-failed')).toHaveLength(1);
  });

  test.each([
    [
      'a list that is none',
      'machineAccess: [everyone]\nmachineLaunch: nobody\n',
      /permissions\.yaml:2:16: machineLaunch: /,
    ],
    ['a key that is none', 'machineAccess: [everyone]\nmachineLunch: []\n', /permissions\.yaml:2:\d+: .*machineLunch/],
    ['a class that is none', 'launch:\n  notepad: [everyone]\n', /permissions\.yaml:2:\d+: launch/],
    ['text that is no YAML', 'machineAccess: [everyone\n', /permissions\.yaml:\d+:\d+: /],
  ])('%s: exit code 2 and one line with the place', async (_, text, expected) => {
    const { code, stdout, stderr } = await cli(['serve', '--listen', '127.0.0.1:0', '--access', await file(text)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)).toEqual([expect.stringMatching(expected)]);
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await cli(['serve', '--access', join(folder, 'none.yaml')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot read .*none\.yaml/)]);
  });
});

describe('serve: addresses and levels', () => {
  test('--advertise puts a dead host first and --exporter-port says where the exporter is', async () => {
    const server = new RunningCli([
      ...['serve', '--listen', '127.0.0.1:0', ...USER, '--advertise', '192.0.2.1', '127.0.0.1', '--json'],
      ...['--exporter-level', 'pkt_integrity', '--exporter-port', '0'],
    ]);
    const { port } = await server.record('listening');
    const { code, stdout } = await cli(['activate', `127.0.0.1:${port}`, '--clsid', MMC20, ...USER, '--json']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/192\.0\.2\.1\[\d+\].*127\.0\.0\.1\[\d+\]/);
    expect(await server.stop()).toBe(0);
  });

  test('an invalid port', async () => {
    const { code, stderr } = await cli(['serve', '--exporter-port', '70000']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--exporter-port.*0 to 65535/)]);
  });
});
