import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ETYPE, encodeKeytab } from '../../src/codec/kerberos/index.js';
import { KerberosKey } from '../../src/security/index.js';
import { cli, ndjsonLines, RunningCli } from '../support/cli.js';

const PASSWORD = 'Pa55-kerberos';
const SERVICE = ['--service', 'RPCSS/harness.lab.example'];
const WBEM_LEVEL1_LOGIN = '8BC3F05E-D86B-11D0-A075-00C04FB68820';
const LEVELS = { CONNECT: 2, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
const PLANT = 'items:\n  Boiler.Setpoint: {type: R8, value: 75, access: read-write}\n';

let folder = '';
let server: RunningCli;
let target = '';
let kdc: readonly string[] = [];
let keytab = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  const plant = join(folder, 'plant.yaml');
  await writeFile(plant, PLANT);
  keytab = join(folder, 'op.keytab');
  const { keyvalue: key } = KerberosKey.fromPassword(ETYPE.AES256_CTS_HMAC_SHA1_96, PASSWORD, 'LAB.EXAMPLEop').value;
  const entry = { realm: 'LAB.EXAMPLE', name: ['op'], name_type: 1, kvno: 1, timestamp: 0 };
  await writeFile(keytab, encodeKeytab([{ ...entry, etype: ETYPE.AES256_CTS_HMAC_SHA1_96, key }]));
  server = new RunningCli([
    ...['serve', '--listen', '127.0.0.1:0', '--kdc', '127.0.0.1:0', '--user', `LAB\\op:${PASSWORD}`],
    ...['--as-of', '2021-05', '--class', 'wmi', 'opc', '--opc', plant, '--json'],
  ]);
  kdc = ['--kdc', `127.0.0.1:${(await server.record('kdc')).port}`];
  target = `127.0.0.1:${(await server.record('listening')).port}`;
});
afterAll(async () => {
  await server.stop('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

const password = () => ['--user', `LAB.EXAMPLE\\op:${PASSWORD}`, ...kdc, ...SERVICE];
const byKeytab = () => ['--keytab', keytab, ...kdc, ...SERVICE];

const ACTIONS = [
  ['opc', () => ['opc', target, 'read', 'Boiler.Setpoint'], /Boiler\.Setpoint 75 GOOD/],
  ['activate', () => ['activate', target, '--clsid', WBEM_LEVEL1_LOGIN], /: accepted\nobject exporter: /],
  ['wmi', () => ['wmi', target, "SELECT Name FROM Win32_Service WHERE Name = 'RpcSs'"], /^Name\nRpcSs\n$/],
] as const;

/** What the server took after its first so many records, of activations. */
const activationsAfter = (before: number) =>
  server.json.slice(before).filter(({ kind }) => kind === 'served-activation');

describe.each(ACTIONS)('%s at the server whose KDC is its own', (_, action, said) => {
  test.each(Object.entries(LEVELS))('with Kerberos at %s', async (name, level) => {
    const before = server.stdout.length;
    const how = ['--auth', 'kerberos', '--level', name, '--as-of', '2021-05'];
    const { code, stdout, stderr } = await cli([...action(), ...how, ...password()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(said);
    const activations = activationsAfter(before);
    expect(activations.length).toBeGreaterThan(0);
    for (const each of activations)
      expect(each).toMatchObject({ outcome: 'accepted', level, auth_type: 16, user: 'LAB\\op' });
  });

  test('with Kerberos inside SPNEGO, by the keys of a keytab', async () => {
    const before = server.stdout.length;
    const { code, stdout } = await cli([...action(), '--auth', 'spnego', ...byKeytab()]);
    expect([code, said.test(stdout)]).toEqual([0, true]);
    expect(activationsAfter(before)[0]).toMatchObject({ outcome: 'accepted', auth_type: 9, user: 'LAB\\op' });
  });

  test.each([
    ['Kerberos without tickets', ['--auth', 'kerberos', '--user', 'LAB\\op:x'], /--auth kerberos needs tickets/],
    ['a KDC for NTLM', ['--auth', 'ntlm', '--kdc', '127.0.0.1'], /are for --auth kerberos/],
    [
      'an authentication at NONE',
      ['--auth', 'ntlm', '--level', 'none', '--user', 'LAB\\op:x'],
      /--level none does not/,
    ],
  ])('%s is a mistake', async (_what, options, why) => {
    const { code, stderr } = await cli([...action(), ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
  });
});

test('opc subscribe by Kerberos is called back by NTLM, since nobody has a service name for an address', async () => {
  const { code, stdout } = await cli([
    ...['opc', target, 'subscribe', 'Boiler.Setpoint', '--rate', '50', '--count', '1', '--json'],
    ...['--auth', 'kerberos', ...password()],
  ]);
  expect(code).toBe(0);
  expect(ndjsonLines(stdout)).toMatchObject([{ kind: 'opc-change', item: 'Boiler.Setpoint', value: 75 }]);
  expect(await server.record('call-back')).toMatchObject({ accepted: true });
});
