import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, ndjsonLines, RunningCli } from '../support/cli.js';

const USER = ['--user', 'LAB\\op:Pa55-wmi'];
const VALVES = `
namespaces:
  root\\acme:
    classes:
      Acme_Valve: {properties: {Name: {type: string, key: true}, Turns: uint64}}
    instances:
      Acme_Valve: [{Name: V1, Turns: '18446744073709551615'}]
`;

let folder = '';
let server: RunningCli;
let target = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  const valves = join(folder, 'valves.yaml');
  await writeFile(valves, VALVES);
  server = new RunningCli(['serve', '--listen', '127.0.0.1:0', ...USER, '--wmi', valves, '--json']);
  target = `127.0.0.1:${(await server.record('listening')).port}`;
});
afterAll(async () => {
  await server.stop('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

const wmi = (...args: string[]) => cli(['wmi', target, ...args, ...USER]);

describe('wmi', () => {
  test('prints the rows of a query as a table', async () => {
    const { code, stdout } = await wmi("SELECT Name, State FROM Win32_Service WHERE Name LIKE '%s%'");
    expect([code, stdout]).toEqual([0, 'Name     State\nRpcSs    Running\nSpooler  Stopped\n']);
  });

  test('prints them as NDJSON, with integers that JSON cannot hold as text', async () => {
    const { stdout } = await wmi('SELECT * FROM Acme_Valve', '--namespace', 'root\\acme', '--json');
    expect(ndjsonLines(stdout)).toEqual([
      { kind: 'wmi-instance', class: 'Acme_Valve', values: { Name: 'V1', Turns: '18446744073709551615' } },
    ]);
  });

  test('shows a class, with its keys and methods', async () => {
    const { stdout } = await wmi('--class', 'CIM_Service');
    expect(stdout).toBe(
      [
        'class CIM_Service : CIM_LogicalElement : CIM_ManagedSystemElement',
        '  string Caption',
        '  string Description',
        '  datetime InstallDate',
        '  [key] string Name',
        '  string Status',
        '  string CreationClassName',
        '  boolean Started',
        '  string StartMode',
        '  string SystemCreationClassName',
        '  string SystemName',
        '  uint32 StartService()',
        '  uint32 StopService()',
        '',
      ].join('\n'),
    );
  });

  test('calls a method, which the server records and does not run', async () => {
    const { code, stdout } = await wmi('--method', 'Win32_Process.Create', 'CommandLine=notepad.exe', '--json');
    expect(code).toBe(0);
    expect(ndjsonLines(stdout)).toMatchObject([
      { kind: 'wmi-method', method: 'Create', values: { ProcessId: expect.any(Number), ReturnValue: 0 } },
    ]);
    expect(await server.record('served-invocation')).toMatchObject({
      member: 'Win32_Process.Create',
      arguments: ['notepad.exe', null, null],
    });
  });

  test('says which call was refused, and why', async () => {
    const tpm = ['SELECT * FROM Win32_Tpm', '--namespace', 'root\\cimv2\\Security\\MicrosoftTpm'];
    const refused = await wmi(...tpm, '--level', 'pkt_integrity');
    expect([refused.code, refused.stdout]).toEqual([1, 'refused: ExecQuery: WBEM_E_ACCESS_DENIED (0x80041003)\n']);
    expect((await wmi(...tpm, '--level', 'pkt_privacy')).code).toBe(0);
    const [record] = ndjsonLines((await wmi('SELECT * FROM NoSuch', '--json')).stdout);
    expect(record).toMatchObject({ kind: 'refused', refused_by: 'result', status: 0x80041010 });
  });

  test('waits for events as long as it is told', async () => {
    const { code, stderr } = await wmi('SELECT * FROM __InstanceCreationEvent WITHIN 1', '--events', '--for', '1');
    expect([code, stderr]).toEqual([0, 'no event came\n']);
  });

  test.each([
    [[], /what to ask\?/],
    [['SELECT * FORM a'], /the query, at character 10: expected FROM, found "FORM"/],
    [['SELECT * FROM a', 'b=c'], /arguments are for --method: b=c/],
    [['--method', 'Create'], /--method: 'Create' is no CLASS\.METHOD/],
    [['--method', 'Win32_Process.Create', 'Speed=9'], /no parameter Speed; known: CommandLine/],
    [['--method', 'StdRegProv.EnumKey', 'hDefKey=x'], /hDefKey: 'x' is no uint32/],
    [['--class', 'a', 'SELECT * FROM b'], /--class shows one object/],
  ])('%j is a mistake that is named', async (args, message) => {
    const { code, stderr } = await wmi(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
