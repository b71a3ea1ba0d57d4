import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import { readDecoded } from '../../../../src/capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../../../src/capture/decode/record.js';
import { readCallRecords } from '../../../../src/capture/decode/records.js';
import { answerText, SmartBuffers } from '../../../../src/capture/decode/said/index.js';
import { callLine } from '../../../../src/cli/decode/call-line.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  CIM_TYPE,
  type CimInstance,
  Next,
  type ObjectArrayItem,
  objectArray,
  SmartNext,
} from '../../../../src/codec/wmi/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';
import { ACCOUNT, LEVEL } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';
import { recordedOpc } from '../../../support/opc.js';
import { recordedWmi } from '../../../support/wmi.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'said-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const calls = async (path: string, ...passwords: string[]): Promise<CallRecord[]> => {
  const found: CallRecord[] = [];
  for await (const call of readCallRecords(path, { observe: observerOf(...passwords) })) found.push(call);
  return found;
};
/** What calls of an operation asked for and gave. */
const said = (of: readonly CallRecord[], operation: string): (string | undefined)[][] =>
  of.filter((call) => call.operation === operation).map(({ request, answer }) => [request, answer]);

/** A recording as a file. */
function saved(name: string, recording: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, recording);
  return path;
}

describe.each([
  ['signed', LEVEL.PKT_INTEGRITY, []],
  ['sealed, with the password', LEVEL.PKT_PRIVACY, [ACCOUNT.password]],
] as const)('a session of WMI that is %s', (_, level, passwords) => {
  let path = '';
  let found: CallRecord[] = [];
  beforeAll(async () => {
    path = saved(`wmi-${level}.pcapng`, await recordedWmi(level));
    found = await calls(path, ...passwords);
  });

  test('names the namespace, the query, the object and the class that is asked for', () => {
    expect(said(found, 'NTLMLogin')).toEqual([['//./root\\cimv2', undefined]]);
    expect(said(found, 'ExecQuery').map(([query]) => query)).toEqual([
      "SELECT Name, State FROM Win32_Service WHERE Name LIKE '%s%'",
      "SELECT Name, State FROM Win32_Service WHERE Name LIKE '%s%'",
      'SELECT State FROM Win32_Service',
    ]);
    expect(said(found, 'CreateInstanceEnum')).toEqual([['Win32_LogicalDisk', undefined]]);
    expect(said(found, 'GetObject')).toEqual([
      ['Win32_Process.Handle="4"', 'Win32_Process.Handle="4"'],
      ['Win32_Process', 'class Win32_Process : CIM_Process : CIM_LogicalElement : CIM_ManagedSystemElement'],
      ['Win32_Nothing', undefined],
    ]);
  });

  test('says how many rows came and which, by Next and by smart enumerator alike', () => {
    const nexts = said(found, 'Next').map(([, answer]) => answer);
    const rows = ['1 object: Win32_Service.Name="RpcSs"', '1 object: Win32_Service.Name="Spooler"', '0 objects'];
    expect(nexts.slice(0, 6)).toEqual([...rows, ...rows]);
    // Where the keys are not among the properties, the values stand there.
    expect(nexts[6]).toBe('2 objects: Win32_Service(State="Running"), Win32_Service(State="Running")');
  });

  test('says what a method was called with, and what it gave', () => {
    expect(said(found, 'ExecMethod')).toEqual([
      [
        'Win32_Process.Create(CommandLine="notepad \\"a b\\"")',
        expect.stringMatching(/^ProcessId=\d+, ReturnValue=0$/),
      ],
    ]);
  });

  test('is in the line of each call', () => {
    const query = found.find(({ operation }) => operation === 'ExecQuery') as CallRecord;
    expect(callLine(query, false)).toMatch(/ IWbemServices::ExecQuery LAB\\op: SELECT Name, State FROM /);
    const method = found.find(({ operation }) => operation === 'ExecMethod') as CallRecord;
    expect(callLine(method, false)).toMatch(/Create\(CommandLine="notepad .*\) -> ProcessId=\d+, ReturnValue=0$/);
  });

  test('has the objects of smart enumerators in its PDUs, in the place of their octets', async () => {
    const records: PduRecord[] = [];
    for await (const decoded of readDecoded(path, { observe: observerOf(...passwords) }))
      records.push(pduRecord('f', decoded));
    const smart = records.filter(({ ptype, value }) => ptype === 'response' && Object(value).pBuffer);
    expect(smart.map(({ value }) => value)).toMatchObject([
      { pBuffer: { objects: [{ type: 2, object: { className: 'Win32_Service', values: { Name: 'RpcSs' } } }] } },
      { pBuffer: { objects: [{ type: 3, object: { className: 'Win32_Service', values: { Name: 'Spooler' } } }] } },
    ]);
  });
});

test('a sealed session without its password says nothing', async () => {
  const found = await calls(saved('sealed.pcapng', await recordedWmi(LEVEL.PKT_PRIVACY)));
  expect(found.filter(({ request, answer }) => request !== undefined || answer !== undefined)).toEqual([]);
});

test.skipIf(corpusMissing)('the logins of Windows clients name their machine and namespace', async () => {
  const found = await calls(
    corpusPath('otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap'),
  );
  expect(said(found, 'SetClientInfo')).toEqual([['WORKSTATION5, process 2228', undefined]]);
  expect(said(found, 'NTLMLogin')).toEqual([['\\\\WORKSTATION6.theshire.local\\root\\cimv2', undefined]]);
});

describe('the buffer of a smart enumerator', () => {
  const instance = (name: string, text: string): CimInstance => ({
    kind: 'instance',
    class: {
      name,
      derivation: [],
      qualifiers: [],
      properties: [{ name: 'Text', type: CIM_TYPE.string, value: null, order: 0, origin: 0, qualifiers: [] }],
    },
    className: name,
    values: { Text: text },
    qualifiers: [],
  });
  const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const answer = (type: 2 | 3, classId: string, object: CimInstance) => ({
    pBuffer: objectArray().encode({ packetType: 1, objects: [{ type, classId, object } as ObjectArrayItem] }),
  });
  const text = (buffers: SmartBuffers, given: object) => answerText(SmartNext, buffers.opened(SmartNext, given));

  test('is read with the classes that came before, of which the oldest are forgotten beyond 4 MiB', () => {
    const buffers = new SmartBuffers();
    const large = 'x'.repeat(60_000);
    for (let n = 0; n < 100; n++) text(buffers, answer(2, id(n), instance(`Class${n}`, large)));
    expect(text(buffers, answer(3, id(99), instance('Class99', 'y')))).toBe('1 object: Class99(Text="y")');
    expect(text(buffers, answer(3, id(0), instance('Class0', 'y')))).toBe('1 object: (of a class that came before)');
  });

  test('that is none is an error, and its answer is shown with its octets', () => {
    const given = { puReturned: 1, pBuffer: new Uint8Array(60), ReturnValue: 0 };
    expect(() => new SmartBuffers().opened(SmartNext, given)).toThrow(CodecError);
    expect(answerText(SmartNext, given)).toBeUndefined();
  });

  test('of many objects is told by their number and the first ones, in a thousand characters', () => {
    const objects = Array.from({ length: 5_000 }, (_, n) => instance('Row', `value ${n}`));
    const told = answerText(Next, { apObjects: objects }) as string;
    expect(told.length).toBeLessThanOrEqual(1_000);
    expect(told).toMatch(/^5000 objects: Row\(Text="value 0"\), Row/);
  });
});

test('a session of OPC names groups, items and values, in calls back too', async () => {
  const path = saved('opc.pcapng', await recordedOpc());
  const found = await calls(path, ACCOUNT.password);
  expect(said(found, 'AddItems')).toEqual([['3 items: A.Constant, A.Text, None', '2 of 3: OPC_E_UNKNOWNITEMID']]);
  expect(said(found, 'Read')).toEqual([['2 items', '2 values: 0=7, 1="on"']]);
  expect(said(found, 'OnDataChange')).toEqual([['2 values: 0=7, 1="on"', undefined]]);
});
