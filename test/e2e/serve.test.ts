import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines, RunningCli } from '../support/cli.js';

const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const PASSWORD = 'Pa55-serve';
const USER = ['--user', `LAB\\op:${PASSWORD}`];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('serve', () => {
  test('--json: first the address, then a line for each activation, event and fault; SIGINT ends it with 0', async () => {
    const pcap = join(folder, 'served.pcapng');
    const server = new RunningCli([
      ...['serve', '--listen', '127.0.0.1:0', '--as-of', '2022-06-14', ...USER, '--pcap', pcap, '--json'],
    ]);
    const listening = await server.record('listening');
    expect(listening).toEqual({
      kind: 'listening',
      address: '127.0.0.1',
      port: expect.any(Number),
      exporter_port: expect.any(Number),
      as_of: '2022-06-14',
      accounts: ['LAB\\op'],
    });
    const target = `127.0.0.1:${listening.port}`;
    const codes: (number | null)[] = [];
    for (const more of [[...USER], [...USER, '--level', 'connect'], ['--user', 'LAB\\op:wrong']])
      codes.push((await cli(['activate', target, '--clsid', MMC20, ...more])).code);
    expect(codes).toEqual([0, 1, 1]);
    expect(await server.stop('SIGINT')).toBe(0);

    const [first, ...rest] = server.json;
    expect(first).toEqual(listening);
    const sid = expect.stringMatching(/^S-1-5-21-[\d-]+$/);
    const activation = {
      kind: 'served-activation',
      method: 'RemoteCreateInstance',
      clsid: MMC20,
      user: 'LAB\\op',
      sid,
    };
    const refused = { outcome: 'refused', refused_by: 'activation policy', status: 5, form: 'fault' };
    expect(rest).toMatchObject([
      { kind: 'served-activation' },
      { kind: 'served-activation' },
      { kind: 'log' },
      { kind: 'association', type: 'authentication-failed' },
      { kind: 'association', type: 'fault' },
    ]);
    expect(rest[0]).toMatchObject({ ...activation, level: 5, outcome: 'accepted' });
    expect(rest[1]).toMatchObject({ ...activation, level: 2, ...refused });
    expect(rest[2]).toMatchObject({
      id: 10036,
      channel: 'System',
      data: { domain: 'LAB', user: 'op', sid, client_address: '127.0.0.1' },
    });
    expect(rest[4]).toMatchObject({ status: 5, why: expect.stringContaining('authentication failed') });

    const decoded = await cli(['decode', pcap, '--json', '--password', PASSWORD]);
    // The session with the wrong password is the one that this password does not open.
    const unopened = 'note: served.pcapng stream 2: no secret that was given opens the session of LAB\\op\n';
    expect(decoded.code).toBe(0);
    expect(decoded.stderr.startsWith(unopened)).toBe(true);
    expect(linesOf(decoded.stderr).filter((line) => line.startsWith('warning'))).toEqual([]);
    const pdus = ndjsonLines(decoded.stdout);
    expect(
      pdus.filter(({ operation, ptype }) => operation === 'RemoteCreateInstance' && ptype === 'request'),
    ).toMatchObject([
      { auth_level: 5, stub: 'verified', user: 'LAB\\op' },
      { auth_level: 2, stub: 'plain', user: 'LAB\\op' },
      { auth_level: 5 },
    ]);
    expect(pdus.filter(({ ptype }) => ptype === 'fault')).toMatchObject([{ status: 5 }, { status: 5 }]);
    const told = [server.stdout.join('\n'), server.stderr, decoded.stdout].join('\n');
    expect(told).not.toContain(PASSWORD);
  });

  test('says the same to people, in lines', async () => {
    const server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--as-of', '2023-03-14', ...USER]);
    const first = await server.line((line) => line.startsWith('listening on '));
    expect(first).toMatch(
      /^listening on 127\.0\.0\.1:\d+ \(object exporter on port \d+\), as of 2023-03-14: servers always enforce; the registry is ignored$/,
    );
    const port = /127\.0\.0\.1:(\d+)/.exec(first)?.[1];
    await cli(['activate', `127.0.0.1:${port}`, '--clsid', MMC20, ...USER, '--level', 'pkt']);
    const refusal = await server.line((line) => line.includes('RemoteCreateInstance'));
    expect(refusal).toMatch(
      /Z 127\.0\.0\.1:\d+ LAB\\op RemoteCreateInstance MMC20\.Application \(49b2791a-\S+\) at RPC_C_AUTHN_LEVEL_PKT: refused by activation policy, fault 0x00000005 \(/,
    );
    await server.line((line) => line.includes('DCOM 10036'));
    expect(await server.stop('SIGTERM')).toBe(0);
  });

  test('ends although a client is still connected', async () => {
    const pcap = join(folder, 'open.pcapng');
    const server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--json', '--pcap', pcap]);
    const { port } = await server.record('listening');
    const socket = connect(port as number, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toBe('');
    socket.destroy();
  });

  test('a patch level that can be misread, and a server that nobody can log on to, are noted', async () => {
    const server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--as-of', '2022-06']);
    await server.line((line) => line.startsWith('listening on '));
    expect(await server.stop()).toBe(0);
    expect(linesOf(server.stderr)).toEqual([
      expect.stringMatching(/^note: 2022-06 is read as 2022-06-01, before the update of 2022-06-14/),
      "note: nobody can log on; give --user 'DOMAIN\\user:password'",
    ]);
  });
});

describe('serve: what cannot be done ends with exit code 2 and one line', () => {
  const fails = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(['serve', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = linesOf(stderr);
    expect(lines).toHaveLength(1);
    return lines[0] as string;
  };

  test('a port that is in use', async () => {
    const server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--json']);
    const { port } = await server.record('listening');
    expect(await fails('--listen', `127.0.0.1:${port}`)).toBe(
      `dcom-harness: cannot listen on 127.0.0.1:${port}: another program listens there; choose another address or port (EADDRINUSE)`,
    );
    await server.stop();
  });

  test('an address of another machine', async () => {
    expect(await fails('--listen', '192.0.2.1:1135')).toMatch(/not one of this machine \(EADDRNOTAVAIL\)/);
  });

  test('an invalid address', async () => {
    expect(await fails('--listen', 'a b:c')).toMatch(/--listen.*ADDRESS:PORT/);
  });

  test('an account without a password separator, of which nothing is repeated', async () => {
    const said = await fails('--listen', '127.0.0.1:0', '--user', 'hunter2-secret');
    expect(said).toBe(
      "dcom-harness: --user: expected 'DOMAIN\\user:password'; there is no terminal to ask for the password",
    );
  });

  test('a recording that cannot be written', async () => {
    expect(await fails('--listen', '127.0.0.1:0', '--pcap', join(folder, 'no', 'such.pcapng'))).toMatch(
      /cannot write /,
    );
  });

  test('an invalid registry value, and an unknown one', async () => {
    expect(await fails('--registry', 'RequireIntegrityActivationAuthenticationLevel=maybe')).toMatch(/--registry/);
    expect(await fails('--registry', 'Nonsense=1')).toMatch(/Nonsense/);
  });

  test('an invalid date', async () => {
    expect(await fails('--as-of', 'yesterday')).toMatch(/not a date: 'yesterday'/);
  });

  test('an unknown profile', async () => {
    expect(await fails('--profile', 'windows-95')).toMatch(/Allowed choices are windows-server-2022/);
  });
});
