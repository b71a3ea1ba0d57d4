import type { RemoteInterface } from '../../src/client/remote-interface.js';
import { fromVariant } from '../../src/codec/oaut/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IOPCDataCallback,
  IOPCGroupStateMgt,
  IOPCItemMgt,
  IOPCServer,
  IOPCShutdown,
} from '../../src/codec/opc/index.js';
import { comInterface, comMethod } from '../../src/server/classes/class.js';
import type { DataChange } from '../../src/server/classes/opc/index.js';
import { ask, handed, type PlantClient, type SimulatedPlant } from './opc.js';

export const wish = { szName: '', bActive: true, dwRequestedUpdateRate: 1_000, hClientGroup: 7, dwLCID: 0 };
export const plain = { pTimeBias: null, pPercentDeadband: null, riid: IOPCGroupStateMgt.uuid };

/** The server of a plant, by its IOPCServer. */
export const server = async (plant: SimulatedPlant, client = plant.client): Promise<RemoteInterface> =>
  client.dcom.activate(plant.space.data.clsid, IOPCServer.uuid);

/** Adds a group; `more` is what is wanted otherwise. */
export async function group(client: PlantClient, of: RemoteInterface, more: object = {}) {
  const answer = await ask(of, IOPCServer, 'AddGroup', { ...wish, ...plain, ...more });
  return { answer, group: answer.ppUnk === null ? undefined : await handed(client, answer.ppUnk) };
}

/** An item, as AddItems takes it. */
export const definition = (szItemID: string, hClient = 0, bActive = true) => ({
  ...{ szAccessPath: '', szItemID, bActive, hClient, pBlob: null, vtRequestedDataType: 0 },
});

/** A group with items, and their handles. */
export async function filled(client: PlantClient, of: RemoteInterface, items: readonly string[], more: object = {}) {
  const made = await group(client, of, more);
  const added = await ask(made.group as RemoteInterface, IOPCItemMgt, 'AddItems', {
    pItemArray: items.map((id, index) => definition(id, index)),
  });
  return { group: made.group as RemoteInterface, handles: added.ppAddResults?.map(({ hServer }) => hServer) ?? [] };
}

/** Subscribes, and gives what is heard. */
export async function advised(client: PlantClient, to: RemoteInterface) {
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

/** Hears when the server would like to end. */
export async function onShutdown(client: PlantClient, of: RemoteInterface, told: (reason: string) => void) {
  const methods = comInterface(
    comMethod(IOPCShutdown.methods.ShutdownRequest, ({ szReason }) => {
      told(szReason);
      return { ReturnValue: 0 };
    }),
  );
  const object = { name: 'sink', queryInterface: (iid: string) => (iid === IOPCShutdown.uuid ? methods : undefined) };
  const { ppCP } = await ask(of, IConnectionPointContainer, 'FindConnectionPoint', { riid: IOPCShutdown.uuid });
  const pUnkSink = client.exported.export(object, IOPCShutdown.uuid);
  await ask(await handed(client, ppCP), IConnectionPoint, 'Advise', { pUnkSink });
}
