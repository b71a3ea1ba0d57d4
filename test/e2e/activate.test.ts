import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, cli, linesOf, ndjsonLines, RunningCli } from '../support/cli.js';

const MMC20 = '49B2791A-B1AE-4C90-9B8E-E860BA07F889';
const PASSWORD = 'Pa55-activate';
const USER = ['--user', `LAB\\op:${PASSWORD}`];
const FAULT_5 = { accepted: false, refused_by: 'fault', status: 5 };

describe('activate, against serve as of 2022-06-14', () => {
  let server: RunningCli;
  let target = '';
  beforeAll(async () => {
    server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--as-of', '2022-06-14', ...USER, '--json']);
    target = `127.0.0.1:${(await server.record('listening')).port}`;
  });
  afterAll(() => server.stop());

  /** In whatever it says there is never the password. */
  async function activate(...args: string[]): Promise<CliResult> {
    const result = await cli(['activate', target, '--clsid', MMC20, ...args]);
    expect(`${result.stdout}${result.stderr}`).not.toContain(PASSWORD);
    return result;
  }

  test('ends with 0 where it is accepted, at PKT_INTEGRITY where nothing else is said', async () => {
    const { code, stdout, stderr } = await activate(...USER);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(linesOf(stdout)).toEqual([
      `RemoteCreateInstance MMC20.Application (${MMC20.toLowerCase()}) at RPC_C_AUTHN_LEVEL_PKT_INTEGRITY: accepted`,
      expect.stringMatching(/^object exporter: HARNESS\[\d+\], 127\.0\.0\.1\[\d+\]$/),
    ]);
  });

  test('ends with 1 where it is refused, and says where to read on', async () => {
    const { code, stdout, stderr } = await activate(...USER, '--level', 'connect');
    expect(code).toBe(1);
    expect(linesOf(stdout)).toEqual([
      `RemoteCreateInstance MMC20.Application (${MMC20.toLowerCase()}) at RPC_C_AUTHN_LEVEL_CONNECT: refused, fault nca_s_fault_access_denied (0x00000005)`,
    ]);
    expect(linesOf(stderr)).toEqual(['what that can mean: dcom-harness explain 5']);
  });

  test.each([
    ['connect', 2, 1],
    ['call', 3, 1],
    ['pkt', 4, 1],
    ['pkt_integrity', 5, 0],
    ['RPC_C_AUTHN_LEVEL_PKT_PRIVACY', 6, 0],
  ])('--level %s goes out as %i and ends with %i, by NTLM as by SPNEGO', async (name, level, expected) => {
    const [ntlm, spnego] = await Promise.all(
      ['ntlm', 'spnego'].map((auth) => activate(...USER, '--level', name, '--auth', auth, '--json')),
    );
    expect([ntlm?.code, spnego?.code]).toEqual([expected, expected]);
    const record = {
      kind: 'client-activation',
      server: target,
      level,
      ...(expected === 1 ? FAULT_5 : { accepted: true }),
    };
    expect(ndjsonLines(ntlm?.stdout ?? '')).toMatchObject([record]);
    expect(ndjsonLines(spnego?.stdout ?? '')).toMatchObject([record]);
  });

  test.each(['RemoteCreateInstance', 'RemoteGetClassObject', 'RemoteActivation'])(
    '--method %s meets the same policy',
    async (method) => {
      const [accepted, refused] = await Promise.all([
        activate(...USER, '--method', method, '--json'),
        activate(...USER, '--method', method, '--level', 'pkt', '--json'),
      ]);
      expect([accepted.code, refused.code]).toEqual([0, 1]);
      expect(ndjsonLines(accepted.stdout)).toMatchObject([
        {
          method,
          accepted: true,
          oxid: expect.stringMatching(/^0x[0-9a-f]+$/),
          exporter: [expect.stringMatching(/^HARNESS\[/), expect.stringMatching(/^127/)],
        },
      ]);
      expect(ndjsonLines(refused.stdout)).toMatchObject([{ method, ...FAULT_5 }]);
    },
  );

  test('--level none is no matter of the policy; the access check refuses it by fault 5', async () => {
    const { code, stdout } = await activate('--level', 'none', '--json');
    expect(code).toBe(1);
    expect(ndjsonLines(stdout)).toMatchObject([{ level: 1, accepted: false, refused_by: 'fault', status: 5 }]);
  });

  test('a wrong password shows as fault 5 too: only the event tells it from the policy', async () => {
    const { code, stdout } = await activate('--user', 'LAB\\op:wrong', '--json');
    expect(code).toBe(1);
    expect(ndjsonLines(stdout)).toMatchObject([FAULT_5]);
    expect(await server.record('association', '"type":"authentication-failed"')).toMatchObject({ auth_type: 10 });
  });

  test.each<[string, string[], number, boolean, number]>([
    ['before the hardening a default level is CONNECT and stays', ['--as-of', '2021-05'], 2, false, 1],
    ['from 2021-06-08 on a default level is raised', ['--as-of', '2021-06-08'], 5, true, 0],
    ['until 2022-11-08 a level that was set stays', ['--as-of', '2022-06-14', '--level', 'connect'], 2, false, 1],
    ['from 2022-11-08 on a level that was set is raised', ['--as-of', '2022-11-08', '--level', 'connect'], 5, true, 0],
    [
      'RaiseActivationAuthenticationLevel 1 keeps a level that was set',
      ['--as-of', '2022-11-08', '--level', 'connect', '--registry', 'RaiseActivationAuthenticationLevel=1'],
      2,
      false,
      1,
    ],
    ['without a date nothing is raised', ['--level', 'connect'], 2, false, 1],
  ])('%s', async (_, args, level, raised, expected) => {
    const [text, json] = await Promise.all([activate(...USER, ...args), activate(...USER, ...args, '--json')]);
    expect([text.code, json.code]).toEqual([expected, expected]);
    expect(ndjsonLines(json.stdout)).toMatchObject([{ level, raised }]);
    expect(/^note: raised to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY: /m.test(text.stderr)).toBe(raised);
  });
});

describe('activate: what cannot be asked ends with 2', () => {
  test('nobody listens there', async () => {
    const { code, stdout } = await cli(['activate', '127.0.0.1:1', '--clsid', MMC20, ...USER]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/PKT_INTEGRITY: cannot connect to 127\.0\.0\.1:1: nothing listens there \(ECONNREFUSED\)$/m);
  });

  test.each<[string, string[], RegExp]>([
    [
      'a host that is not there',
      ['nowhere.invalid'],
      /: cannot connect to nowhere\.invalid:135: no (such host name|name server answers)/,
    ],
    [
      'an address, which is no service name',
      ['127.0.0.1:1', '--auth', 'kerberos', '--kdc', '127.0.0.1:1', '--realm', 'LAB.EXAMPLE'],
      /: Kerberos: RPCSS\/127\.0\.0\.1 is not a service name/,
    ],
    [
      'a KDC that is not there',
      ['server.lab.example', '--auth', 'kerberos', '--kdc', '127.0.0.1:1', '--realm', 'LAB.EXAMPLE'],
      /: cannot connect to 127\.0\.0\.1:1/,
    ],
    [
      'nobody, for a client of a profile',
      ['127.0.0.1:1', '--profile', 'impacket'],
      /: cannot connect to 127\.0\.0\.1:1/,
    ],
  ])('%s', async (_, args, says) => {
    const { code, stdout } = await cli(['activate', ...args, '--clsid', MMC20, ...USER]);
    expect(code).toBe(2);
    expect(stdout).toMatch(says);
    expect(stdout).not.toContain('refused,');
  });

  test.each<[string, string[], RegExp]>([
    ['an unknown class', ['127.0.0.1', '--clsid', 'MMC20'], /--clsid.*did you mean MMC20.Application\?/],
    ['no class', ['127.0.0.1'], /required option '--clsid/],
    ['no host', ['--clsid', MMC20], /missing required argument 'host'/],
    [
      'a level that is none',
      ['127.0.0.1', '--clsid', MMC20, '--level', 'high'],
      /--level.*expected default, none, connect/,
    ],
    ['a method that is none', ['127.0.0.1', '--clsid', MMC20, '--method', 'Activate'], /--method.*Allowed choices/],
    ['a host that is none', ['a b:c:d', '--clsid', MMC20], /expected HOST, HOST:PORT/],
    [
      'an authentication without a level, and a level',
      ['127.0.0.1:1', '--clsid', MMC20, '--auth', 'none', '--level', 'pkt'],
      /--auth none has no authentication to send at --level RPC_C_AUTHN_LEVEL_PKT$/,
    ],
    [
      'an account without authentication',
      ['127.0.0.1:1', '--clsid', MMC20, '--auth', 'ntlm', '--level', 'none'],
      /--auth ntlm authenticates, and --level none does not/,
    ],
  ])('%s', async (_, args, says) => {
    const { code, stdout, stderr } = await cli(['activate', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)[0]).toMatch(says);
  });
});
