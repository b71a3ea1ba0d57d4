import { afterEach, describe, expect, test } from 'vitest';
import { opcClass, opcServers } from '../../../../src/client/opc/servers.js';
import { fromVariant, VT_BSTR } from '../../../../src/codec/oaut/index.js';
import {
  CATID_OPCDAServer10,
  CATID_OPCDAServer20,
  CATID_OPCDAServer30,
  CLSID_OpcServerList,
  IEnumGUID,
  IOPCItemProperties,
  IOPCServerList,
  OPC_QUALITY,
  OPC_RESULT,
} from '../../../../src/codec/opc/index.js';
import { LEVEL, NTLM, PHASES, SPNEGO } from '../../../support/live.js';
import { ask, handed, PLANT, type Plant, PlantClient, servePlant } from '../../../support/opc.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function plant(...options: Parameters<typeof servePlant>): Promise<Plant> {
  const served = await servePlant(...options);
  open.push(served.server);
  return served;
}

async function client(of: Plant, ...rest: [own?: object, exported?: object]): Promise<PlantClient> {
  const created = await PlantClient.at(of, ...rest);
  open.push(created);
  return created;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('an OPC client', () => {
  test('finds the servers of a machine, by category and by name', async () => {
    const { dcom } = await client(await plant());
    const { clsid } = (await opcServers(dcom))[0] ?? {};
    expect(await opcServers(dcom)).toEqual([{ clsid, progId: 'Test.Plant.1', title: 'Plant of tests' }]);
    expect(await opcClass(dcom, 'test.plant')).toBe(clsid);
    await expect(opcClass(dcom, 'Other.Server')).rejects.toThrow('CO_E_CLASSSTRING');
  });

  test.each([
    ['one category', [CATID_OPCDAServer20], 1],
    ['several, of which it implements one', [CATID_OPCDAServer10, CATID_OPCDAServer30], 1],
    ['no category', [], 1],
    ['one that it does not implement', [CATID_OPCDAServer10], 0],
  ])('finds a server that is asked for by %s', async (_, rgcatidImpl, count) => {
    const of = await plant();
    const asking = await client(of);
    const list = await asking.dcom.activate(CLSID_OpcServerList, IOPCServerList.uuid);
    const wanted = { rgcatidImpl, rgcatidReq: [] };
    const { ppenumClsid } = await ask(list, IOPCServerList, 'EnumClassesOfCategories', wanted);
    const { rgelt } = await ask(await handed(asking, ppenumClsid), IEnumGUID, 'Next', { celt: 5 });
    expect(rgelt).toEqual(Array(count).fill(of.space.data.clsid));
  });

  test('reads the status', async () => {
    const { opc } = await client(await plant());
    expect(await opc.status()).toMatchObject({ dwServerState: 1, dwGroupCount: 0, szVendorInfo: 'dcom-harness' });
  });

  test('browses all items, a branch, or what fits a filter', async () => {
    const { opc } = await client(await plant());
    expect(await all(opc.browse())).toEqual(Object.keys(PLANT.items));
    expect(await all(opc.browse({ branch: 'A' }))).toEqual(['A.Constant', 'A.Text', 'A.Setpoint']);
    expect(await all(opc.browse({ filter: '*.s*' }))).toEqual(['A.Setpoint', 'B.Steps']);
    await expect(all(opc.browse({ branch: 'None' }))).rejects.toThrow('E_INVALIDARG');
    await expect(all(opc.browse({ filter: '[' }))).rejects.toThrow('OPC_E_INVALIDFILTER');
  });

  test('reads values with quality, and is told of unknown items', async () => {
    const { opc } = await client(await plant());
    const group = await opc.addGroup({ items: ['A.Constant', 'A.None', 'B.Command', 'B.List', 'Single'] });
    const values = await group.read();
    expect(values.map(({ value, quality, hresult }) => [value, quality, hresult])).toEqual([
      [7, OPC_QUALITY.GOOD, 0],
      [undefined, 0, OPC_RESULT.OPC_E_UNKNOWNITEMID],
      [undefined, 0, OPC_RESULT.OPC_E_BADRIGHTS],
      [[1, 2.5], OPC_QUALITY.GOOD, 0],
      [255, OPC_QUALITY.GOOD, 0],
    ]);
    await group.remove();
    expect((await opc.status()).dwGroupCount).toBe(0);
  });

  test('reads values in the type that it asks for', async () => {
    const { opc } = await client(await plant());
    const group = await opc.addGroup({ items: ['A.Constant', 'A.Setpoint'], type: VT_BSTR });
    expect((await group.read('cache')).map(({ value }) => value)).toEqual(['7', '20']);
  });

  test('writes, and reads what it wrote', async () => {
    const { opc } = await client(await plant());
    const group = await opc.addGroup({ items: ['A.Setpoint', 'A.Text', 'A.Constant', 'A.None'] });
    expect(await group.write([55.5, 'off', 1, 2])).toEqual([
      0,
      0,
      OPC_RESULT.OPC_E_BADRIGHTS,
      OPC_RESULT.OPC_E_UNKNOWNITEMID,
    ]);
    expect((await group.read()).map(({ value }) => value)).toEqual([55.5, 'off', 7, undefined]);
  });

  test('knows the properties of an item', async () => {
    const { opc } = await client(await plant());
    expect(Object.fromEntries(await opc.properties('A.Setpoint'))).toMatchObject({
      'Item Canonical DataType': 5,
      'Item Value': 20,
      'Item Quality': OPC_QUALITY.GOOD,
      'Item Timestamp': expect.any(Date),
      'Item Access Rights': 3,
      'Server Scan Rate': expect.any(Number),
      'Item EU Type': 1,
      'EU Units': '°C',
      'High EU': 100,
      'Low EU': 0,
    });
    await expect(opc.properties('A.None')).rejects.toThrow('OPC_E_UNKNOWNITEMID');
  });

  test('finds no item that is a property; to ask for no property, or to count them wrong, is E_INVALIDARG', async () => {
    const of = await plant();
    const { dcom } = await client(of);
    const properties = await dcom.activate(of.space.data.clsid, IOPCItemProperties.uuid);
    const asked = { szItemID: 'A.Setpoint', pdwPropertyIDs: [100, 102] };
    expect(await ask(properties, IOPCItemProperties, 'LookupItemIDs', asked)).toMatchObject({
      ppszNewItemIDs: ['', ''],
      ppErrors: [OPC_RESULT.OPC_E_INVALID_PID, OPC_RESULT.OPC_E_INVALID_PID],
      ReturnValue: 1,
    });
    for (const wrong of [
      { ...asked, pdwPropertyIDs: [] },
      { ...asked, dwCount: 5 },
    ])
      for (const method of ['LookupItemIDs', 'GetItemProperties'] as const)
        expect(await ask(properties, IOPCItemProperties, method, wrong)).toMatchObject({
          ppErrors: null,
          ReturnValue: 0x80070057,
        });
  });

  describe('is called back', () => {
    const levels = [
      [LEVEL.CONNECT, '2021-05'],
      [LEVEL.PKT_INTEGRITY, '2023-03-14'],
      [LEVEL.PKT_PRIVACY, '2023-03-14'],
    ] as const;
    test.each(levels.flatMap(([level, asOf]) => [NTLM, SPNEGO].map((authType) => [level, authType, asOf] as const)))(
      'at level %i by authentication %i on a server as of %s: what is there at first, then what changes',
      async (level, authType, asOf) => {
        const profile = asOf === '2021-05' ? 'windows-2021-05' : 'windows-2023-03';
        const { CLIENT_PROFILES } = await import('../../../../src/client/profiles.js');
        const of = await plant(PLANT, { asOf, callBack: { authType } });
        const own = { level, authType, profile: CLIENT_PROFILES[profile] };
        const { opc, sink } = await listening(of, own, { authnHint: level });
        const group = await opc.addGroup({ items: ['A.Setpoint', 'A.Text'], rate: 20, clientHandle: 77 });
        const first = sink.next();
        const unadvise = await group.advise(sink.objref);
        const initial = await first;
        expect(initial).toMatchObject({ hGroup: 77, dwTransid: 0, phClientItems: [0, 1], pErrors: [0, 0] });
        expect(initial.pvValues.map(fromVariant)).toEqual([20, 'on']);
        const second = sink.next();
        await group.write([21, 'on']);
        expect((await second).pvValues.map(fromVariant)).toEqual([21]);
        expect(sink.levels).toEqual([level, level]);
        await unadvise();
        expect(of.server.callBacks.every(({ outcome }) => outcome.accepted)).toBe(true);
      },
    );
  });

  test.each(PHASES)('does all that on a server as of %s', async (asOf) => {
    const of = await plant(PLANT, { asOf });
    const { opc, sink } = await listening(of);
    const group = await opc.addGroup({ items: ['B.Steps'], rate: 10 });
    const first = sink.next();
    await group.advise(sink.objref);
    expect((await first).pvValues).toHaveLength(1);
  });
});

/** A client with a sink whose next change can be waited for. */
async function listening(of: Plant, own: object = {}, exported: object = {}) {
  const created = await client(of, own, exported);
  const waiting: ((change: Change) => void)[] = [];
  const levels: (number | undefined)[] = [];
  const objref = created.sink({
    changed: (change, { security }) => {
      levels.push(security?.level);
      waiting.shift()?.(change);
    },
  });
  const next = () => new Promise<Change>((resolve) => waiting.push(resolve));
  return { opc: created.opc, sink: { objref, next, levels } };
}

type Change = Parameters<NonNullable<Parameters<PlantClient['sink']>[0]['changed']>>[0];
