import { afterEach, describe, expect, test } from 'vitest';
import type { OBJREF } from '../../../src/codec/dcom/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IEnumConnectionPoints,
  IEnumConnections,
  IOPCDataCallback,
  IOPCShutdown,
} from '../../../src/codec/opc/index.js';
import { SYSTEM_TIMERS, type Timers } from '../../../src/net/timers.js';
import { RpcFault } from '../../../src/rpc/index.js';
import { exportObjects } from '../../../src/server/export-objects.js';
import type { DcomServer, ServerOptions } from '../../../src/server/server.js';
import { CallingClient, callingClass, shutDown, sinkOf } from '../../support/calling-back.js';
import { ACCOUNT, LEVEL, NTLM, SPNEGO, serve } from '../../support/live.js';

const S_OK = 0;
const RPC_S_SERVER_UNAVAILABLE = 0x800706ba;
const E_ACCESSDENIED = 0x80070005;
const CONNECT_E_NOCONNECTION = 0x80040200;
const CONNECT_E_CANNOTCONNECT = 0x80040202;
const OR_INVALID_OXID = 0x80070776;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serving(options: ServerOptions = {}) {
  const calling = callingClass();
  const server = await serve({ classes: [calling], ...options });
  open.push(server);
  return { server, points: calling.points };
}

async function clientOf(
  server: DcomServer,
  ...options: Parameters<typeof CallingClient.at> extends [unknown, ...infer R] ? R : never
) {
  const client = await CallingClient.at(server, ...options);
  open.push(client);
  return client;
}

const change = (objref: OBJREF, std: object): OBJREF =>
  ({ ...objref, std: { ...('std' in objref ? objref.std : {}), ...std } }) as OBJREF;

describe('a server calls an object of its client back', () => {
  test('over a connection of its own, to a port that is not 135, by its own account', async () => {
    const { server, points } = await serving();
    const client = await clientOf(server);
    const sink = sinkOf();
    expect(await client.advise(sink.object)).toEqual({ result: S_OK, cookie: 1 });
    expect(await shutDown(points, 'maintenance')).toEqual([]);
    expect(sink.heard).toEqual([{ reason: 'maintenance', level: LEVEL.PKT_INTEGRITY, user: ACCOUNT.user }]);
    expect(client.exported.address.port).not.toBe(135);
    expect(server.callBacks).toMatchObject([
      { interface: 'IOPCShutdown', method: undefined, target: client.exported.address, outcome: { accepted: true } },
      { interface: 'IOPCShutdown', method: 'ShutdownRequest', level: LEVEL.PKT_INTEGRITY, outcome: { accepted: true } },
    ]);
  });

  test.each([
    ['2021-05', LEVEL.CONNECT, LEVEL.CONNECT],
    ['2022-06-14', LEVEL.CONNECT, LEVEL.CONNECT],
    ['2022-06-14', LEVEL.PKT_PRIVACY, LEVEL.PKT_PRIVACY],
    ['2022-10-11', LEVEL.CONNECT, LEVEL.PKT_INTEGRITY],
    ['2023-03-14', LEVEL.CONNECT, LEVEL.PKT_INTEGRITY],
    ['2023-03-14', LEVEL.PKT_PRIVACY, LEVEL.PKT_PRIVACY],
  ])('as of %s, where the client hints at level %i, at level %i', async (asOf, authnHint, level) => {
    const { server, points } = await serving({ asOf });
    const sink = sinkOf();
    const client = await clientOf(server, { authnHint });
    await client.advise(sink.object);
    await shutDown(points, '');
    expect(sink.heard).toMatchObject([{ level }]);
  });

  test.each([NTLM, SPNEGO])('with the one authentication service that the client names: %i', async (service) => {
    const { server, points } = await serving();
    const sink = sinkOf();
    const client = await clientOf(server, { addresses: { securityServices: [service] } });
    expect((await client.advise(sink.object)).result).toBe(S_OK);
    expect(await shutDown(points, '')).toEqual([]);
  });

  test('asks for the interface that it calls, where the client hands over IUnknown', async () => {
    const { server, points } = await serving();
    const sink = sinkOf();
    const client = await clientOf(server);
    const unknown = client.exported.export(sink.object, '00000000-0000-0000-c000-000000000046');
    expect((await client.advise(unknown)).result).toBe(S_OK);
    expect(await shutDown(points, 'x')).toEqual([]);
    expect(sink.heard).toHaveLength(1);
  });

  test('resolves without authentication where the client’s resolver takes none, as Windows does', async () => {
    const { server, points } = await serving();
    const sink = sinkOf();
    const client = await clientOf(server, { accounts: [], allowAnonymous: true, exporterLevel: LEVEL.NONE });
    // It is found so; nobody can log on there, so that the call itself is refused.
    expect((await client.advise(sink.object)).result).toBe(S_OK);
    expect(await shutDown(points, '')).toHaveLength(1);
    expect(client.exported.failedLogons).not.toEqual([]);
    const strict = await serving({ callBack: { resolvesUnsecured: false } });
    const other = await clientOf(strict.server, { accounts: [], allowAnonymous: true });
    expect((await other.advise(sink.object)).result).toBe(E_ACCESSDENIED);
    expect(strict.points[0]?.sinks).toEqual([]);
    const anonymous = await serving({ asOf: '2021-05', callBack: { level: LEVEL.NONE } });
    const third = await clientOf(anonymous.server, { accounts: [], allowAnonymous: true, exporterLevel: LEVEL.NONE });
    expect((await third.advise(sink.object)).result).toBe(S_OK);
    expect(await shutDown(anonymous.points, '')).toEqual([]);
    expect(sink.heard).toMatchObject([{ level: undefined }]);
  });

  test('and keeps its references until it is unadvised: then the object is released', async () => {
    const { server } = await serving();
    const sink = sinkOf();
    const client = await clientOf(server);
    const { cookie } = await client.advise(sink.object);
    expect([client.exported.objects, sink.released()]).toEqual([1, 0]);
    expect(await client.unadvise(cookie)).toBe(S_OK);
    expect([client.exported.objects, sink.released()]).toEqual([0, 1]);
    expect(await client.unadvise(cookie)).toBe(CONNECT_E_NOCONNECTION);
  });
});

describe('a call back that cannot be is an error on both sides, and in the log', () => {
  test('nobody listens where the object is said to be', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    const gone = await exportObjects({ accounts: [ACCOUNT] });
    const objref = gone.export(sinkOf().object, IOPCShutdown.uuid);
    await gone.close();
    expect(await client.advise(objref)).toEqual({ result: RPC_S_SERVER_UNAVAILABLE, cookie: 0 });
    expect(server.callBacks).toMatchObject([
      { method: undefined, target: undefined, outcome: { accepted: false, refusedBy: 'transport' } },
    ]);
    expect(server.callBacks[0]?.outcome.text).toMatch(/cannot connect to 127\.0\.0\.1:\d+/);
  });

  test('a dead address that is named first is passed over', async () => {
    const { server, points } = await serving();
    const sink = sinkOf();
    const client = await clientOf(server, { addresses: { hosts: ['127.9.9.9', '127.0.0.1'] } });
    expect((await client.advise(sink.object)).result).toBe(S_OK);
    expect(await shutDown(points, '')).toEqual([]);
  });

  test('behind a translated address the bindings lead nowhere, unless the address that was seen is tried too', async () => {
    const inner = { addresses: { hosts: ['127.9.9.9'] } };
    const { server } = await serving();
    const client = await clientOf(server, inner);
    expect((await client.advise(sinkOf().object)).result).toBe(RPC_S_SERVER_UNAVAILABLE);
    expect(server.callBacks[0]?.outcome.text).toMatch(/127\.9\.9\.9/);
    const { server: kind, points } = await serving({ callBack: { throughNat: true } });
    const other = await clientOf(kind, inner);
    expect((await other.advise(sinkOf().object)).result).toBe(S_OK);
    expect(await shutDown(points, '')).toEqual([]);
  });

  test('the resolver does not know the OXID', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    const objref = client.exported.export(sinkOf().object, IOPCShutdown.uuid);
    expect((await client.advise(change(objref, { oxid: 7n }))).result).toBe(OR_INVALID_OXID);
    expect(server.callBacks).toMatchObject([{ outcome: { refusedBy: 'result', status: 0x776 } }]);
  });

  test('the object does not have the interface', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    const without = {
      name: 'no sink',
      queryInterface: (iid: string) => (iid === IOPCDataCallback.uuid ? new Map() : undefined),
    };
    const objref = client.exported.export(without, IOPCDataCallback.uuid);
    expect((await client.advise(objref)).result).toBe(CONNECT_E_CANNOTCONNECT);
  });

  test('the client knows nobody of the server’s name', async () => {
    const { server } = await serving();
    const client = await clientOf(server, { accounts: [{ domain: 'LAB', user: 'somebody', password: 'else' }] });
    expect((await client.advise(sinkOf().object)).result).toBe(E_ACCESSDENIED);
    expect(server.callBacks).toMatchObject([{ outcome: { accepted: false } }]);
    expect(client.exported.failedLogons).not.toEqual([]);
  });

  test('the server calls below the level of the client’s exporter: the same rule as the other way', async () => {
    const { server, points } = await serving({ asOf: '2021-05', callBack: { level: LEVEL.CONNECT } });
    const client = await clientOf(server, { exporterLevel: LEVEL.PKT_INTEGRITY, authnHint: LEVEL.CONNECT });
    // The resolution says nothing against it; the first call of the object does.
    expect((await client.advise(sinkOf().object)).result).toBe(S_OK);
    expect(await shutDown(points, '')).toEqual(['fault nca_s_fault_access_denied (0x00000005)']);
    expect(client.exported.refusedCalls).toMatchObject([{ refusedBy: 'exporter level', level: LEVEL.CONNECT }]);
    expect(server.callBacks.at(-1)).toMatchObject({
      method: 'ShutdownRequest',
      outcome: { refusedBy: 'fault', status: 5 },
    });
  });

  test('the object faults, and is called again', async () => {
    const { server, points } = await serving();
    const sink = sinkOf(() => {
      throw new RpcFault(0x80010105);
    });
    const client = await clientOf(server);
    await client.advise(sink.object);
    expect(await shutDown(points, '')).toEqual(['fault RPC_E_SERVERFAULT (0x80010105)']);
    expect(await shutDown(points, '')).toHaveLength(1);
    expect(sink.heard).toHaveLength(2);
  });

  test('the object never answers: the wait ends', async () => {
    const waits: (() => void)[] = [];
    const timers: Timers = {
      ...SYSTEM_TIMERS,
      after: (milliseconds, run) => {
        if (milliseconds === 54_321) waits.push(run);
        return SYSTEM_TIMERS.after(milliseconds, run);
      },
    };
    const { server, points } = await serving({ callBack: { timeout: 54_321 }, timers });
    const client = await clientOf(server);
    const silent = sinkOf(() => {
      waits.at(-1)?.();
      return new Promise<number>(() => undefined);
    });
    await client.advise(silent.object);
    expect(await shutDown(points, '')).toEqual([expect.stringMatching(/no answer within 54321 ms/)]);
    expect(server.callBacks.at(-1)).toMatchObject({ outcome: { refusedBy: 'transport' } });
  });

  test('the client is gone', async () => {
    const { server, points } = await serving();
    const client = await CallingClient.at(server);
    await client.advise(sinkOf().object);
    await client.exported.close();
    expect(await shutDown(points, '')).toEqual([expect.stringMatching(/the connection ended/)]);
    await client.client.close();
    expect(server.callBacks.at(-1)).toMatchObject({ method: 'ShutdownRequest', outcome: { refusedBy: 'transport' } });
  });

  test('what is no object at all', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    const point = await client.point();
    const advise = async (pUnkSink: OBJREF | Uint8Array | null) =>
      (await point.call(IConnectionPoint, IConnectionPoint.methods.Advise, { pUnkSink })).ReturnValue;
    expect(await advise(null)).toBe(0x80004003);
    expect(await advise(new Uint8Array([1, 2, 3]))).toBe(0x8001011d);
  });
});

describe('connection points', () => {
  test('tell their interface, their container and who is connected', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    const sink = sinkOf();
    await client.advise(sink.object);
    const point = await client.point();
    const { methods } = IConnectionPoint;
    expect((await point.call(IConnectionPoint, methods.GetConnectionInterface, {})).pIID).toBe(IOPCShutdown.uuid);
    const { ppCPC } = await point.call(IConnectionPoint, methods.GetConnectionPointContainer, {});
    const container = await client.client.unmarshal(ppCPC as OBJREF);
    const { ppEnum } = await point.call(IConnectionPoint, methods.EnumConnections, {});
    const connections = await client.client.unmarshal(ppEnum as OBJREF);
    const next = await connections.call(IEnumConnections, IEnumConnections.methods.RemoteNext, { celt: 3 });
    expect(next).toMatchObject({
      rgelt: [{ dwCookie: 1, pUnk: { iid: IOPCShutdown.uuid } }],
      pceltFetched: 1,
      ReturnValue: 1,
    });
    const all = await container.call(
      IConnectionPointContainer,
      IConnectionPointContainer.methods.EnumConnectionPoints,
      {},
    );
    const points = await client.client.unmarshal(all.ppEnum as OBJREF);
    const { methods: enumeration } = IEnumConnectionPoints;
    expect(await points.call(IEnumConnectionPoints, enumeration.Skip, { celt: 1 })).toMatchObject({ ReturnValue: 0 });
    expect(await points.call(IEnumConnectionPoints, enumeration.RemoteNext, { celt: 1 })).toMatchObject({
      ReturnValue: 1,
    });
    await points.call(IEnumConnectionPoints, enumeration.Reset, {});
    const { ppenum } = await points.call(IEnumConnectionPoints, enumeration.Clone, {});
    const clone = await client.client.unmarshal(ppenum as OBJREF);
    expect(await clone.call(IEnumConnectionPoints, enumeration.RemoteNext, { celt: 1 })).toMatchObject({
      rgelt: [{ iid: IConnectionPoint.uuid }],
      ReturnValue: 0,
    });
  });

  test('are not there for another interface', async () => {
    const { server } = await serving();
    const client = await clientOf(server);
    await client.point();
    const container = await client.client.activate(
      'c0ffee00-0000-4000-8000-000000000001',
      IConnectionPointContainer.uuid,
    );
    const { FindConnectionPoint } = IConnectionPointContainer.methods;
    expect(
      await container.call(IConnectionPointContainer, FindConnectionPoint, { riid: IOPCDataCallback.uuid }),
    ).toMatchObject({ ppCP: null, ReturnValue: CONNECT_E_NOCONNECTION });
  });
});
