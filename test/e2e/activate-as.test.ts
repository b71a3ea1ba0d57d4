import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_PROFILE_NAMES } from '../../src/client/profiles.js';
import { cli, linesOf, ndjsonLines, RunningCli } from '../support/cli.js';

const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const USER = ['--user', 'LAB\\op:Pa55-activate'];

describe('activate --profile and --invoke, against serve as of 2022-06-14', () => {
  let server: RunningCli;
  let target = '';
  beforeAll(async () => {
    server = new RunningCli([
      'serve',
      ...['--listen', '127.0.0.1:0', '--as-of', '2022-06-14', '--class', 'mmc20', ...USER, '--json'],
    ]);
    target = `127.0.0.1:${(await server.record('listening')).port}`;
  });
  afterAll(() => server.stop());

  const activate = (...args: string[]) => cli(['activate', target, '--clsid', MMC20, ...USER, ...args]);

  test('--invoke calls a member by its path, with the arguments that follow, and prints what it gives', async () => {
    const { code, stdout, stderr } = await activate('--invoke', 'VersionMajor');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(stdout)).toEqual([
      `MMC20.Application (${MMC20}) as windows-2023-03 at RPC_C_AUTHN_LEVEL_PKT_INTEGRITY: accepted`,
      'VersionMajor: 3',
    ]);
  });

  test('what a client wants done is written down by the server, and a method without a result says so', async () => {
    const { code, stdout } = await activate(
      '--json',
      '--invoke',
      'Document.ActiveView.ExecuteShellCommand',
      ...['cmd', '', '/c hostname', '7'],
    );
    expect(code).toBe(0);
    expect(ndjsonLines(stdout)).toMatchObject([
      { kind: 'client-activation', accepted: true, level: 5, profile: 'windows-2023-03' },
      { kind: 'client-exporter', accepted: true, tried: [expect.stringMatching(/^127\.0\.0\.1:\d+$/)] },
      { kind: 'client-invocation', accepted: true, member: 'Document.ActiveView.ExecuteShellCommand', result: null },
    ]);
  });

  test('a member that is not there ends with 1 and its error', async () => {
    const { code, stdout } = await activate('--invoke', 'Document.Nowhere');
    expect(code).toBe(1);
    expect(linesOf(stdout)[1]).toBe('Document.Nowhere: refused, DISP_E_UNKNOWNNAME');
  });

  test('a member on the way that is not there is named', async () => {
    const { code, stdout } = await activate('--invoke', 'Document.Nowhere.Name');
    expect(code).toBe(1);
    expect(linesOf(stdout)[1]).toBe('Document.Nowhere.Name: refused, Document.Nowhere: DISP_E_UNKNOWNNAME');
  });

  test('arguments after -- may begin with -', async () => {
    const { code, stderr } = await activate(
      ...['--invoke', 'Document.ActiveView.ExecuteShellCommand', 'cmd', '--', '', '-enc', '--json'],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await server.line((line) => line.includes('-enc'));
    expect(server.json.findLast(({ kind }) => kind === 'served-invocation')).toMatchObject({
      member: 'ExecuteShellCommand',
      arguments: ['cmd', '', '-enc', '--json'],
    });
  });

  test.each([
    ['arguments without --invoke', ['--', 'cmd'], 'arguments are for a member that --invoke names: cmd'],
    [
      'an empty name in the path',
      ['--invoke', 'Document..Name'],
      "--invoke: 'Document..Name' is not a path of members",
    ],
    ['an empty path', ['--invoke', ''], "--invoke: '' is not a path of members"],
  ])('%s ends with 2 and one line that names the rule, and not a connection that failed', async (_, args, says) => {
    expect(await activate(...args)).toEqual({ code: 2, stdout: '', stderr: `dcom-harness: ${says}\n` });
  });

  test('a member of what is no object ends with 2 and one line', async () => {
    const { code, stderr } = await activate('--invoke', 'VersionMajor.Name');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'dcom-harness: --invoke: VersionMajor is no object, so it has no members\n',
    });
  });

  test('--auth none is told as NONE, which is what the server sees', async () => {
    const as = ['--profile', 'impacket', '--auth', 'none'];
    const [text, json] = await Promise.all([activate(...as), activate(...as, '--json')]);
    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.stdout).toContain(`MMC20.Application (${MMC20}) as impacket at RPC_C_AUTHN_LEVEL_NONE: refused`);
    expect(ndjsonLines(json.stdout)).toMatchObject([{ kind: 'client-activation', level: 1, accepted: false }]);
    await server.line((line) => line.includes('"level":1'));
    expect(server.json.filter(({ kind, level }) => kind === 'served-activation' && level === 1)).not.toEqual([]);
  });

  test.each(['192.0.2.1', '192.0.2.1:135', '[2001:db8::1]:135'])(
    '--invoke towards %s ends with 2 and one line that names the rule, and not a connection that failed',
    async (host) => {
      const { code, stdout, stderr } = await cli(['activate', host, '--clsid', MMC20, ...USER, '--invoke', 'Quit']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(linesOf(stderr)).toHaveLength(1);
      expect(stderr).toContain('--invoke: methods of objects are called on this machine and on simulated hosts only');
    },
  );

  test.each(CLIENT_PROFILE_NAMES)('--profile %s is accepted or refused as that client is', async (name) => {
    const refused = ['windows-2021-05', 'node-dcom', 'openvas-wmic', 'openvas-wmic-5.7'].includes(name);
    const { code, stdout } = await activate('--profile', name, '--json');
    expect(code).toBe(refused ? 1 : 0);
    const reached = refused ? [] : [{ kind: 'client-exporter', profile: name, accepted: true }];
    expect(ndjsonLines(stdout)).toMatchObject([
      { kind: 'client-activation', profile: name, accepted: !refused },
      ...reached,
    ]);
  });

  test('--profile goes with neither --as-of nor --registry, and must be known', async () => {
    expect((await activate('--profile', 'impacket', '--as-of', '2021-05')).code).toBe(2);
    expect((await activate('--profile', 'nobody')).code).toBe(2);
  });
});
