import { afterEach, describe, expect, test } from 'vitest';
import {
  IObjectExporter,
  IRemUnknown2,
  RemoteCreateInstance,
  RemRelease,
  ResolveOxid,
} from '../../../src/codec/dcom/index.js';
import { interfaceDef, operation } from '../../../src/codec/ndr/index.js';
import { type RefusalEvent, RpcFault } from '../../../src/rpc/index.js';
import type { AccessPermissions } from '../../../src/server/access.js';
import { method, service } from '../../../src/server/endpoint/service.js';
import type { ServerOptions } from '../../../src/server/server.js';
import {
  ACCOUNT,
  activates,
  activator,
  bind,
  CLSID,
  createInstance,
  faultOf,
  IID_IUnknown,
  LEVEL,
  orpcthis,
  serve,
} from '../../support/live.js';

const EVERYONE = [{ trustee: 'everyone', allow: true }];
const AUTHENTICATED = [{ trustee: 'authenticated', allow: true }];
const OPEN: AccessPermissions = { machineLaunch: EVERYONE, machineAccess: EVERYONE };

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server.close());

/** The result of a release at the exporter, which is a fault where the call is refused. */
async function released(level: number = LEVEL.PKT_INTEGRITY, changes = {}): Promise<number> {
  const { reply } = await activates(server);
  const { call, connection } = await bind(server.exporter, IRemUnknown2, { level });
  const request = { ORPCthis: orpcthis(changes), InterfaceRefs: [] };
  const { status } = await faultOf(call(RemRelease, request, reply?.ipidRemUnknown));
  connection.close();
  return status;
}

describe('every kind of refusal is told apart', () => {
  test('policy, exporter level, access control, version, authentication: side by side', async () => {
    server = await serve({
      exporterLevel: LEVEL.PKT_INTEGRITY,
      access: { ...OPEN, machineLaunch: AUTHENTICATED, launch: { [CLSID.toUpperCase()]: AUTHENTICATED } },
    });
    await activates(server, { level: LEVEL.CONNECT });
    await activates(server, { level: LEVEL.NONE });
    await activates(server, { clientVersion: { MajorVersion: 5, MinorVersion: 8 } });
    await activates(server, { password: 'wrong' });
    await released(LEVEL.PKT);
    await released(LEVEL.PKT_INTEGRITY, { version: { MajorVersion: 6, MinorVersion: 0 } });
    await released(LEVEL.PKT_INTEGRITY, { flags: 1 });

    const refused = server.activations.filter(({ outcome }) => outcome === 'refused');
    const told = [...refused, ...server.failedLogons, ...server.refusedCalls].map((item) => [
      item.refusedBy,
      item.level,
      'status' in item ? item.status : undefined,
      item.reason,
    ]);
    expect(told).toEqual([
      [
        'activation policy',
        2,
        5,
        'RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY, and every server enforces since 2023-03-14',
      ],
      ['access control', 1, 5, 'MachineLaunchRestriction does not let a caller without authentication in'],
      ['version', 5, 0x80010110, 'COM version 5.8 is not 5.0 to 5.7'],
      ['authentication', 5, undefined, expect.stringMatching(/./)],
      [
        'exporter level',
        4,
        0x80070005,
        "RPC_C_AUTHN_LEVEL_PKT is below the exporter's own RPC_C_AUTHN_LEVEL_PKT_INTEGRITY",
      ],
      ['version', 5, 0x80010110, 'COM version 6.0 is not 5.0 to 5.7'],
      ['header', 5, 0x80010111, 'ORPCTHIS.flags is 1, not 0'],
    ]);
    expect(server.events.map(({ event }) => event.id)).toEqual([10036]);
  });

  test('a client that authenticates, and then leaves its sec_trailer out, is told apart from one that does not', async () => {
    server = await serve();
    const { connection } = await activator(server, { level: LEVEL.PKT });
    const answer = connection.call(RemoteCreateInstance, createInstance(), { contextId: 0 });
    expect((await faultOf(answer)).status).toBe(5);
    const left = 'the request has no sec_trailer, though security context 0 is at RPC_C_AUTHN_LEVEL_PKT';
    expect(server.activations).toMatchObject([
      {
        level: LEVEL.NONE,
        refusedBy: 'access control',
        reason: `MachineAccessRestriction does not let a caller without authentication in: ${left}`,
        departures: expect.arrayContaining([left]),
      },
    ]);
    connection.close();
  });
});

describe('who may activate: [MS-DCOM] 3.1.2.5.2.3, notes <60> and <61>', () => {
  const outcomeOf = async (access: Partial<AccessPermissions>, options: ServerOptions = {}) => {
    server = await serve({ access: { ...OPEN, ...access }, ...options });
    const { outcome } = await activates(server);
    return [outcome.accepted ? 0 : 'status' in outcome ? outcome.status : undefined, server.activations[0]?.reason];
  };
  const op = [{ trustee: 'lab\\OP', allow: true }];
  const others = [{ trustee: 'LAB\\other', allow: true }];

  test.each([
    ['machineAccess', 5, 'MachineAccessRestriction'],
    ['machineLaunch', 5, 'MachineLaunchRestriction'],
    ['defaultLaunch', 0x80070005, 'DefaultLaunchPermission'],
  ])('%s has to let the caller in', async (list, status, name) => {
    expect(await outcomeOf({ [list]: others })).toEqual([status, `${name} does not let this caller in`]);
    await server.close();
    expect((await outcomeOf({ [list]: op }))[0]).toBe(0);
  });

  test('LaunchPermission of the class takes the place of DefaultLaunchPermission', async () => {
    expect((await outcomeOf({ defaultLaunch: others, launch: { [CLSID]: op } }))[0]).toBe(0);
    await server.close();
    expect((await outcomeOf({ defaultLaunch: op, launch: { [CLSID]: others } }))[0]).toBe(0x80070005);
  });

  test('a denial wins over every allowance; a SID is as good as a name', async () => {
    const accounts = [{ ...ACCOUNT, sid: 'S-1-5-21-1-2-3-1001' }];
    const sid = 'S-1-5-21-1-2-3-1001';
    expect((await outcomeOf({ machineLaunch: [{ trustee: sid, allow: true }] }, { accounts }))[0]).toBe(0);
    await server.close();
    const denied = [...EVERYONE, { trustee: sid, allow: false }];
    expect((await outcomeOf({ machineLaunch: denied }, { accounts }))[0]).toBe(5);
  });

  test('a caller without a name is let in by everyone and by anonymous, and by nothing else', async () => {
    for (const [trustee, accepted] of [
      ['everyone', true],
      ['anonymous', true],
      ['authenticated', false],
      ['', false],
    ] as const) {
      server = await serve({ access: { ...OPEN, machineLaunch: [{ trustee, allow: true }] } });
      expect((await activates(server, { level: LEVEL.NONE })).outcome.accepted, trustee).toBe(accepted);
      await server.close();
    }
  });
});

describe('who may call: [MS-DCOM] 3.1.1.5.4, notes <40> to <43>', () => {
  const denied = [{ trustee: 'LAB\\op', allow: false }];

  test('the remote unknown answers with ERROR_ACCESS_DENIED where nobody without a name may call', async () => {
    server = await serve({ access: { ...OPEN, machineAccess: AUTHENTICATED } });
    const { call, connection } = await bind(server.exporter, IRemUnknown2, { level: LEVEL.NONE });
    const refused = call(RemRelease, { ORPCthis: orpcthis(), InterfaceRefs: [] }, CLSID);
    expect((await faultOf(refused)).status).toBe(0x80070005);
    expect(server.refusedCalls).toMatchObject([{ refusedBy: 'exporter level' }]);
    connection.close();
    await server.close();
    server = await serve({ exporterLevel: LEVEL.NONE, access: { ...OPEN, machineAccess: AUTHENTICATED } });
    const open = await bind(server.exporter, IRemUnknown2, { level: LEVEL.NONE });
    const again = open.call(RemRelease, { ORPCthis: orpcthis(), InterfaceRefs: [] }, CLSID);
    expect((await faultOf(again)).status).toBe(5);
    expect(server.refusedCalls).toMatchObject([
      { refusedBy: 'access control', reason: expect.stringMatching(/^MachineAccess/) },
    ]);
    open.connection.close();
  });

  test('AccessPermission of a class is about its objects, whatever their activation was allowed', async () => {
    server = await serve({ access: { ...OPEN, access: { [CLSID]: denied } } });
    const { reply } = await activates(server);
    const objref = reply?.interfaces[0]?.objref;
    const ipid = objref && 'std' in objref ? objref.std.ipid : '';
    const { raw, connection } = await bind(server.exporter, { uuid: IID_IUnknown, version: { major: 0, minor: 0 } });
    const stub = RemRelease.request.encode({ ORPCthis: orpcthis(), InterfaceRefs: [] });
    expect((await faultOf(raw(3, stub, ipid))).status).toBe(5);
    expect(server.refusedCalls).toMatchObject([
      { refusedBy: 'access control', reason: expect.stringMatching(/^AccessPermission/) },
    ]);
    connection.close();
  });

  test('MachineAccessRestriction is also asked before an OXID is resolved, and that refusal is reported', async () => {
    server = await serve();
    const { call, connection } = await bind(server.address, IObjectExporter, { level: LEVEL.NONE });
    const refused = call(ResolveOxid, { pOxid: 1n, arRequestedProtseqs: [7] });
    expect((await faultOf(refused)).status).toBe(5);
    expect(server.refusedCalls).toMatchObject([
      { interface: 'IObjectExporter', opnum: 0, refusedBy: 'access control', status: 5 },
    ]);
    connection.close();
  });
});

describe('the least level of the exporter: [MS-DCOM] note <41>', () => {
  test.each([
    [{}, LEVEL.CONNECT],
    [{ registry: { LegacyAuthenticationLevel: 5 } }, LEVEL.PKT_INTEGRITY],
    [{ registry: { LegacyAuthenticationLevel: 5 }, exporterLevel: LEVEL.PKT }, LEVEL.PKT],
  ])('%j: level %i is what the authnHint says, and one below is refused', async (options, least) => {
    server = await serve({ access: OPEN, ...options });
    const { call, connection } = await activator(server);
    expect((await call(RemoteCreateInstance, createInstance())).ReturnValue).toBe(0);
    connection.close();
    expect((await activates(server)).reply?.authnHint).toBe(least);
    for (const level of [LEVEL.NONE, LEVEL.CONNECT, LEVEL.PKT, LEVEL.PKT_INTEGRITY].filter((each) => each < least))
      expect(await released(level)).toBe(0x80070005);
    expect(server.refusedCalls.every(({ refusedBy }) => refusedBy === 'exporter level')).toBe(true);
  });
});

describe('what a method itself refuses', () => {
  const NAMED = operation({ name: 'Named', opnum: 0, section: 'of this test', in: {}, out: {} });
  const definition = interfaceDef({
    ...{ name: 'ITest', uuid: '7d1c1c5e-3f4e-4a3c-9a44-0d5c1f1f2b77', version: { major: 1, minor: 0 } },
    ...{ section: 'of this test', operations: [NAMED] },
  });

  test('by a fault, or by not reading its parameters, is an event that says so', async () => {
    const refusals: RefusalEvent[] = [];
    const denied = () => {
      throw new RpcFault(0x20);
    };
    server = await serve({
      services: [service(definition, [method(NAMED, denied)])],
      observers: [{ association: (event) => void (event.type === 'fault' && refusals.push(event)) }],
    });
    const { call, connection } = await bind(server.address, definition);
    expect((await faultOf(call(NAMED, {}))).status).toBe(0x20);
    connection.close();
    const resolver = await bind(server.address, IObjectExporter);
    expect((await faultOf(resolver.raw(ResolveOxid.opnum, Buffer.alloc(3)))).status).toBe(0x6f7);
    resolver.connection.close();
    expect(refusals).toMatchObject([
      { refusedBy: 'method', check: 'method', status: 0x20, why: expect.stringMatching(/^ITest opnum 0: /) },
      {
        refusedBy: 'codec',
        check: 'stub',
        status: 0x6f7,
        why: expect.stringMatching(/^IObjectExporter::ResolveOxid: /),
      },
    ]);
  });

  test('by not being written: E_NOTIMPL is reported like every refusal of an object', async () => {
    server = await serve();
    const { reply } = await activates(server);
    const objref = reply?.interfaces[0]?.objref;
    const ipid = objref && 'std' in objref ? objref.std.ipid : '';
    const { raw, connection } = await bind(server.exporter, { uuid: IID_IUnknown, version: { major: 0, minor: 0 } });
    const stub = RemRelease.request.encode({ ORPCthis: orpcthis(), InterfaceRefs: [] });
    expect((await faultOf(raw(7, stub, ipid))).status).toBe(0x80004001);
    expect(server.refusedCalls).toMatchObject([
      {
        opnum: 7,
        refusedBy: 'operation',
        status: 0x80004001,
        reason: expect.stringMatching(/does not implement IUnknown opnum 7$/),
      },
    ]);
    connection.close();
  });
});
