import { beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import { readCallRecords } from '../../../../src/capture/decode/records.js';
import { IRemUnknown2, type OBJREF, RemQueryInterface, RemRelease } from '../../../../src/codec/dcom/index.js';
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

  test('are read, and encoded again octet for octet', async () => {
    expect(await stubsIn(recording, ACCOUNT.password)).toMatchObject({ odd: [], stubs: 14 });
  });
});
