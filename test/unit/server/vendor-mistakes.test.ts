import { afterEach, describe, expect, test } from 'vitest';
import { IRemUnknown2, RemQueryInterface, SORF_NOPING } from '../../../src/codec/dcom/index.js';
import { type ComClass, type DcomServer, startServer } from '../../../src/index.js';
import { ACCOUNT, activates, bind, CLSID, IID_IUnknown, orpcthis } from '../../support/live.js';

let server: DcomServer;
afterEach(() => server.close().catch(() => undefined));

const mistake = new Error('expected 21.5 to be 22');
const fails = (): never => {
  throw mistake;
};
const start = async (object: Partial<ReturnType<ComClass['create']>>, create?: () => never) => {
  const made = { name: 'Gauge', queryInterface: () => new Map(), ...object };
  const gauge: ComClass = { clsid: CLSID, name: 'Vendor.Gauge', create: create ?? (() => made) };
  server = await startServer({ listen: '127.0.0.1:0', accounts: [ACCOUNT], classes: [gauge] });
};

describe("what a vendor's class throws is what close() rejects with", () => {
  test('when an object is made: the activation is reported', async () => {
    await start({}, fails);
    expect((await activates(server)).outcome).toMatchObject({ refusedBy: 'fault', status: 0x1c000012 });
    expect(server.activations).toMatchObject([
      { clsid: CLSID, outcome: 'refused', refusedBy: 'class', reason: 'the class threw: expected 21.5 to be 22' },
    ]);
    await expect(server.close()).rejects.toBe(mistake);
  });

  test('when an interface is asked for', async () => {
    await start({ queryInterface: fails });
    const outcome = { outcome: { status: 0x1c000012 } };
    expect(await activates(server, { iids: ['00020400-0000-0000-c000-000000000046'] })).toMatchObject(outcome);
    await expect(server.close()).rejects.toBe(mistake);
  });
});

test('an object that needs no pings says so to whoever queries it, too', async () => {
  await start({ noPing: true });
  const { reply } = await activates(server);
  const objref = reply?.interfaces[0]?.objref;
  if (!objref || !('std' in objref)) throw new Error('no object');
  const { call, connection } = await bind(server.exporter, IRemUnknown2);
  const request = { ORPCthis: orpcthis(), ripid: objref.std.ipid, cRefs: 1, iids: [IID_IUnknown] };
  const { ppQIResults } = await call(RemQueryInterface, request, reply?.ipidRemUnknown);
  expect([objref.std.flags, ppQIResults?.[0]?.std.flags]).toEqual([SORF_NOPING, SORF_NOPING]);
  connection.close();
});
