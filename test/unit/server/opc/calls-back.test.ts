import { describe, expect, test } from 'vitest';
import type { RemoteInterface } from '../../../../src/client/remote-interface.js';
import { VT_ARRAY, VT_R4, variant } from '../../../../src/codec/oaut/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IOPCAsyncIO2,
  IOPCDataCallback,
  IOPCGroupStateMgt,
  IOPCGroupStateMgt2,
  IOPCItemDeadbandMgt,
  IOPCItemMgt,
  IOPCSyncIO,
  OPC_RESULT,
} from '../../../../src/codec/opc/index.js';
import type { ObjectCall } from '../../../../src/server/classes/class.js';
import { dataSink } from '../../../../src/server/classes/opc/index.js';
import { ask, handed, inSimulation, PLANT } from '../../../support/opc.js';
import { advised, definition, filled, group, server } from '../../../support/opc-groups.js';

const [S_OK, S_FALSE] = [0, 1];
const CONNECT_E_NOCONNECTION = 0x80040200;
const SECOND = 1_000;

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

  test('tells of an array when an element, or how many there are, is another; and not when it is written as it was', () =>
    inSimulation({ items: { List: { type: 'R4[]', value: [1, 2.5], access: 'read-write' } } }, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['List']);
      const { heard } = await advised(plant.client, to);
      await plant.time.wait(2.5 * SECOND);
      for (const list of [[1, 2.5], [1, 3], [1, 3, 3], [1]]) {
        await ask(to, IOPCSyncIO, 'Write', { phServer: handles, pItemValues: [variant(list, VT_ARRAY | VT_R4)] });
        await plant.time.wait(2 * SECOND);
      }
      expect(heard.map(({ values }) => values)).toEqual([[[1, 2.5]], [[1, 3]], [[1, 3, 3]], [[1]]]);
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

  test('of items that are removed before their turn comes tell of them as removed', () =>
    inSimulation(PLANT, async (plant) => {
      const made = await group(plant.client, await server(plant));
      const to = made.group as RemoteInterface;
      const pItemArray = ['A.Constant', 'A.Text'].map((id, index) => definition(id, index));
      const added = await ask(to, IOPCItemMgt, 'AddItems', { pItemArray });
      const handles = added.ppAddResults?.map(({ hServer }) => hServer) ?? [];
      const { others } = await advised(plant.client, to);
      // Over two connections, so that the one call need not wait for the other.
      const other = await handed(await plant.join(), made.answer.ppUnk);
      const [io, items] = [await to.queryInterface(IOPCAsyncIO2.uuid), await other.queryInterface(IOPCItemMgt.uuid)];
      const nothing = { phServer: [99] };
      await io.call(IOPCAsyncIO2, IOPCAsyncIO2.methods.GetEnable, {});
      await items.call(IOPCItemMgt, IOPCItemMgt.methods.RemoveItems, nothing);
      const both = await Promise.all([
        io.call(IOPCAsyncIO2, IOPCAsyncIO2.methods.Read, { phServer: handles, dwTransactionID: 31 }),
        items.call(IOPCItemMgt, IOPCItemMgt.methods.RemoveItems, { phServer: handles.slice(0, 1) }),
      ]);
      expect(both).toMatchObject([{ ppErrors: [0, 0] }, { ppErrors: [0] }]);
      await plant.time.wait(SECOND);
      const pErrors = [OPC_RESULT.OPC_E_INVALIDHANDLE, S_OK];
      expect(others).toMatchObject([{ kind: 'read', told: { dwTransid: 31, phClientItems: [0, 1], pErrors } }]);
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
