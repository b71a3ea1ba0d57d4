import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  IRemUnknown2,
  RemAddRef,
  RemoteCreateInstance,
  RemQueryInterface,
  RemQueryInterface2,
  RemRelease,
} from '../../../src/codec/dcom/index.js';
import { OPEN_ACCESS } from '../../../src/server/access.js';
import { CLASSES } from '../../../src/server/classes/index.js';
import {
  ACCOUNT,
  activates,
  activator,
  type Bound,
  bind,
  CLSID,
  createInstance,
  faultOf,
  IID_IDispatch,
  IID_IUnknown,
  LEVEL,
  orpcthis,
  serve,
} from '../../support/live.js';

const E_ACCESSDENIED = 0x80070005;
const NOWHERE = '11111111-2222-4333-8444-555555555555';
const ORPCthis = orpcthis();

describe('the remote unknown of the exporter', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let unknown: Bound;
  /** Where the calls go to, and the interface that they are about. */
  let remUnknown = '';
  let ipid = '';

  beforeEach(async () => {
    server = await serve();
    const { reply } = await activates(server);
    const objref = reply?.interfaces[0]?.objref;
    remUnknown = reply?.ipidRemUnknown ?? '';
    ipid = objref && 'std' in objref ? objref.std.ipid : '';
    unknown = await bind(server.exporter, IRemUnknown2);
  });
  afterEach(async () => {
    unknown.connection.close();
    await server.close();
  });

  const release = (cPublicRefs: number, cPrivateRefs = 0, of = ipid) =>
    unknown.call(RemRelease, { ORPCthis, InterfaceRefs: [{ ipid: of, cPublicRefs, cPrivateRefs }] }, remUnknown);
  const addRef = (cPublicRefs: number, cPrivateRefs = 0, of = ipid) =>
    unknown.call(RemAddRef, { ORPCthis, InterfaceRefs: [{ ipid: of, cPublicRefs, cPrivateRefs }] }, remUnknown);
  const query = (iids: string[], cRefs = 5, ripid = ipid) =>
    unknown.call(RemQueryInterface, { ORPCthis, ripid, cRefs, iids }, remUnknown);

  test('gives an interface of an object, with the references that were asked for', async () => {
    const { ppQIResults, ReturnValue } = await query([IID_IUnknown, IID_IDispatch], 7);
    expect(ReturnValue).toBe(0);
    expect(ppQIResults?.map(({ hResult, std }) => [hResult, std.cPublicRefs])).toEqual([
      [0, 7],
      [0, 7],
    ]);
    const [same, other] = ppQIResults ?? [];
    expect(same?.std.ipid).toBe(ipid);
    expect(other?.std.ipid).not.toBe(ipid);
    expect(other?.std.oid).toBe(same?.std.oid);
  });

  test('one interface that is not there is the result of the call too, as Windows has it', async () => {
    const strict = await serve({ classes: [CLASSES.mmc20] });
    try {
      const { reply } = await activates(strict);
      const own = await bind(strict.exporter, IRemUnknown2);
      const objref = reply?.interfaces[0]?.objref;
      const ripid = objref && 'std' in objref ? objref.std.ipid : '';
      const answer = await own.call(
        RemQueryInterface,
        { ORPCthis, ripid, cRefs: 5, iids: [NOWHERE] },
        reply?.ipidRemUnknown ?? '',
      );
      expect(answer).toMatchObject({ ppQIResults: [{ hResult: 0x80004002 }], ReturnValue: 0x80004002 });
      own.connection.close();
    } finally {
      await strict.close();
    }
  });

  test('an object has no more than a thousand interfaces', async () => {
    const iids = Array.from({ length: 1001 }, (_, i) => `00000000-1111-4222-8333-${String(i).padStart(12, '0')}`);
    const { ppQIResults } = await query(iids);
    const results = ppQIResults?.map(({ hResult }) => hResult);
    // It came with one.
    expect([results?.lastIndexOf(0), results?.indexOf(0x8007000e)]).toEqual([998, 999]);
  });

  test('gives them as OBJREFs too: RemQueryInterface2', async () => {
    const answer = await unknown.call(
      RemQueryInterface2,
      { ORPCthis, ripid: ipid, iids: [IID_IDispatch, IID_IUnknown] },
      remUnknown,
    );
    expect(answer).toMatchObject({
      phr: [0, 0],
      ppMIF: [
        { flags: 1, iid: IID_IDispatch, std: { cPublicRefs: 5 } },
        { flags: 1, iid: IID_IUnknown, std: { ipid } },
      ],
      ReturnValue: 0,
    });
  });

  test('an object is gone with its last reference, and not before', async () => {
    await release(4);
    expect(server.objects).toBe(1);
    await release(1);
    expect(server.objects).toBe(0);
  });

  test('more references than there are can be released: the object is gone', async () => {
    expect((await release(0xffffffff)).ReturnValue).toBe(0);
    expect(server.objects).toBe(0);
  });

  test('references that were added keep an object, public and private ones alike', async () => {
    expect(await addRef(3, 2)).toMatchObject({ pResults: [0], ReturnValue: 0 });
    await release(8);
    expect(server.objects).toBe(1);
    await release(0, 2);
    expect(server.objects).toBe(0);
  });

  test('an interface that was queried keeps the object of one that was released', async () => {
    await query([IID_IDispatch]);
    await release(5);
    expect(server.objects).toBe(1);
  });

  test('an IPID that nobody was given has nothing to query or to add to; releasing it is no error', async () => {
    expect((await query([IID_IUnknown], 5, NOWHERE)).ReturnValue).not.toBe(0);
    const added = await addRef(1, 0, NOWHERE);
    expect(added.pResults[0]).not.toBe(0);
    expect((await release(1, 0, NOWHERE)).ReturnValue).toBe(0);
    expect(server.objects).toBe(1);
  });

  test('ORPCTHIS.flags other than 0 is RPC_E_INVALID_HEADER, in every method', async () => {
    const odd = orpcthis({ flags: 1 });
    const InterfaceRefs = [{ ipid, cPublicRefs: 1, cPrivateRefs: 0 }];
    const iids = [IID_IUnknown];
    for (const call of [
      unknown.call(RemQueryInterface, { ORPCthis: odd, ripid: ipid, cRefs: 1, iids }, remUnknown),
      unknown.call(RemQueryInterface2, { ORPCthis: odd, ripid: ipid, iids }, remUnknown),
      unknown.call(RemAddRef, { ORPCthis: odd, InterfaceRefs }, remUnknown),
      unknown.call(RemRelease, { ORPCthis: odd, InterfaceRefs }, remUnknown),
    ])
      expect((await faultOf(call)).status).toBe(0x80010111);
  });

  test.each([
    [5, 8],
    [6, 0],
    [4, 7],
  ])('COM version %i.%i is RPC_E_VERSION_MISMATCH', async (MajorVersion, MinorVersion) => {
    const odd = orpcthis({ version: { MajorVersion, MinorVersion } });
    const call = unknown.call(RemRelease, { ORPCthis: odd, InterfaceRefs: [] }, remUnknown);
    expect((await faultOf(call)).status).toBe(0x80010110);
  });

  test('a stub that cannot be read is bad stub data', async () => {
    expect((await faultOf(unknown.raw(3, Buffer.alloc(40, 0xff), remUnknown))).status).toBe(0x6f7);
    expect((await faultOf(unknown.raw(5, Buffer.alloc(0), remUnknown))).status).toBe(0x6f7);
  });

  test('an opnum beyond its methods does not exist', async () => {
    expect((await faultOf(unknown.raw(7, Buffer.alloc(0), remUnknown))).status).toBe(0x1c010002);
  });

  test('a count of interfaces that the octets do not hold is bad stub data, at once', async () => {
    const stub = RemQueryInterface.request.encode({ ORPCthis, ripid: ipid, cRefs: 1, iids: [IID_IUnknown] });
    stub.writeUInt32LE(0x7fffffff, 32 + 16 + 4 + 4);
    expect((await faultOf(unknown.raw(3, stub, remUnknown))).status).toBe(0x6f7);
  });
});

describe('the endpoint of the exporter', () => {
  test('has the interface of an object for as long as the object has it', async () => {
    const server = await serve();
    const iid = '00020404-0000-0000-c000-000000000046';
    const offers = (): Promise<boolean> =>
      bind(server.exporter, { uuid: iid, version: { major: 0, minor: 0 } }).then(
        ({ connection }) => {
          connection.close();
          return true;
        },
        () => false,
      );
    expect(await offers()).toBe(false);
    const { reply } = await activates(server, { iids: [iid] });
    expect(await offers()).toBe(true);
    const objref = reply?.interfaces[0]?.objref;
    const ipid = objref && 'std' in objref ? objref.std.ipid : '';
    const { call, connection } = await bind(server.exporter, IRemUnknown2);
    await call(
      RemRelease,
      { ORPCthis, InterfaceRefs: [{ ipid, cPublicRefs: 5, cPrivateRefs: 0 }] },
      reply?.ipidRemUnknown,
    );
    expect(await offers()).toBe(false);
    connection.close();
    await server.close();
  });

  test('does not activate, and the port of the activators has no remote unknown', async () => {
    const server = await serve();
    await expect(activates(server, { level: LEVEL.PKT_INTEGRITY })).resolves.toMatchObject({
      outcome: { accepted: true },
    });
    const { address, exporter } = server;
    await expect(activator({ ...server, address: exporter })).rejects.toMatchObject({
      name: 'ContextRejected',
      reason: 1,
    });
    await expect(bind(address, IRemUnknown2)).rejects.toMatchObject({ name: 'ContextRejected', reason: 1 });
    const { call, connection } = await activator(server);
    expect((await call(RemoteCreateInstance, createInstance())).ReturnValue).toBe(0);
    connection.close();
    await server.close();
  });
});

describe('whom a class shuts out of its objects', () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let guest: Bound;
  let remUnknown = '';
  let ipid = '';

  beforeEach(async () => {
    server = await serve({
      accounts: [ACCOUNT, { domain: 'LAB', user: 'guest', password: ACCOUNT.password }],
      access: { ...OPEN_ACCESS, access: { [CLSID]: [{ trustee: 'LAB\\op', allow: true }] } },
    });
    const { reply } = await activates(server);
    const objref = reply?.interfaces[0]?.objref;
    remUnknown = reply?.ipidRemUnknown ?? '';
    ipid = objref && 'std' in objref ? objref.std.ipid : '';
    guest = await bind(server.exporter, IRemUnknown2, { user: 'guest' });
  });
  afterEach(async () => {
    guest.connection.close();
    await server.close();
  });

  const reference = { cPublicRefs: 100, cPrivateRefs: 0 };
  const others = () => ({ ORPCthis, InterfaceRefs: [{ ipid, ...reference }] });

  test.each<[string, () => Promise<unknown>]>([
    [
      'asks for another interface',
      () => guest.call(RemQueryInterface, { ORPCthis, ripid: ipid, cRefs: 5, iids: [IID_IDispatch] }, remUnknown),
    ],
    [
      'asks for it as an OBJREF',
      () => guest.call(RemQueryInterface2, { ORPCthis, ripid: ipid, iids: [IID_IDispatch] }, remUnknown),
    ],
    ['keeps them', () => guest.call(RemAddRef, others(), remUnknown)],
    ['releases them', () => guest.call(RemRelease, others(), remUnknown)],
  ])('gets a fault where he %s by the remote unknown, and nothing comes of it', async (_, call) => {
    expect((await faultOf(call())).status).toBe(E_ACCESSDENIED);
    expect(server.refusedCalls).toMatchObject([{ refusedBy: 'access control', status: E_ACCESSDENIED }]);
    expect(server.objects).toBe(1);
    const owner = await bind(server.exporter, IRemUnknown2);
    const own = { ORPCthis, InterfaceRefs: [{ ipid, cPublicRefs: 5, cPrivateRefs: 0 }] };
    expect((await owner.call(RemRelease, own, remUnknown)).ReturnValue).toBe(0);
    expect(server.objects).toBe(0);
    owner.connection.close();
  });
});
