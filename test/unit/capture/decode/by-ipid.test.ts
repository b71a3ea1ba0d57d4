import { beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { openRecords, readCallRecords } from '../../../../src/capture/decode/records.js';
import { References } from '../../../../src/capture/decode/references.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { IRemUnknown2, type OBJREF, RemQueryInterface, RemRelease } from '../../../../src/codec/dcom/index.js';
import type { NdrType } from '../../../../src/codec/ndr/index.js';
import {
  CLSID_WbemLevel1Login,
  ExecQuery,
  GetSmartEnum,
  IID_IWbemFetchSmartEnum,
  IID_IWbemLevel1Login,
  IWbemLevel1Login,
  NTLMLogin,
  SmartNext,
} from '../../../../src/codec/wmi/index.js';
import { CLASSES } from '../../../../src/server/classes/index.js';
import { ACCOUNT, activates, bind, LEVEL, orpcthis, serve } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';
import { stubsIn } from '../../../support/recorded-stubs.js';

const ipidOf = (pointer: OBJREF | Uint8Array | null | undefined): string =>
  (pointer as unknown as { std: { ipid: string } }).std.ipid;

/** As aiowmi does it: one presentation context, for IWbemLevel1Login, and every object is called through it. */
async function session(): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const server = await serve({ classes: [CLASSES.wmi], record: (block) => void blocks.push(Buffer.from(block)) });
  try {
    const { reply } = await activates(server, { clsid: CLSID_WbemLevel1Login, iids: [IID_IWbemLevel1Login] });
    const { connection, call } = await bind(server.exporter, IWbemLevel1Login, { level: LEVEL.PKT_PRIVACY });
    const ORPCthis = orpcthis();
    const login = ipidOf(reply?.interfaces[0]?.objref);
    const { ppNamespace } = await call(
      NTLMLogin,
      { ORPCthis, wszNetworkResource: '//./root/cimv2', wszPreferredLocale: null, lFlags: 0, pCtx: null },
      login,
    );
    const query = { strQueryLanguage: 'WQL', strQuery: 'SELECT Name FROM Win32_Service', lFlags: 0x30, pCtx: null };
    const { ppEnum } = await call(ExecQuery, { ORPCthis, ...query }, ipidOf(ppNamespace));
    const asked = { ripid: ipidOf(ppEnum), cRefs: 1, iids: [IID_IWbemFetchSmartEnum] };
    const { ppQIResults } = await call(RemQueryInterface, { ORPCthis, ...asked }, reply?.ipidRemUnknown);
    const fetch = ppQIResults?.[0]?.std.ipid as string;
    const { ppSmartEnum } = await call(GetSmartEnum, { ORPCthis }, fetch);
    const next = { proxyGUID: login, lTimeout: 0xffffffff, uCount: 2 };
    await call(SmartNext, { ORPCthis, ...next }, ipidOf(ppSmartEnum));
    const refs = { InterfaceRefs: [{ ipid: fetch, cPublicRefs: 1, cPrivateRefs: 0 }] };
    await call(RemRelease, { ORPCthis, ...refs }, reply?.ipidRemUnknown);
    connection.close();
  } finally {
    await server.close();
  }
  return Buffer.concat(blocks);
}

describe('calls of several objects in one presentation context', () => {
  let recording: Buffer;
  const calls: CallRecord[] = [];
  beforeAll(async () => {
    recording = await session();
    for await (const call of readCallRecords(recording, { observe: observerOf(ACCOUNT.password) })) calls.push(call);
  });

  test('are of the interface that each IPID was handed out for', () => {
    expect(calls.map((call) => `${call.interface}::${call.operation}`)).toEqual([
      'IRemoteSCMActivator::RemoteCreateInstance',
      'IWbemLevel1Login::NTLMLogin',
      'IWbemServices::ExecQuery',
      `${IRemUnknown2.name}::RemQueryInterface`,
      'IWbemFetchSmartEnum::GetSmartEnum',
      'IWbemWCOSmartEnum::Next',
      `${IRemUnknown2.name}::RemRelease`,
    ]);
    expect(calls[2]?.request).toBe('SELECT Name FROM Win32_Service');
    expect(calls[5]?.answer).toMatch(/^2 objects: Win32_Service\.Name="RpcSs", /);
  });

  test('are so too where nothing but their interface is asked for', async () => {
    const found: (string | undefined)[] = [];
    const record = ({ ptype, interface: name }: PduRecord) => void (ptype === 'request' && found.push(name));
    const open = openRecords({ record }, { fields: ['interface'], observe: observerOf(ACCOUNT.password) });
    await readCapture(recording, { open });
    expect(found).toEqual(calls.map((call) => call.interface));
  });

  test('are read, and encoded again octet for octet', async () => {
    expect(await stubsIn(recording, ACCOUNT.password)).toMatchObject({ odd: [], stubs: 14 });
  });
});

describe('what is handed out', () => {
  const objref = (ipid: string, iid: string) => ({ iid, std: { ipid }, saResAddr: {} });
  const presentation = {
    id: 0,
    interface: { uuid: IWbemLevel1Login.uuid, version: 0 },
    transferSyntax: 'ndr20',
    accepted: true,
  } as const;
  const meant = (references: References, ipid: string) => references.meant(presentation, ipid)?.interface.uuid;

  test('is found wherever it lies, also in what leads round in a circle', () => {
    const references = new References();
    const value: Record<string, unknown> = { inner: [objref('1', IID_IWbemFetchSmartEnum)] };
    value.itself = value;
    references.learn(NTLMLogin.response as NdrType<unknown>, value);
    expect(meant(references, '1')).toBe(IID_IWbemFetchSmartEnum);
  });

  test('is forgotten, the oldest first, beyond 16,384 IPIDs', () => {
    const references = new References();
    for (let n = 0; n <= 16_384; n++)
      references.learn(NTLMLogin.response as NdrType<unknown>, objref(String(n), IID_IWbemFetchSmartEnum));
    expect([meant(references, '0'), meant(references, '1')]).toEqual([IWbemLevel1Login.uuid, IID_IWbemFetchSmartEnum]);
  });

  test('as an IUnknown says nothing of what is called', () => {
    const references = new References();
    references.learn(NTLMLogin.response as NdrType<unknown>, objref('1', '00000000-0000-0000-c000-000000000046'));
    expect(meant(references, '1')).toBe(IWbemLevel1Login.uuid);
  });
});
