import { describe, expect, test } from 'vitest';
import type { RemoteInterface } from '../../../../src/client/remote-interface.js';
import { IID_IUnknown } from '../../../../src/codec/dcom/index.js';
import { fromVariant, variant } from '../../../../src/codec/oaut/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IEnumOPCItemAttributes,
  IEnumString,
  IOPCAsyncIO2,
  IOPCBrowse,
  IOPCDataCallback,
  IOPCGroupStateMgt,
  IOPCGroupStateMgt2,
  IOPCItemDeadbandMgt,
  IOPCItemIO,
  IOPCItemMgt,
  IOPCServer,
  IOPCShutdown,
  IOPCSyncIO,
  OPC_QUALITY,
  OPC_RESULT,
} from '../../../../src/codec/opc/index.js';
import type { ObjectCall } from '../../../../src/server/classes/class.js';
import { type DataChange, dataSink } from '../../../../src/server/classes/opc/index.js';
import { ask, handed, inSimulation, PLANT, type PlantClient, type SimulatedPlant } from '../../../support/opc.js';

const [S_OK, S_FALSE] = [0, 1];
const E_INVALIDARG = 0x80070057;
const E_OUTOFMEMORY = 0x8007000e;
const CONNECT_E_NOCONNECTION = 0x80040200;
const SECOND = 1_000;

const wish = { szName: '', bActive: true, dwRequestedUpdateRate: 1_000, hClientGroup: 7, dwLCID: 0 };
const plain = { pTimeBias: null, pPercentDeadband: null, riid: IOPCGroupStateMgt.uuid };

const server = async (plant: SimulatedPlant, client = plant.client): Promise<RemoteInterface> =>
  client.dcom.activate(plant.space.data.clsid, IOPCServer.uuid);

async function group(client: PlantClient, of: RemoteInterface, more: object = {}) {
  const answer = await ask(of, IOPCServer, 'AddGroup', { ...wish, ...plain, ...more });
  return { answer, group: answer.ppUnk === null ? undefined : await handed(client, answer.ppUnk) };
}

const definition = (szItemID: string, hClient = 0, bActive = true) => ({
  ...{ szAccessPath: '', szItemID, bActive, hClient, pBlob: null, vtRequestedDataType: 0 },
});

async function filled(client: PlantClient, of: RemoteInterface, items: readonly string[], more: object = {}) {
  const made = await group(client, of, more);
  const added = await ask(made.group as RemoteInterface, IOPCItemMgt, 'AddItems', {
    pItemArray: items.map((id, index) => definition(id, index)),
  });
  return { group: made.group as RemoteInterface, handles: added.ppAddResults?.map(({ hServer }) => hServer) ?? [] };
}

/** Subscribes, and gives what is heard. */
async function advised(client: PlantClient, to: RemoteInterface) {
  const heard: { time: number; values: unknown[]; change: DataChange }[] = [];
  const others: { kind: string; told: object }[] = [];
  const sink = client.sink({
    changed: (change, { time }) => void heard.push({ time, values: change.pvValues.map(fromVariant), change }),
    read: (told) => void others.push({ kind: 'read', told }),
    written: (told) => void others.push({ kind: 'written', told }),
    cancelled: (told) => void others.push({ kind: 'cancelled', told }),
  });
  const found = await ask(to, IConnectionPointContainer, 'FindConnectionPoint', { riid: IOPCDataCallback.uuid });
  const point = await handed(client, found.ppCP);
  const { pdwCookie } = await ask(point, IConnectionPoint, 'Advise', { pUnkSink: sink });
  return { heard, others, point, cookie: pdwCookie };
}

describe('a subscription', () => {
  test('tells what is there, then what changes, at the rate of the group', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const { group: to } = await filled(plant.client, opc, ['B.Steps', 'A.Constant'], { dwRequestedUpdateRate: 500 });
      const { heard } = await advised(plant.client, to);
      await plant.time.wait(3.2 * SECOND);
      expect(heard.map(({ values }) => values)).toEqual([[1, 7], [2], [3], [1]]);
      expect(heard[1]?.change).toMatchObject({ dwTransid: 0, hGroup: 7, phClientItems: [0], pwQualities: [0xc0] });
    }));

  test('leaves out what stays within the deadband of an item with a range', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const rate = { dwRequestedUpdateRate: 100 };
      const { group: coarse } = await filled(plant.client, opc, ['B.Ramp'], { ...rate, pPercentDeadband: 10.5 });
      const fine = await filled(plant.client, opc, ['B.Ramp'], { ...rate, pPercentDeadband: 10 });
      await ask(fine.group, IOPCItemDeadbandMgt, 'SetItemDeadband', {
        phServer: fine.handles,
        pPercentDeadband: [1.5],
      });
      const [few, many] = [await advised(plant.client, coarse), await advised(plant.client, fine.group)];
      await plant.time.wait(5 * SECOND);
      // One percent of the range in each period: told every eleventh time, and every second.
      expect([few.heard.length, many.heard.length]).toEqual([5, 25]);
    }));

  test('says that it lives, where nothing changes, as often as it was asked to', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await filled(plant.client, await server(plant), ['A.Constant']);
      expect(await ask(to, IOPCGroupStateMgt2, 'SetKeepAlive', { dwKeepAliveTime: 2_000 })).toMatchObject({
        pdwRevisedKeepAliveTime: 2_000,
        ReturnValue: S_OK,
      });
      const { heard } = await advised(plant.client, to);
      await plant.time.wait(7.5 * SECOND);
      expect(heard.map(({ values }) => values)).toEqual([[7], [], [], []]);
    }));

  test('is told all of it again when the group, or an item, becomes active', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['A.Constant', 'A.Text']);
      const { heard } = await advised(plant.client, to);
      await plant.time.wait(1.5 * SECOND);
      const state = {
        pRequestedUpdateRate: null,
        pTimeBias: null,
        pPercentDeadband: null,
        pLCID: null,
        phClientGroup: null,
      };
      await ask(to, IOPCGroupStateMgt, 'SetState', { ...state, pActive: false });
      await ask(to, IOPCGroupStateMgt, 'SetState', { ...state, pActive: true });
      await plant.time.wait(1.5 * SECOND);
      for (const bActive of [false, true])
        await ask(to, IOPCItemMgt, 'SetActiveState', { phServer: handles.slice(0, 1), bActive });
      await plant.time.wait(1.5 * SECOND);
      expect(heard.map(({ values }) => values)).toEqual([[7, 'on'], [7, 'on'], [7]]);
    }));

  test('is silent while it is disabled, and where calls back are lost', () =>
    inSimulation({ ...PLANT, faults: [{ at: '10s', callbacks: 'lost' }] }, async (plant) => {
      const { group: to } = await filled(plant.client, await server(plant), ['B.Steps']);
      const { heard } = await advised(plant.client, to);
      await ask(to, IOPCAsyncIO2, 'SetEnable', { bEnable: false });
      await plant.time.wait(5 * SECOND);
      expect(heard).toEqual([]);
      await ask(to, IOPCAsyncIO2, 'SetEnable', { bEnable: true });
      await plant.time.wait(4 * SECOND);
      const before = heard.length;
      await plant.time.wait(10 * SECOND);
      expect([before > 2, heard.length - before <= 1]).toEqual([true, true]);
    }));

  test('ends when its client is gone, and the others go on', () =>
    inSimulation(PLANT, async (plant) => {
      const other = await plant.join();
      const { group: to } = await filled(plant.client, await server(plant), ['B.Steps']);
      const { group: theirs } = await filled(other, await server(plant, other), ['B.Steps']);
      const { heard } = await advised(plant.client, to);
      await advised(other, theirs);
      await plant.time.wait(2.5 * SECOND);
      await other.close();
      await plant.time.wait(5 * SECOND);
      expect(heard.length).toBeGreaterThanOrEqual(6);
      const failed = plant.server.callBacks.filter(({ outcome }) => !outcome.accepted);
      expect(failed).toMatchObject([{ method: 'OnDataChange', outcome: { refusedBy: 'transport' } }]);
    }));

  test('keeps a slow client’s place: it gets the newest values, and nothing waits for it', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await filled(plant.client, await server(plant), ['B.Ramp'], { dwRequestedUpdateRate: 100 });
      let calls = 0;
      const object = dataSink({ changed: () => void calls++ });
      const slow = {
        ...object,
        queryInterface: (iid: string) => {
          const found = object.queryInterface(iid);
          const method = found?.get(3);
          if (found === undefined || method === undefined) return found;
          const handler = async (input: never, call: ObjectCall) => {
            await new Promise<void>((resolve) => plant.time.after(950, resolve));
            return method.handler(input, call);
          };
          return new Map([...found, [3, { ...method, handler }]]);
        },
      };
      const found = await ask(to, IConnectionPointContainer, 'FindConnectionPoint', { riid: IOPCDataCallback.uuid });
      const pUnkSink = plant.client.exported.export(slow, IOPCDataCallback.uuid);
      await ask(await handed(plant.client, found.ppCP), IConnectionPoint, 'Advise', { pUnkSink });
      await plant.time.wait(10 * SECOND);
      expect([calls >= 9, calls <= 10]).toEqual([true, true]);
    }));
});

describe('asynchronous calls', () => {
  test('of a group that nobody listens to are refused', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['A.Constant']);
      const read = await ask(to, IOPCAsyncIO2, 'Read', { phServer: handles, dwTransactionID: 1 });
      expect(read).toMatchObject({ ppErrors: null, ReturnValue: CONNECT_E_NOCONNECTION });
    }));

  test('are answered by a call back with their transaction', () =>
    inSimulation(PLANT, async (plant) => {
      const items = ['A.Constant', 'A.Setpoint'];
      const { group: to, handles } = await filled(plant.client, await server(plant), items, { bActive: false });
      const { others, heard } = await advised(plant.client, to);
      const read = await ask(to, IOPCAsyncIO2, 'Read', { phServer: [...handles, 99], dwTransactionID: 11 });
      expect(read).toMatchObject({ ppErrors: [0, 0, OPC_RESULT.OPC_E_INVALIDHANDLE], ReturnValue: S_FALSE });
      const pItemValues = [variant(1), variant(30)];
      await ask(to, IOPCAsyncIO2, 'Write', { phServer: handles, pItemValues, dwTransactionID: 12 });
      await plant.time.wait(SECOND);
      expect(others).toMatchObject([
        { kind: 'read', told: { dwTransid: 11, hGroup: 7, phClientItems: [0, 1], pErrors: [0, 0] } },
        { kind: 'written', told: { dwTransid: 12, hrMastererr: 1, pErrors: [OPC_RESULT.OPC_E_BADRIGHTS, 0] } },
      ]);
      expect(await ask(to, IOPCAsyncIO2, 'Refresh2', { dwSource: 2, dwTransactionID: 13 })).toMatchObject({
        ReturnValue: 0x80004005,
      });
      expect(heard).toEqual([]);
    }));

  test('Refresh2 tells of all active items, and a slow device can be cancelled', () =>
    inSimulation({ ...PLANT, faults: [{ at: '0s', delay: '5s' }] }, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['A.Constant', 'A.Text'], {
        dwRequestedUpdateRate: 600_000,
      });
      const { heard, others } = await advised(plant.client, to);
      await ask(to, IOPCAsyncIO2, 'Refresh2', { dwSource: 1, dwTransactionID: 21 });
      const slow = await ask(to, IOPCAsyncIO2, 'Read', { phServer: handles, dwTransactionID: 22 });
      await plant.time.wait(SECOND);
      expect(heard.map(({ change }) => change.dwTransid)).toEqual([21]);
      expect(others).toEqual([]);
      const dwCancelID = slow.pdwCancelID;
      expect((await ask(to, IOPCAsyncIO2, 'Cancel2', { dwCancelID })).ReturnValue).toBe(S_OK);
      await plant.time.wait(10 * SECOND);
      expect(others).toMatchObject([{ kind: 'cancelled', told: { dwTransid: 22 } }]);
      expect((await ask(to, IOPCAsyncIO2, 'Cancel2', { dwCancelID })).ReturnValue).toBe(0x80004005);
    }));
});

describe('groups', () => {
  test('have names of their own, revised rates, and are found, cloned, listed and removed', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const first = await group(plant.client, opc, { szName: 'One', dwRequestedUpdateRate: 1_234 });
      expect(first.answer).toMatchObject({ pRevisedUpdateRate: 1_240, ReturnValue: OPC_RESULT.OPC_S_UNSUPPORTEDRATE });
      const again = await group(plant.client, opc, { szName: 'One' });
      expect(again.answer).toMatchObject({ ppUnk: null, ReturnValue: OPC_RESULT.OPC_E_DUPLICATENAME });
      const clone = { szName: 'Two', riid: IOPCGroupStateMgt.uuid };
      await ask(first.group as RemoteInterface, IOPCGroupStateMgt, 'CloneGroup', clone);
      const listed = await ask(opc, IOPCServer, 'CreateGroupEnumerator', { dwScope: 6, riid: IEnumString.uuid });
      const names = await ask(await handed(plant.client, listed.ppUnk), IEnumString, 'RemoteNext', { celt: 10 });
      expect(names).toMatchObject({ rgelt: ['One', 'Two'], ReturnValue: S_FALSE });
      const missing = await ask(opc, IOPCServer, 'GetGroupByName', { szName: 'Three', riid: IID_IUnknown });
      expect(missing).toMatchObject({ ppUnk: null, ReturnValue: E_INVALIDARG });
      const hServerGroup = first.answer.phServerGroup;
      const removed = await ask(opc, IOPCServer, 'RemoveGroup', { hServerGroup, bForce: false });
      expect(removed.ReturnValue).toBe(OPC_RESULT.OPC_S_INUSE);
      expect((await ask(opc, IOPCServer, 'RemoveGroup', { hServerGroup, bForce: true })).ReturnValue).toBe(
        OPC_RESULT.OPC_E_INVALIDHANDLE,
      );
    }));

  test('of which there are a thousand are no more', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      let refused: unknown;
      for (let made = 0; made < 1_001; made++)
        refused = (await ask(opc, IOPCServer, 'AddGroup', { ...wish, ...plain })).ReturnValue;
      expect(refused).toBe(E_OUTOFMEMORY);
    }));

  test('of a client that vanishes are gone when its pings have stopped', () =>
    inSimulation(PLANT, async (plant) => {
      const other = await plant.join();
      const { group: to } = await filled(other, await server(plant, other), ['B.Steps']);
      await advised(other, to);
      await plant.time.wait(130 * SECOND);
      const before = plant.server.objects;
      await other.close();
      await plant.time.wait(20 * 60 * SECOND);
      expect(before).toBeGreaterThan(plant.server.objects);
      // What is left is the server object of the client that still pings.
      expect(plant.server.objects).toBe(1);
    }));
});

describe('bad input', () => {
  test('handles that do not exist, and lists that are empty or counted wrong', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['A.Constant']);
      const read = await ask(to, IOPCSyncIO, 'Read', { dwSource: 2, phServer: [...handles, 77] });
      expect(read).toMatchObject({ ppErrors: [S_OK, OPC_RESULT.OPC_E_INVALIDHANDLE], ReturnValue: S_FALSE });
      for (const given of [
        { dwSource: 2, phServer: [] },
        { dwSource: 2, phServer: handles, dwCount: 5 },
        { dwSource: 9, phServer: handles },
      ])
        expect(await ask(to, IOPCSyncIO, 'Read', given)).toMatchObject({
          ppItemValues: null,
          ReturnValue: E_INVALIDARG,
        });
      const clients = { phServer: handles, phClient: [1, 2] };
      expect((await ask(to, IOPCItemMgt, 'SetClientHandles', clients)).ReturnValue).toBe(E_INVALIDARG);
    }));

  test('items that are none, of a wrong type, or with an access path', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await group(plant.client, await server(plant));
      const pItemArray = [
        definition('A.Constant'),
        definition('None'),
        definition(''),
        { ...definition('A.Constant'), szAccessPath: 'COM1' },
        { ...definition('B.List'), vtRequestedDataType: 3 },
        { ...definition('A.Text'), szItemID: null, szAccessPath: null },
      ];
      const added = await ask(to as RemoteInterface, IOPCItemMgt, 'ValidateItems', { pItemArray, bBlobUpdate: false });
      expect(added).toMatchObject({
        ppErrors: [
          S_OK,
          OPC_RESULT.OPC_E_UNKNOWNITEMID,
          OPC_RESULT.OPC_E_INVALIDITEMID,
          OPC_RESULT.OPC_E_UNKNOWNPATH,
          OPC_RESULT.OPC_E_BADTYPE,
          OPC_RESULT.OPC_E_INVALIDITEMID,
        ],
        ReturnValue: S_FALSE,
      });
    }));

  test('a deadband of what has no range, or above 100 percent', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const { group: to, handles } = await filled(plant.client, opc, ['A.Constant', 'B.Ramp']);
      const set = await ask(to, IOPCItemDeadbandMgt, 'SetItemDeadband', {
        phServer: handles,
        pPercentDeadband: [1, 101],
      });
      expect(set.ppErrors).toEqual([OPC_RESULT.OPC_E_DEADBANDNOTSUPPORTED, E_INVALIDARG]);
      const got = await ask(to, IOPCItemDeadbandMgt, 'GetItemDeadband', { phServer: handles });
      expect(got.ppErrors).toEqual([OPC_RESULT.OPC_E_DEADBANDNOTSUPPORTED, OPC_RESULT.OPC_E_DEADBANDNOTSET]);
      expect((await group(plant.client, opc, { pPercentDeadband: 101 })).answer.ReturnValue).toBe(E_INVALIDARG);
    }));
});

describe('the rest of the server', () => {
  test('asks its clients to let go', () =>
    inSimulation({ ...PLANT, faults: [{ at: '30s', shutdown: 'maintenance' }] }, async (plant) => {
      const reasons: string[] = [];
      const { comInterface, comMethod } = await import('../../../../src/server/classes/class.js');
      const { ShutdownRequest } = IOPCShutdown.methods;
      const methods = comInterface(
        comMethod(ShutdownRequest, ({ szReason }) => {
          reasons.push(szReason);
          return { ReturnValue: S_OK };
        }),
      );
      const object = {
        name: 'sink',
        queryInterface: (iid: string) => (iid === IOPCShutdown.uuid ? methods : undefined),
      };
      const found = await ask(await server(plant), IConnectionPointContainer, 'FindConnectionPoint', {
        riid: IOPCShutdown.uuid,
      });
      const pUnkSink = plant.client.exported.export(object, IOPCShutdown.uuid);
      await ask(await handed(plant.client, found.ppCP), IConnectionPoint, 'Advise', { pUnkSink });
      await plant.time.wait(31 * SECOND);
      expect(reasons).toEqual(['maintenance']);
    }));

  test('reads and writes items without a group, with quality and time', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const vqt = {
        bQualitySpecified: true,
        wQuality: 0x44,
        bTimeStampSpecified: true,
        ftTimeStamp: 134_402_976_000_000_000n,
      };
      const pItemVQT = [{ ...vqt, vDataValue: variant(33.5) }];
      const written = await ask(opc, IOPCItemIO, 'WriteVQT', { pszItemIDs: ['A.Setpoint'], pItemVQT });
      expect(written).toMatchObject({ ppErrors: [S_OK], ReturnValue: S_OK });
      const read = await ask(opc, IOPCItemIO, 'Read', { pszItemIDs: ['A.Setpoint', 'None'], pdwMaxAge: [0, 0] });
      expect(read.ppvValues?.map(fromVariant)).toEqual([33.5, undefined]);
      expect(read).toMatchObject({
        ppwQualities: [OPC_QUALITY.LAST_USABLE, 0],
        ppftTimeStamps: [134_402_976_000_000_000n, expect.anything()],
        ppErrors: [S_OK, OPC_RESULT.OPC_E_UNKNOWNITEMID],
      });
    }));

  test('browses page by page, with properties', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const page = (szItemID: string, pszContinuationPoint: string | null, dwBrowseFilter = 1) =>
        ask(opc, IOPCBrowse, 'Browse', {
          ...{ szItemID, pszContinuationPoint, dwBrowseFilter, dwMaxElementsReturned: 2, szElementNameFilter: '' },
          ...{ szVendorFilter: '', bReturnAllProperties: false, bReturnPropertyValues: true, pdwPropertyIDs: [100] },
        });
      const first = await page('', null);
      expect(first.ppBrowseElements?.map(({ szName, dwFlagValue }) => [szName, dwFlagValue])).toEqual([
        ['A', 1],
        ['B', 1],
      ]);
      const second = await page('', first.pszContinuationPoint as string);
      expect(second).toMatchObject({
        pszContinuationPoint: '',
        ppBrowseElements: [{ szName: 'Single', dwFlagValue: 2 }],
      });
      const [setpoint] = (await page('A', '2', 3)).ppBrowseElements ?? [];
      expect(setpoint?.ItemProperties.pItemProperties?.map(({ vValue }) => fromVariant(vValue))).toEqual(['°C']);
      expect((await page('A', 'x')).ReturnValue).toBe(OPC_RESULT.OPC_E_INVALIDCONTINUATIONPOINT);
      expect((await page('None', null)).ReturnValue).toBe(OPC_RESULT.OPC_E_UNKNOWNITEMID);
    }));

  test('lists the attributes of the items of a group', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await filled(plant.client, await server(plant), ['B.Ramp', 'A.Text']);
      const made = await ask(to, IOPCItemMgt, 'CreateEnumerator', { riid: IEnumOPCItemAttributes.uuid });
      const next = await ask(await handed(plant.client, made.ppUnk), IEnumOPCItemAttributes, 'Next', { celt: 5 });
      expect(next).toMatchObject({
        ppItemArray: [
          { szItemID: 'B.Ramp', dwEUType: 1, vtCanonicalDataType: 5 },
          { szItemID: 'A.Text', dwEUType: 0, vtCanonicalDataType: 8 },
        ],
        pceltFetched: 2,
        ReturnValue: S_FALSE,
      });
    }));
});
