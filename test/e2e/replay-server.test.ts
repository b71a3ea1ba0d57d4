import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { cli, type JsonLine, linesOf, RunningCli } from '../support/cli.js';
import { SHIPPED_PASSWORD, shippedPath } from '../support/shipped.js';

const FILE = shippedPath('activation-at-connect.pcapng');
const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const EXCEL = '00024500-0000-0000-c000-000000000046';
const IUNKNOWN = '00000000-0000-0000-c000-000000000046';
const USER = 'LAB\\op:Pa55-replay';

/** Plays the server of the shipped capture, and lets `activate` ask it. */
async function playing(args: readonly string[], ...activations: readonly (readonly string[])[]) {
  const common = ['--listen', '127.0.77.5:0', '--user', USER, '--password', SHIPPED_PASSWORD];
  const server = new RunningCli(['replay', 'server', FILE, ...common, '--json', ...args]);
  const { port } = await server.record('listening');
  const codes: (number | null)[] = [];
  for (const how of activations)
    codes.push((await cli(['activate', `127.0.77.5:${port}`, '--iid', IUNKNOWN, '--user', USER, ...how])).code);
  const code = await (args.includes('--once') ? server.ended : server.stop());
  return { code, codes, records: server.json };
}

const asked = (records: readonly JsonLine[]): unknown[] =>
  records.filter(({ kind }) => kind === 'captured-call').map(({ operation, asked }) => `${operation} ${asked}`);

describe('replay server', () => {
  test('ends with SIGINT, says how often each captured call was asked for, and that all was in the capture', async () => {
    const activation = ['--clsid', MMC20, '--level', 'connect'];
    const { code, codes, records } = await playing([], activation, activation);
    expect({ code, codes }).toEqual({ code: 0, codes: [0, 0] });
    expect(asked(records)).toEqual(['RemoteCreateInstance 2', expect.stringMatching(/^RemRelease/)]);
  });

  test('--once ends it when the first client is gone', async () => {
    const { code, codes } = await playing(['--once'], ['--clsid', MMC20, '--level', 'connect']);
    expect({ code, codes }).toEqual({ code: 0, codes: [0] });
  });

  test('--once ends with 1, and says so, where the client asked for nothing that was captured', async () => {
    const args = ['--listen', '127.0.77.5:0', '--user', USER, '--once', '--tap'];
    const server = new RunningCli(['replay', 'server', FILE, ...args]);
    const line = await server.note((text) => text.startsWith('listening on'));
    const { port } = new URL(`tcp://${/listening on (\S+)/.exec(line)?.[1]}`);
    await new Promise((resolve) => connect(Number(port), '127.0.77.5').once('connect', resolve).end());
    expect(await server.ended).toBe(1);
    expect(linesOf(server.stderr)).toContain('no captured call was asked for');
    expect(server.stdout.filter((text) => text.startsWith('not ok'))).toEqual([
      'not ok 3 - replay.server.nothing-asked: some captured call is asked for',
    ]);
  });

  test('a class that the capture does not have ends with 1', async () => {
    const { code, codes, records } = await playing(['--once'], ['--clsid', EXCEL, '--level', 'connect']);
    expect({ code, codes }).toEqual({ code: 1, codes: [1] });
    expect(records.filter(({ kind }) => kind === 'not-captured')).toEqual([
      { kind: 'not-captured', what: `RemoteCreateInstance of class ${EXCEL}`, asked: 1 },
    ]);
  });

  test('--as-of puts the policy of a date before what was captured', async () => {
    const { codes, records } = await playing(
      ['--once', '--as-of', '2023-03-14'],
      ['--clsid', MMC20, '--level', 'connect'],
    );
    expect(codes).toEqual([1]);
    expect(asked(records)[0]).toBe('RemoteCreateInstance 1');
  });

  test('--tap skips what nobody asked for, and fails what was not captured', async () => {
    const args = ['--listen', '127.0.77.5:0', '--user', USER, '--tap'];
    const server = new RunningCli(['replay', 'server', FILE, ...args]);
    const line = await server.note((text) => text.startsWith('listening on'));
    const at = /listening on (\S+)/.exec(line)?.[1] as string;
    await cli(['activate', at, '--clsid', EXCEL, '--iid', IUNKNOWN, '--user', USER, '--level', 'connect']);
    expect(await server.stop()).toBe(1);
    const points = server.stdout.filter((text) => /^(not )?ok /.test(text));
    expect(points).toEqual([
      expect.stringMatching(/^ok 1 - replay\.server\.0\.7: .*RemoteCreateInstance # SKIP no client asked for it$/),
      expect.stringMatching(/^ok 2 .*# SKIP/),
      `not ok 3 - replay.server.not-captured.1: RemoteCreateInstance of class ${EXCEL}`,
    ]);
  });
});

describe('replay server: what cannot be done ends with exit code 2 and one line', () => {
  test.each([
    { args: ['--target', '127.0.0.1'], says: /unknown option '--target'/ },
    { args: ['--level', 'connect'], says: /unknown option '--level'/ },
    { args: ['--listen', '192.0.2.1:0'], says: /192\.0\.2\.1/ },
  ])('$args', async ({ args, says }) => {
    const { code, stdout, stderr } = await cli(['replay', 'server', FILE, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)).toEqual([expect.stringMatching(says)]);
  });
});
