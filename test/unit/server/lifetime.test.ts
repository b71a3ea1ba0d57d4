import { afterEach, describe, expect, test } from 'vitest';
import {
  ComplexPing,
  IObjectExporter,
  IRemUnknown2,
  RemAddRef,
  RemRelease,
  SimplePing,
} from '../../../src/codec/dcom/index.js';
import { IOPCShutdown } from '../../../src/codec/opc/index.js';
import { comInterface, comMethod } from '../../../src/server/classes/class.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { activates, bind, CLSID, LEVEL, orpcthis, serve } from '../../support/live.js';

const MINUTE = 60_000;
const ORPCthis = orpcthis();
const E_ACCESSDENIED = 0x80070005;

let server: Awaited<ReturnType<typeof serve>>;
let now = 0;
afterEach(() => server.close());

/** A server whose clock stands still until it is moved. */
const start = async (options: ServerOptions = {}) => {
  now = Date.parse('2026-01-01');
  server = await serve({ clock: () => now, ...options });
};
const pass = (milliseconds: number): void => {
  now += milliseconds;
  server.tick();
};

async function activated() {
  const { reply } = await activates(server);
  const objref = reply?.interfaces[0]?.objref;
  if (!objref || !('std' in objref)) throw new Error('no object');
  return { ...objref.std, ipidRemUnknown: reply?.ipidRemUnknown };
}

describe('the life of an object, over TCP on a clock of its own', () => {
  test('it is reclaimed six minutes after the last ping, and lives while it is pinged', async () => {
    await start();
    const { oid } = await activated();
    const { call, connection } = await bind(server.address, IObjectExporter);
    const made = await call(ComplexPing, { pSetId: 0n, SequenceNum: 1, AddToSet: [oid], DelFromSet: null });
    expect(made).toMatchObject({ pPingBackoffFactor: 0, ReturnValue: 0 });
    for (let i = 0; i < 10; i++) {
      pass(2 * MINUTE);
      expect(await call(SimplePing, { pSetId: made.pSetId })).toEqual({ ReturnValue: 0 });
    }
    pass(6 * MINUTE - 1);
    expect(server.objects).toBe(1);
    pass(1);
    // Time is looked at every ten seconds.
    pass(10_000);
    expect(server.objects).toBe(0);
    expect(await call(SimplePing, { pSetId: made.pSetId })).toEqual({ ReturnValue: 0x778 });
    connection.close();
  });

  test('one that nobody pings goes after eight minutes', async () => {
    await start();
    await activated();
    pass(8 * MINUTE - 1);
    expect(server.objects).toBe(1);
    pass(10_001);
    expect(server.objects).toBe(0);
  });

  test('one that a method works for is in use from its begin to its end, however long that takes', async () => {
    let finish = (): void => {};
    const working = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = (): void => {};
    const called = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const methods = comInterface(
      comMethod(IOPCShutdown.methods.ShutdownRequest, async () => {
        begun();
        await working;
        return { ReturnValue: 0 };
      }),
    );
    const com = { name: 'x', queryInterface: (iid: string) => (iid === IOPCShutdown.uuid ? methods : undefined) };
    await start({ classes: [{ clsid: CLSID, name: 'x', create: () => ({ ...com }) }] });
    const { reply } = await activates(server, { iids: [IOPCShutdown.uuid] });
    const objref = reply?.interfaces[0]?.objref;
    const ipid = objref && 'std' in objref ? objref.std.ipid : undefined;
    pass(8 * MINUTE - 1);
    const { call, connection } = await bind(server.exporter, IOPCShutdown);
    const answered = call(IOPCShutdown.methods.ShutdownRequest, { ORPCthis, szReason: '' }, ipid);
    await called;
    pass(8 * MINUTE - 10_001);
    expect(server.objects).toBe(1);
    finish();
    await answered;
    pass(8 * MINUTE - 1);
    expect(server.objects).toBe(1);
    pass(10_001);
    expect(server.objects).toBe(0);
    connection.close();
  });

  test('one that needs no pings says so with SORF_NOPING, and stays', async () => {
    const com = { name: 'x', noPing: true, queryInterface: () => new Map() };
    await start({ classes: [{ clsid: CLSID, name: 'x', create: () => ({ ...com }) }] });
    expect((await activated()).flags).toBe(0x1000);
    pass(60 * MINUTE);
    expect(server.objects).toBe(1);
  });
});

describe('private references: [MS-DCOM] notes <48> and <49>', () => {
  const accounts = [
    { domain: 'LAB', user: 'op', password: 'one' },
    { domain: 'LAB', user: 'other', password: 'one' },
  ];

  test('belong to who took them: nobody else gives them back', async () => {
    await start({ accounts });
    const { reply } = await activates(server, { password: 'one' });
    const objref = reply?.interfaces[0]?.objref;
    const ipid = objref && 'std' in objref ? objref.std.ipid : '';
    const change = async (
      user: string,
      operation: typeof RemAddRef | typeof RemRelease,
      cPublicRefs: number,
      cPrivateRefs: number,
    ) => {
      const { call, connection } = await bind(server.exporter, IRemUnknown2, { user, password: 'one' });
      const request = { ORPCthis, InterfaceRefs: [{ ipid, cPublicRefs, cPrivateRefs }] };
      await call<typeof request, unknown>(operation as never, request, reply?.ipidRemUnknown);
      connection.close();
    };
    await change('op', RemAddRef, 0, 2);
    await change('op', RemRelease, 5, 0);
    await change('other', RemRelease, 0, 9);
    expect(server.objects).toBe(1);
    await change('op', RemRelease, 0, 2);
    expect(server.objects).toBe(0);
  });

  test('need a caller who can be told from others', async () => {
    await start({ allowAnonymous: true });
    const { ipid, ipidRemUnknown } = await activated();
    const { call, connection } = await bind(server.exporter, IRemUnknown2, { level: LEVEL.NONE });
    const InterfaceRefs = [{ ipid, cPublicRefs: 5, cPrivateRefs: 1 }];
    expect((await call(RemAddRef, { ORPCthis, InterfaceRefs }, ipidRemUnknown)).pResults).toEqual([E_ACCESSDENIED]);
    expect((await call(RemRelease, { ORPCthis, InterfaceRefs }, ipidRemUnknown)).ReturnValue).toBe(E_ACCESSDENIED);
    expect(server.objects).toBe(1);
    connection.close();
  });
});
