import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute } from '../../../src/cli/execute.js';
import { uuidToBytes } from '../../../src/codec/uuid.js';
import { RECORD_KINDS, recordLine } from '../../../src/report/record.js';
import type { JsonLine } from '../../support/cli.js';
import { inProcess, type Printed, printedBy } from '../../support/in-process.js';
import { recordFaults, SCHEMA } from '../../support/records.js';
import { pcapngOf } from '../../support/segments.js';
import { SHIPPED, shippedPath } from '../../support/shipped.js';
import { ipv4, udp } from '../../support/tunnels.js';

const CONNECT = shippedPath('activation-at-connect.pcapng');
const CAPTURES = SHIPPED.map(shippedPath);
const USER = ['--user', 'LAB\\op:secret'];
const PDU = '05 00 0d 03 10 00 00 00 15 00 00 00 01 00 00 00 04 00 01 05 00';
const TOKEN = '4e544c4d5353500001000000978208e2000000000000000000000000000000000a00614a0000000f';
/** A NegTokenInit with the same in it (RFC 4178 4.2). */
const SPNEGO = `604806062b0601050502a03e303ca00e300c060a2b06010401823702020aa22a0428${TOKEN}`;

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With each kind of step that has records of its own. */
const SCENARIO = join(folder, 'all.yaml');
writeFileSync(
  SCENARIO,
  `
name: all
title: A step of each kind
accounts: [op]
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [2022-06-14], serves: [mmc20, generic] }
  desk:
    address: 10.0.0.10
    windows: Windows 10 1809
    updates: [2022-06-14]
    applications: { report: { path: 'C:\\report.exe', pid: 4312, user: op, level: CONNECT } }
  attacker: { address: 10.0.0.66, system: Linux }
steps:
  - activate: { from: desk, application: report, on: server }
    expect: { outcome: refused, event: 10036, clientEvent: 10037 }
  - trace: { server: server }
    expect: { conclusion: traced }
  - relay: { victim: desk, attacker: attacker, server: server, variants: [connect] }
    expect: { outcome: stopped }
  - timeline: { server: server, phases: [2022-06-14], registry: [absent, 1], clients: [desk] }
`,
);

const READY = join(folder, 'ready.json');

/** A request of svcctl over UDP (C706 12.5.1): version 4, little-endian, four octets behind its header. */
const DATAGRAM = join(folder, 'udp.pcapng');
const header = Buffer.alloc(80 + 4);
header.set([4, 0, 8, 0, 0x10]);
header.set(uuidToBytes('367abb81-9844-35f1-ad32-98f038001003'), 24);
header.writeUInt16LE(4, 74);
writeFileSync(DATAGRAM, pcapngOf([ipv4(17, udp(135, header))], 101));

/** Commands that end by themselves and need nobody. */
const ALONE: readonly (readonly string[])[] = [
  ['decode', ...CAPTURES],
  ['decode', DATAGRAM],
  ['decode', '--calls', ...CAPTURES],
  ['decode', '--statistics', ...CAPTURES],
  ['decode', '--summary', ...CAPTURES],
  ['decode', '--fields', 'frame,ptype', CONNECT],
  ['decode', '--hex', PDU],
  ['decode', '--hex', TOKEN],
  ['decode', '--hex', SPNEGO],
  ['audit', ...CAPTURES],
  ['audit', 'plan', ...CAPTURES],
  ['replay', CONNECT, '--as-of', '2023-03-14'],
  ['replay', 'conversations', CONNECT],
  ['replay', 'relay', CONNECT, '--as-of', '2021-05'],
  ['relay', '--variant', 'connect', '--as-of', '2021-05', '2023-03-14'],
  ['sanitize', CONNECT, join(folder, 'clean.pcapng')],
  ['lab', '--list'],
  ['lab', SCENARIO],
  ['conform', 'server', '--list', '--only', 'rpce/2.2.2.11'],
  ['demo'],
  ['explain', '5'],
];

/** Commands that ask a server, which has every class, and a KDC. */
async function withServer(printed: Printed): Promise<void> {
  const serving = execute([
    ...['serve', '--listen', '127.0.0.1:0', '--kdc', '127.0.0.1:0', '--class', 'all', '--json'],
    ...['--as-of', '2021-05', '--expect', 'activations>=1', '--ready-file', READY, ...USER],
  ]);
  const { port } = await printed.record('listening', serving);
  // Its file has a record too, and is gone with the server.
  printed.stdout += readFileSync(READY, 'utf8');
  const kdc = `127.0.0.1:${(await printed.record('kdc')).port}`;
  const host = `127.0.0.1:${port}`;
  const ask = (command: string, ...more: string[]): Promise<void> =>
    execute([command, host, ...more, ...USER, '--json']);
  const MMC20 = ['--clsid', '49B2791A-B1AE-4C90-9B8E-E860BA07F889'];
  await ask('activate', ...MMC20);
  await ask('activate', ...MMC20, '--invoke', 'Document.ActiveView.ExecuteShellCommand', 'a', 'b', 'c', '7');
  await execute(['activate', host, ...MMC20, '--user', 'LAB\\op:wrong', '--json']);
  await execute([
    'activate',
    host,
    ...MMC20,
    '--auth',
    'kerberos',
    '--service',
    'RPCSS/harness.lab.example',
    '--kdc',
    kdc,
    '--user',
    'LAB.EXAMPLE\\op:secret',
    '--json',
  ]);
  await ask('wmi', 'SELECT Name FROM Win32_Process');
  await ask('wmi', '--class', 'Win32_Process');
  await ask('wmi', '--method', 'Win32_Process.Create', 'CommandLine=notepad');
  await ask('wmi', 'SELECT Name FROM Win32_Nothing');
  const TPM = ['--namespace', 'root\\cimv2\\Security\\MicrosoftTpm'];
  await ask('wmi', 'SELECT * FROM Win32_Tpm', ...TPM, '--level', 'connect', '--as-of', '2021-05');
  await ask('opc', 'servers');
  await ask('opc', 'status');
  await ask('opc', 'browse');
  const item = (await printed.record('opc-item')).item as string;
  await ask('opc', 'read', item);
  await ask('opc', 'write', `${item}=5`);
  await ask('opc', 'subscribe', item, 'Nothing.There', '--count', '1');
  await execute(['wmi', '127.0.0.1:1', 'SELECT Name FROM Win32_Process', ...USER, '--json']);
  await execute(['conform', 'server', host, ...USER, '--only', 'hardening', '--json']);
  process.emit('SIGTERM');
  await serving;
}

/** The captured server, and a client that asks for what the capture has and for what it has not. */
async function withCapturedServer(printed: Printed): Promise<void> {
  const serving = execute(['replay', 'server', CONNECT, '--listen', '127.0.0.1:0', ...USER, '--json']);
  const { port } = await printed.record('listening', serving);
  await execute([
    'activate',
    `127.0.0.1:${port}`,
    '--clsid',
    '00000000-1111-2222-3333-444444444444',
    ...USER,
    '--json',
  ]);
  process.emit('SIGTERM');
  await serving;
}

describe('the schema of records', () => {
  const told: JsonLine[] = [];
  beforeAll(async () => {
    for (const args of ALONE) told.push(...(await inProcess(...args, '--json')).printed.records);
    for (const act of [withServer, withCapturedServer]) told.push(...(await printedBy(act)).records);
  });

  test('has a version, and a definition for each kind', () => {
    expect(SCHEMA.$id).toBe('urn:dcom-harness:records:2');
    expect((SCHEMA.oneOf as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1))).toEqual([...RECORD_KINDS]);
    for (const kind of RECORD_KINDS) expect(SCHEMA.$defs[kind].properties.kind).toEqual({ const: kind });
  });

  test('fits what each command prints', () => {
    expect(told.flatMap((record) => recordFaults(record).map((fault) => ({ record, fault })))).toEqual([]);
  });

  // Of the steps of a client those that need another server are in activate/as.test.ts.
  test('has no kind that nothing prints', () => {
    const kinds = new Set(told.map(({ kind }) => kind));
    expect(RECORD_KINDS.filter((kind) => !kinds.has(kind))).toEqual([
      'dropped',
      'client-resolution',
      'client-interface',
    ]);
    expect(recordFaults(JSON.parse(recordLine('dropped', { lines: 3 })))).toEqual([]);
  });

  test('spells every member of this program in one way', () => {
    expect(propertiesIn(SCHEMA).filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$|^PTYPE$/.test(name))).toEqual([]);
  });

  test('fits no record with a member that it does not have', () => {
    const seen = new Map(told.map((record) => [record.kind, record]));
    for (const [kind, record] of seen)
      if (SCHEMA.$defs[kind as string].additionalProperties === false)
        expect({ kind, faults: recordFaults({ ...record, wurst: 1 }).length }).toEqual({ kind, faults: 1 });
  });
});

/** The names of all members that definitions have. */
function propertiesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(propertiesIn)];
}
