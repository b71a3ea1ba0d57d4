import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLASSES, type DcomServer, startServer } from '../../src/index.js';
import { ndjsonLines } from '../support/cli.js';
import { installedPeer } from '../support/installed-peers.js';
import { type Peer, port135, pythonModule } from '../support/peers.js';
import { program } from '../support/program.js';
import { stubsIn } from '../support/recorded-stubs.js';
import { malformedFrom, tshark } from '../support/tshark.js';

const debian = pythonModule('impacket');
const newest = installedPeer('impacket', 'bin/python');
const aiowmi = installedPeer('aiowmi', 'bin/python');
const atPort135 = port135();

const ADDRESS = '127.0.0.52';
const ACCOUNT = `LAB/op:Pa55.word@${ADDRESS}`;
const TPM = '//./root/cimv2/Security/MicrosoftTpm';

/** Ten queries, and the rows that a client has to print of them, by what stands in the first columns. */
const QUERIES: readonly [query: string, rows: readonly string[]][] = [
  ['SELECT Caption, Version FROM Win32_OperatingSystem', ['Microsoft Windows Server 2022 Standard | 10.0.20348']],
  ['SELECT Name, Domain FROM Win32_ComputerSystem', ['HARNESS | LAB']],
  ["SELECT Name, ProcessId FROM Win32_Process WHERE Name LIKE 'svc%'", ['svchost.exe | 876', 'svchost.exe | 1204']],
  [
    'SELECT Name, ProcessId FROM Win32_Process WHERE ProcessId > 0 AND ProcessId < 640',
    ['System | 4', 'services.exe | 612'],
  ],
  ["SELECT Name, State FROM Win32_Service WHERE State <> 'Running'", ['Spooler | Stopped']],
  ['SELECT DeviceID, Size FROM Win32_LogicalDisk WHERE DriveType = 3', ['C: | 85899345920', 'D: | 2199023255552']],
  [
    "SELECT Name, PercentProcessorTime FROM Win32_PerfFormattedData_PerfOS_Processor WHERE Name = '_Total'",
    ['_Total | 9'],
  ],
  [
    "SELECT Name, Started FROM CIM_Service WHERE __CLASS = 'Win32_Service' AND NOT Name LIKE '%s%'",
    ['DcomLaunch | True', 'Winmgmt | True'],
  ],
  [
    'ASSOCIATORS OF {Win32_LogicalDisk.DeviceID="D:"} WHERE ResultClass = Win32_DiskPartition KeysOnly',
    ['Disk #1, Partition #0'],
  ],
  ["SELECT Name, StartMode FROM Win32_Service WHERE StartMode = 'Manual' OR Name IS NULL", ['Spooler | Manual']],
];

let server: DcomServer;
const blocks: Buffer[] = [];
let folder = '';

beforeAll(async () => {
  atPort135.required();
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: ['LAB\\op:Pa55.word'],
    names: { netbiosName: 'HARNESS', netbiosDomain: 'LAB' },
    classes: [CLASSES.wmi],
    record: (block) => void blocks.push(Buffer.from(block)),
  });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function queryFile(queries: readonly string[]): Promise<string> {
  const file = join(folder, 'queries.txt');
  await writeFile(file, `${[...queries, 'exit'].join('\n')}\n`);
  return file;
}

describe.each([
  ['0.10 of Debian', debian, '/usr/share/doc/python3-impacket/examples'],
  ['0.13 of PyPI', newest, dirname(newest.path ?? '')],
] as const)('impacket %s', (_, impacket: Peer, examples) => {
  const skip = impacket.skip || atPort135.skip;
  const wmiquery = async (queries: readonly string[], ...options: string[]) =>
    program(impacket.required(), [
      join(examples, 'wmiquery.py'),
      '-file',
      await queryFile(queries),
      ...options,
      ACCOUNT,
    ]);

  test.skipIf(skip)('wmiquery.py prints the rows of ten queries', async () => {
    const { output, code } = await wmiquery(QUERIES.map(([query]) => query));
    expect(output).not.toMatch(/\[-\]|traceback/i);
    expect(code).toBe(0);
    const printed = output.split('WQL> ').slice(1);
    for (const [i, [query, rows]] of QUERIES.entries()) {
      const lines = (printed[i] ?? '').split('\n').filter((line) => line.startsWith('| '));
      expect(
        lines.map((line) => line.slice(2, line.lastIndexOf(' |'))),
        query,
      ).toEqual(rows);
    }
  });

  test.skipIf(skip)('wmiquery.py describes a class with its methods', async () => {
    const { output } = await wmiquery(['describe Win32_Process']);
    expect(output).toContain('class Win32_Process : CIM_Process');
    expect(output).toMatch(/Create\(/);
    expect(output).not.toMatch(/\[-\]/);
  });

  test.skipIf(skip)('wmiquery.py names the error of a query that does not fit', async () => {
    const { output } = await wmiquery(['SELECT * FROM NoSuchClass', 'SELECT Nothing FROM Win32_Process']);
    expect(output).toMatch(/WBEM_E_INVALID_CLASS/);
    expect(output).toMatch(/WBEM_E_INVALID_QUERY/);
  });

  test.skipIf(skip).each([
    ['integrity', false],
    ['privacy', true],
  ])('at -rpc-auth-level %s a namespace that requires encryption lets in: %s', async (level, letsIn) => {
    const { output } = await wmiquery(
      ['SELECT SpecVersion FROM Win32_Tpm'],
      '-namespace',
      TPM,
      '-rpc-auth-level',
      level,
    );
    if (letsIn) expect(output).toContain('2.0, 0, 1.59');
    else expect(output).toMatch(/WBEM_E_ACCESS_DENIED|access_denied/i);
  });

  test.skipIf(skip)('wmiexec.py -silentcommand has its command recorded, and none runs', async () => {
    const before = server.invocations.length;
    const command = 'cmd.exe /c echo "quoted" > C:\\out';
    const { output, code } = await program(impacket.required(), [
      ...[join(examples, 'wmiexec.py'), '-silentcommand', '-nooutput', ACCOUNT, command],
    ]);
    expect(output).not.toMatch(/\[-\]|traceback/i);
    expect(code).toBe(0);
    expect(server.invocations.slice(before)).toMatchObject([
      {
        object: 'IWbemServices root\\cimv2',
        member: 'Win32_Process.Create',
        arguments: [command, 'C:\\', null],
        identity: { domain: 'LAB', user: 'op' },
      },
    ]);
  });
});

describe.skipIf(aiowmi.skip || atPort135.skip)('aiowmi', () => {
  test.each(['plain', 'smart'])('%s: the same rows, all through one presentation context', async (how) => {
    const before = server.refusedCalls.length;
    const script = join(import.meta.dirname, 'aiowmi_query.py');
    const child = spawn(aiowmi.required(), [script, ADDRESS, 'op', 'LAB', how], { stdio: 'pipe' });
    const queries = QUERIES.map(([query]) => query).filter((query) => query.startsWith('SELECT'));
    child.stdin.end(['Pa55.word', ...queries].join('\n'));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(stderr).toBe('');
    const rows = ndjsonLines(stdout) as unknown as { query: string; values: Record<string, string> }[];
    for (const [query, expected] of QUERIES.filter(([each]) => each.startsWith('SELECT'))) {
      const found = rows.filter((row) => row.query === query).map(({ values }) => Object.values(values).sort());
      expect(found, query).toEqual(expected.map((row) => row.split(' | ').sort()));
    }
    expect(server.refusedCalls.slice(before)).toEqual([]);
  });
});

// The last of this file: what all of them have sent and got is in the recording by now.
test.skipIf(atPort135.skip)(
  'every stub of these sessions is encoded again octet for octet, and nothing is malformed',
  async () => {
    const recording = Buffer.concat(blocks);
    const { stubs, odd } = await stubsIn(recording, 'Pa55.word');
    expect(odd).toEqual([]);
    expect(stubs).toBeGreaterThan(newest.skip || debian.skip ? 0 : 300);
    if (!tshark.skip) expect(await malformedFrom(ADDRESS, recording)).toEqual([]);
  },
);
