import { afterEach, describe, expect, test } from 'vitest';
import {
  type ActivationProperty,
  CLSID_ActivationContextInfo,
  CLSID_InstanceInfo,
  CLSID_InstantiationInfo,
  CLSID_ScmRequestInfo,
  CLSID_ServerLocationInfo,
  CLSID_SpecialSystemProperties,
  IActivation,
  type OBJREF,
  packActivationRequest,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
  unpackActivationReply,
} from '../../../src/codec/dcom/index.js';
import { malformed } from '../../../src/server/activation/checks.js';
import { automationClass, type ComClass } from '../../../src/server/classes/index.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { activator, bind, CLSID, IID_IDispatch, IID_IUnknown, orpcthis, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server.close());

const NO_SUCH_IID = '11111111-2222-4333-8444-555555555555';
const E_INVALIDARG = 0x80070057;
const E_NOINTERFACE = 0x80004002;
const E_ACCESSDENIED = 0x80070005;
const RPC_E_INVALID_OBJREF = 0x8001011d;
const CO_E_RUNAS_LOGON_FAILURE = 0x8000401a;
const REGDB_E_CLASSNOTREG = 0x80040154;

const plain: ComClass = automationClass(CLSID, 'Test', () => ({ Name: { get: () => 'Test' } }));

type Change = (properties: ActivationProperty[]) => ActivationProperty[];

/** pActProperties as Windows sends them, changed. */
function properties(change: Change, iids = [IID_IUnknown], actvflags = 0): OBJREF {
  const pointer = packActivationRequest({ clsid: CLSID, iids, actvflags });
  if (!('activationProperties' in pointer)) throw new Error('no activation properties');
  const { activationProperties } = pointer;
  return {
    ...pointer,
    activationProperties: { ...activationProperties, properties: change([...activationProperties.properties]) },
  };
}

const same: Change = (list) => list;

/** Changes the data of one property. */
const changing =
  (clsid: string, changes: object): Change =>
  (list) =>
    list.map((item) =>
      item.clsid === clsid && 'data' in item
        ? ({ ...item, data: { ...item.data, ...changes } } as ActivationProperty)
        : item,
    );

const without =
  (clsid: string): Change =>
  (list) =>
    list.filter((item) => item.clsid !== clsid);

/** Both methods of IRemoteSCMActivator; gives the result, which is the same of both. */
async function result(
  change: Change,
  {
    options = {},
    iids,
    actvflags = 0,
  }: {
    options?: ServerOptions;
    iids?: string[];
    actvflags?: number;
  } = {},
): Promise<number> {
  server = await serve({ classes: [plain], ...options });
  const { call, connection } = await activator(server);
  const pActProperties = properties(change, iids, actvflags);
  const created = await call(RemoteCreateInstance, { orpcthis: orpcthis({ flags: 1 }), pActProperties });
  const factory = await call(RemoteGetClassObject, { orpcthis: orpcthis({ flags: 1 }), pActProperties });
  connection.close();
  expect(factory.ReturnValue).toBe(created.ReturnValue);
  return created.ReturnValue;
}

const refusedBy = () => server.activations.map((item) => item.refusedBy);

describe('which interfaces an activation gives: [MS-DCOM] 3.1.2.5.2.3', () => {
  test('each has a result of its own, and E_NOINTERFACE does not spoil the others', async () => {
    server = await serve({ classes: [plain] });
    const { call, connection } = await activator(server);
    const pActProperties = properties(same, [IID_IUnknown, NO_SUCH_IID, IID_IDispatch]);
    const { ReturnValue, ppActProperties } = await call(RemoteCreateInstance, { orpcthis: orpcthis(), pActProperties });
    const reply = unpackActivationReply(ppActProperties);
    expect(ReturnValue).toBe(0);
    expect(reply?.interfaces.map(({ hresult, objref }) => [hresult, objref !== null])).toEqual([
      [0, true],
      [E_NOINTERFACE, false],
      [0, true],
    ]);
    connection.close();
  });

  test('none of them: E_NOINTERFACE, and no object is left', async () => {
    expect(await result(same, { iids: [NO_SUCH_IID] })).toBe(E_NOINTERFACE);
    expect([refusedBy(), server.objects]).toEqual([['class', 'class'], 0]);
  });

  test('a class that nobody registered: REGDB_E_CLASSNOTREG', async () => {
    expect(await result(changing(CLSID_InstantiationInfo, { classId: NO_SUCH_IID }))).toBe(REGDB_E_CLASSNOTREG);
  });

  test('MAX_ACTPROP_LIMIT properties are taken, one more is E_INVALIDARG', async () => {
    const unknown =
      (count: number): Change =>
      (list) => [
        ...list,
        ...Array.from({ length: count - list.length }, () => ({ clsid: NO_SUCH_IID, raw: Buffer.alloc(8) })),
      ];
    expect(await result(unknown(10))).toBe(0);
    await server.close();
    expect(await result(unknown(11))).toBe(E_INVALIDARG);
  });
});

describe('the logon session: SpecialPropertiesData', () => {
  const special = (changes: object) => changing(CLSID_SpecialSystemProperties, changes);

  test.each([
    ['any session', { dwSessionId: 0xffffffff }, 0],
    ['a session that there is', { dwSessionId: 1 }, 0],
    ['a session that there is not', { dwSessionId: 7 }, CO_E_RUNAS_LOGON_FAILURE],
    ['the console, whatever the id says', { dwSessionId: 7, dwFlags: 1 }, 0],
  ])('%s', async (_, changes, expected) => {
    expect(await result(special(changes))).toBe(expected);
    expect(refusedBy()[0]).toBe(expected === 0 ? undefined : 'session');
  });

  test('the console, where nobody sits at it', async () => {
    const options = { sessions: { ids: [0], console: undefined } };
    expect(await result(special({ dwFlags: 1 }), { options })).toBe(CO_E_RUNAS_LOGON_FAILURE);
    expect(server.activations[0]?.reason).toBe('nobody has logged on at the console');
  });
});

describe('ACTVFLAGS: InstantiationInfoData', () => {
  const DISABLE_AAA = 0x02;
  const [BITS_32, BITS_64] = [0x04, 0x08];

  test.each([
    [
      'DISABLE_AAA: a class that runs as its client is E_ACCESSDENIED',
      { runsAsClient: true },
      DISABLE_AAA,
      E_ACCESSDENIED,
    ],
    ['DISABLE_AAA: any other is activated', {}, DISABLE_AAA, 0],
    ['a 32-bit server is asked for and there is one', { bits: 32 }, BITS_32, 0],
    ['a 32-bit server is asked for and there is none', { bits: 64 }, BITS_32, REGDB_E_CLASSNOTREG],
    ['a 64-bit server is asked for and there is none', { bits: 32 }, BITS_64, REGDB_E_CLASSNOTREG],
    ['a server of either kind serves both', {}, BITS_64, 0],
  ] as const)('%s', async (_, changes, actvflags, expected) => {
    expect(await result(same, { options: { classes: [{ ...plain, ...changes }] }, actvflags })).toBe(expected);
  });
});

describe('contexts: ActivationContextInfoData', () => {
  const context = (changes: object) => {
    const base = {
      flags: 4,
      iid: '000001c0-0000-0000-c000-000000000046',
      clsid: '0000033b-0000-0000-c000-000000000046',
    };
    return { ...base, context: { ContextId: NO_SUCH_IID, Flags: 2, MshlFlags: 0, PropMarshalHeader: [], ...changes } };
  };
  const info = (changes: object) => changing(CLSID_ActivationContextInfo, changes);

  test('one that is no Context is RPC_E_INVALID_OBJREF', async () => {
    expect(await result(info({ pIFDClientCtx: Buffer.alloc(40, 1) }))).toBe(RPC_E_INVALID_OBJREF);
    expect(refusedBy()).toEqual(['request', 'request']);
  });

  test('NULL is noted, since Windows lets it pass, and refused on demand', async () => {
    expect(await result(info({ pIFDClientCtx: null }))).toBe(0);
    expect(server.activations[0]?.departures).toEqual(['pIFDClientCtx is NULL']);
    await server.close();
    expect(await result(info({ pIFDClientCtx: null }), { options: { requireClientContext: true } })).toBe(
      RPC_E_INVALID_OBJREF,
    );
  });

  test.each(['dwNumExtents', 'cbExtents'])(
    '%s other than 0 is RPC_E_INVALID_OBJREF for a class with an application',
    async (field) => {
      const odd = info({ pIFDClientCtx: context({ [field]: 1 }) });
      expect(await result(odd)).toBe(0);
      await server.close();
      const classes = [{ ...plain, application: NO_SUCH_IID }];
      expect(await result(odd, { options: { classes } })).toBe(RPC_E_INVALID_OBJREF);
      await server.close();
      expect(await result(info({ pIFDPrototypeCtx: context({ [field]: 1 }) }), { options: { classes } })).toBe(
        RPC_E_INVALID_OBJREF,
      );
    },
  );
});

describe('what clients should not send is noted and let pass', () => {
  test.each([
    ['no ScmRequestInfoData', without(CLSID_ScmRequestInfo), 'the required property ScmRequestInfoData is missing'],
    ['no LocationInfoData', without(CLSID_ServerLocationInfo), 'the required property LocationInfoData is missing'],
    [
      'no ncacn_ip_tcp',
      changing(CLSID_ScmRequestInfo, { remoteRequest: { ClientImpLevel: 2, pRequestedProtseqs: [15] } }),
      'ncacn_ip_tcp is not among the protocol sequences asked for (15)',
    ],
  ])('%s', async (_, change, departure) => {
    expect(await result(change)).toBe(0);
    expect(server.activations[0]?.departures).toContain(departure);
  });

  test('the file of InstanceInfoData is reported', async () => {
    const data = { fileName: 'C:\\some.doc', mode: 0 };
    expect(await result((list) => [...list, { clsid: CLSID_InstanceInfo, data }])).toBe(0);
    expect(server.activations[0]).toMatchObject({ objectName: 'C:\\some.doc' });
  });
});

describe('RemoteActivation: [MS-DCOM] 3.1.2.5.2.3.1', () => {
  const asked = { Clsid: CLSID, ClientImpLevel: 2, pIIDs: [IID_IUnknown], aRequestedProtseqs: [7] };

  test('Mode 0xffffffff gives the class factory, which has IClassFactory and not IDispatch', async () => {
    server = await serve({ classes: [plain] });
    const { call, connection } = await bind(server.address, IActivation);
    const pIIDs = ['00000001-0000-0000-c000-000000000046', IID_IDispatch];
    const answer = await call(RemoteActivation, { ORPCthis: orpcthis(), ...asked, pIIDs, Mode: 0xffffffff });
    expect([answer.phr, answer.pResults]).toEqual([0, [0, E_NOINTERFACE]]);
    connection.close();
  });

  test('another Mode without pwszObjectName is noted; with one it names how the file is opened', async () => {
    server = await serve({ classes: [plain] });
    const { call, connection } = await bind(server.address, IActivation);
    await call(RemoteActivation, { ORPCthis: orpcthis(), ...asked, Mode: 2 });
    await call(RemoteActivation, { ORPCthis: orpcthis(), ...asked, Mode: 2, pwszObjectName: 'C:\\some.doc' });
    expect(server.activations).toMatchObject([
      { outcome: 'accepted', departures: ['Mode is 2 without a pwszObjectName'] },
      { outcome: 'accepted', objectName: 'C:\\some.doc' },
    ]);
    connection.close();
  });

  test('a failure is phr, with 0 as the result of every interface', async () => {
    server = await serve({ classes: [plain] });
    const { call, connection } = await bind(server.address, IActivation);
    const pIIDs = [NO_SUCH_IID, NO_SUCH_IID];
    const answer = await call(RemoteActivation, { ORPCthis: orpcthis(), ...asked, pIIDs, Mode: 0 });
    expect([answer.phr, answer.pResults, answer.ppInterfaceData]).toEqual([E_NOINTERFACE, [0, 0], [null, null]]);
    connection.close();
  });
});

test.each([
  [0, 'the request names 0 interfaces, not 1 to 32768'],
  [1, undefined],
  [0x8000, undefined],
  [0x8001, 'the request names 32769 interfaces, not 1 to 32768'],
])('a request for %i interfaces: %s ([MS-DCOM] 2.2.18.1)', (count, reason) => {
  const iids = new Array<string>(count).fill(IID_IUnknown);
  expect(malformed({ request: { clsid: CLSID, iids } as never })?.reason).toBe(reason);
});
