import { describe, expect, test } from 'vitest';
import type { RemoteInterface } from '../../../../src/client/remote-interface.js';
import type { OBJREF } from '../../../../src/codec/dcom/index.js';
import {
  CONNECT_RESULT,
  IConnectionPoint,
  IConnectionPointContainer,
  IOPCAsyncIO2,
  IOPCDataCallback,
  IOPCItemMgt,
  IOPCServer,
  IOPCSyncIO,
} from '../../../../src/codec/opc/index.js';
import { RpcFault } from '../../../../src/rpc/index.js';
import type { ComClass, ComObject, ObjectCall } from '../../../../src/server/classes/class.js';
import { addressSpace, dataSink, opcClasses } from '../../../../src/server/classes/opc/index.js';
import { OBJECT_HOST } from '../../../support/object-host.js';
import { ask, handed, inSimulation, PLANT, type PlantClient, type SimulatedPlant } from '../../../support/opc.js';
import { definition, filled, plain, server, wish } from '../../../support/opc-groups.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const [S_OK, E_OUTOFMEMORY, E_INVALIDARG] = [0, 0x8007000e, 0x80070057];
const RPC_S_SERVER_UNAVAILABLE = 0x800706ba;

/** The connection point of a group for changes. */
async function pointOf(client: PlantClient, to: RemoteInterface): Promise<RemoteInterface> {
  const found = await ask(to, IConnectionPointContainer, 'FindConnectionPoint', { riid: IOPCDataCallback.uuid });
  return handed(client, found.ppCP);
}

const advise = async (client: PlantClient, to: RemoteInterface, object: ComObject) => {
  const pUnkSink = client.exported.export(object, IOPCDataCallback.uuid);
  return ask(await pointOf(client, to), IConnectionPoint, 'Advise', { pUnkSink });
};

/** A sink whose OnDataChange does something else. */
function sinkThat(react: (told: () => unknown) => unknown, changed: () => void = () => undefined): ComObject {
  const object = dataSink({ changed });
  const methods = object.queryInterface(IOPCDataCallback.uuid) as NonNullable<ReturnType<ComObject['queryInterface']>>;
  const [opnum, method] = [3, methods.get(3)] as const;
  if (method === undefined) throw new Error('no OnDataChange');
  const handler = (input: never, call: ObjectCall) => react(() => method.handler(input, call));
  const others = new Map([...methods, [opnum, { ...method, handler: handler as typeof method.handler }]]);
  return { ...object, queryInterface: (iid) => (iid === IOPCDataCallback.uuid ? others : undefined) };
}

const steps = async (plant: SimulatedPlant, client = plant.client) =>
  filled(client, await server(plant, client), ['B.Steps'], { dwRequestedUpdateRate: 100 });

describe('a client that is called back and', () => {
  test('faults is called again, with what has changed since; nobody else misses anything', () =>
    inSimulation(PLANT, async (plant) => {
      const { group } = await steps(plant);
      let [calls, good, others] = [0, 0, 0];
      const faulty = sinkThat(
        (told) => {
          if (++calls <= 2) throw new RpcFault(0x80010105);
          return told();
        },
        () => void good++,
      );
      await advise(plant.client, group, faulty);
      await advise(plant.client, group, dataSink({ changed: () => void others++ }));
      await plant.time.wait(4.5 * SECOND);
      expect([calls, good, others]).toEqual([5, 3, 5]);
      const failed = plant.server.callBacks.filter(({ outcome }) => !outcome.accepted);
      expect(failed).toMatchObject(
        Array(2).fill({ method: 'OnDataChange', outcome: { refusedBy: 'fault', status: 0x80010105 } }),
      );
    }));

  test('never answers is let go when the wait is over, and keeps nobody waiting', () =>
    inSimulation(PLANT, async (plant) => {
      const other = await plant.join();
      const { group } = await steps(plant);
      const { group: theirs } = await steps(plant, other);
      let [calls, others] = [0, 0];
      const hanging = sinkThat(() => {
        calls++;
        return new Promise(() => undefined);
      });
      await advise(plant.client, group, hanging);
      await advise(other, theirs, dataSink({ changed: () => void others++ }));
      await plant.time.wait(30.5 * SECOND);
      expect([calls, others]).toEqual([1, 31]);
      const failed = plant.server.callBacks.filter(({ outcome }) => !outcome.accepted);
      expect(failed).toMatchObject([{ method: 'OnDataChange', outcome: { refusedBy: 'transport' } }]);
      expect(failed[0]?.outcome.text).toMatch(/no answer within 10000 ms/);
      const refresh = await ask(group, IOPCAsyncIO2, 'Refresh2', { dwSource: 1, dwTransactionID: 1 });
      expect(refresh.ReturnValue).toBe(CONNECT_RESULT.CONNECT_E_NOCONNECTION);
    }));

  test('is gone, is let go with the first call that fails, and asynchronous calls say so', () =>
    inSimulation(PLANT, async (plant) => {
      const other = await plant.join();
      const { group, handles } = await steps(plant, other);
      await advise(other, group, dataSink({}));
      await plant.time.wait(0.5 * SECOND);
      await other.exported.close();
      await plant.time.wait(5 * SECOND);
      const failed = plant.server.callBacks.filter(({ outcome }) => !outcome.accepted);
      expect(failed).toMatchObject([{ method: 'OnDataChange', outcome: { refusedBy: 'transport' } }]);
      const read = await ask(group, IOPCAsyncIO2, 'Read', { phServer: handles, dwTransactionID: 1 });
      expect(read).toMatchObject({ ppErrors: null, ReturnValue: CONNECT_RESULT.CONNECT_E_NOCONNECTION });
      await other.close();
    }));

  test('is behind a firewall that drops everything: Advise says so when the wait is over, and the log too', () =>
    inSimulation(PLANT, async (plant) => {
      plant.network.addHost('firewall', ['10.3.0.99']);
      plant.network.inject({ kind: 'partition', between: ['server', 'firewall'] });
      const behind = await plant.join({ addresses: { hosts: ['10.3.0.99'] } });
      const { group } = await steps(plant, behind);
      const before = plant.time.now();
      expect(await advise(behind, group, dataSink({}))).toMatchObject({
        pdwCookie: 0,
        ReturnValue: RPC_S_SERVER_UNAVAILABLE,
      });
      // Three seconds for each of the addresses that an OBJREF names; the clock of the simulation says when.
      expect(plant.time.now() - before).toBeLessThan(10 * SECOND);
      const [failed] = plant.server.callBacks;
      expect(failed).toMatchObject({ method: undefined, target: undefined, outcome: { refusedBy: 'transport' } });
      expect(failed?.outcome.text).toMatch(/10\.3\.0\.99/);
      await behind.close();
    }));

  test('names a dead address before its own is called at the second one', () =>
    inSimulation(PLANT, async (plant) => {
      plant.network.addHost('firewall', ['10.3.0.99']);
      plant.network.inject({ kind: 'partition', between: ['server', 'firewall'] });
      // The address that it gets when it joins.
      const behind = await plant.join({ addresses: { hosts: ['10.3.0.99', '10.3.0.22'] } });
      const { group } = await steps(plant, behind);
      let heard = 0;
      expect(await advise(behind, group, dataSink({ changed: () => void heard++ }))).toMatchObject({
        ReturnValue: S_OK,
      });
      await plant.time.wait(2.5 * SECOND);
      expect(heard).toBe(3);
      await behind.close();
    }));
});

describe('the object of a client', () => {
  test('is kept alive by the pings of the server, and goes when they stop', () =>
    inSimulation(PLANT, async (plant) => {
      const { group } = await filled(plant.client, await server(plant), ['A.Constant']);
      let released = 0;
      await advise(plant.client, group, { ...dataSink({}), released: () => void released++ });
      // Nothing changes, so that nothing but pings comes.
      await plant.time.wait(60 * MINUTE);
      expect([plant.client.exported.objects, released]).toEqual([1, 0]);
      const { heal } = plant.network.inject({ kind: 'partition', between: ['server', 'client1'] });
      await plant.time.wait(10 * MINUTE);
      expect([plant.client.exported.objects, released]).toEqual([0, 1]);
      heal();
    }));
});

describe('more than there is room for', () => {
  test('sinks of one group: a hundred, and CONNECT_E_ADVISELIMIT', () =>
    inSimulation(PLANT, async (plant) => {
      const { group } = await filled(plant.client, await server(plant), ['A.Constant']);
      const point = await pointOf(plant.client, group);
      const pUnkSink = plant.client.sink({});
      const results: number[] = [];
      for (let n = 0; n < 101; n++)
        results.push((await ask(point, IConnectionPoint, 'Advise', { pUnkSink })).ReturnValue);
      expect(results).toEqual([...Array(100).fill(S_OK), CONNECT_RESULT.CONNECT_E_ADVISELIMIT]);
    }));

  test('asynchronous calls that wait for a slow device: a thousand, and E_OUTOFMEMORY', () =>
    inSimulation({ ...PLANT, faults: [{ at: '0s', delay: '1h' }] }, async (plant) => {
      const { group, handles } = await filled(plant.client, await server(plant), ['A.Constant'], { bActive: false });
      await advise(plant.client, group, dataSink({}));
      const read = async () =>
        (await ask(group, IOPCAsyncIO2, 'Read', { phServer: handles, dwTransactionID: 1 })).ReturnValue;
      const results: number[] = [];
      for (let n = 0; n < 1_001; n++) results.push(await read());
      expect(new Set(results.slice(0, 1_000))).toEqual(new Set([S_OK]));
      expect(results.at(-1)).toBe(E_OUTOFMEMORY);
    }));

  test('items: 100,000 in all groups of a client, and E_OUTOFMEMORY; what is removed makes room', () => {
    const { call, group } = groupOf(addressSpace(PLANT));
    const [first, second] = [group(), group()];
    const add = (to: ComObject, count: number) =>
      call(to, IOPCItemMgt, 'AddItems', { pItemArray: Array(count).fill(definition('A.Constant')) });
    expect(add(first, 60_000).ReturnValue).toBe(S_OK);
    expect(add(second, 40_001)).toEqual({ ppAddResults: null, ppErrors: null, ReturnValue: E_OUTOFMEMORY });
    expect(add(second, 40_000).ReturnValue).toBe(S_OK);
    expect(add(group(), 1).ReturnValue).toBe(E_OUTOFMEMORY);
    expect(call(first, IOPCItemMgt, 'RemoveItems', { phServer: [1, 2, 3] }).ReturnValue).toBe(S_OK);
    expect(add(group(), 3).ReturnValue).toBe(S_OK);
  });

  test('handles in a list: each of 20,000 that do not exist has its error', () =>
    inSimulation(PLANT, async (plant) => {
      const { group } = await filled(plant.client, await server(plant), ['A.Constant']);
      const phServer = Array.from({ length: 20_000 }, (_, n) => n + 2);
      const read = await ask(group, IOPCSyncIO, 'Read', { dwSource: 1, phServer });
      expect([read.ReturnValue, read.ppErrors?.length, new Set(read.ppErrors)]).toEqual([
        1,
        20_000,
        new Set([0xc0040001]),
      ]);
    }));
});

describe('lists that are empty', () => {
  test('are E_INVALIDARG for every method that takes one', () =>
    inSimulation(PLANT, async (plant) => {
      const { group } = await filled(plant.client, await server(plant), ['A.Constant']);
      await advise(plant.client, group, dataSink({}));
      const none = { phServer: [] };
      const results = [
        ask(group, IOPCItemMgt, 'AddItems', { pItemArray: [] }),
        ask(group, IOPCItemMgt, 'ValidateItems', { pItemArray: [], bBlobUpdate: false }),
        ask(group, IOPCItemMgt, 'RemoveItems', none),
        ask(group, IOPCItemMgt, 'SetActiveState', { ...none, bActive: true }),
        ask(group, IOPCItemMgt, 'SetClientHandles', { ...none, phClient: [] }),
        ask(group, IOPCItemMgt, 'SetDatatypes', { ...none, pRequestedDatatypes: [] }),
        ask(group, IOPCSyncIO, 'Read', { ...none, dwSource: 1 }),
        ask(group, IOPCSyncIO, 'Write', { ...none, pItemValues: [] }),
        ask(group, IOPCAsyncIO2, 'Read', { ...none, dwTransactionID: 1 }),
        ask(group, IOPCAsyncIO2, 'Write', { ...none, pItemValues: [], dwTransactionID: 1 }),
      ];
      for (const { ReturnValue } of await Promise.all(results)) expect(ReturnValue).toBe(E_INVALIDARG);
    }));
});

/** Groups of a server that is called without a network. */
function groupOf(space: ReturnType<typeof addressSpace>) {
  const [made] = opcClasses([space]) as [ComClass, ...ComClass[]];
  const opc = made.create(OBJECT_HOST);
  let handedOut: ComObject | undefined;
  const context = {
    marshal: (object: ComObject) => {
      handedOut = object;
      return {} as OBJREF;
    },
  } as unknown as ObjectCall;
  // biome-ignore lint/suspicious/noExplicitAny: the parameters and results of any method.
  const call = (object: ComObject, definition: any, name: string, input: object): any => {
    const { opnum } = definition.methods[name];
    return object
      .queryInterface(definition.uuid)
      ?.get(opnum)
      ?.handler(input as never, context);
  };
  const group = (): ComObject => {
    call(opc, IOPCServer, 'AddGroup', { ...wish, ...plain });
    return handedOut as ComObject;
  };
  return { call, group };
}
