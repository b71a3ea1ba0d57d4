import { DcomClient, type DcomClientOptions } from '../../src/client/dcom-client.js';
import { OpcClient } from '../../src/client/opc/client.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import type { RemoteInterface } from '../../src/client/remote-interface.js';
import type { OBJREF, Vtable } from '../../src/codec/dcom/index.js';
import type { Operation } from '../../src/codec/ndr/index.js';
import { IOPCDataCallback } from '../../src/codec/opc/index.js';
import { SimulatedNetwork, VirtualTime } from '../../src/net/simulation/index.js';
import {
  type AddressSpace,
  addressSpace,
  type DataListener,
  dataSink,
  opcClasses,
} from '../../src/server/classes/opc/index.js';
import { type ExportedObjects, type ExportOptions, exportObjects } from '../../src/server/export-objects.js';
import type { DcomServer, ServerOptions } from '../../src/server/server.js';
import { ACCOUNT, authentication, serve } from './live.js';

/** A few items of every kind. */
export const PLANT = {
  progId: 'Test.Plant.1',
  title: 'Plant of tests',
  items: {
    'A.Constant': { type: 'I4', value: 7 },
    'A.Text': { type: 'BSTR', value: 'on', access: 'read-write' },
    'A.Setpoint': { type: 'R8', value: 20, access: 'read-write', range: [0, 100], unit: '°C' },
    'B.Ramp': { type: 'R8', value: { ramp: [0, 100], period: '10s' }, range: [0, 100], description: 'goes up' },
    'B.Steps': { type: 'I2', value: { list: [1, 2, 3], every: '1s' } },
    'B.Command': { type: 'BOOL', value: false, access: 'write' },
    'B.List': { type: 'R4[]', value: [1, 2.5] },
    Single: { type: 'UI1', value: 255 },
  },
} as const;

export const START = Date.parse('2026-11-28T00:00:00Z');

export interface Plant {
  readonly server: DcomServer;
  readonly space: AddressSpace;
}

export async function servePlant(data: object = PLANT, options: ServerOptions = {}): Promise<Plant> {
  const space = addressSpace(data);
  const server = await serve({ classes: opcClasses([space]), ...options });
  return { server, space };
}

/** A client of a plant with a place where it can be called back. */
export class PlantClient {
  readonly dcom: DcomClient;
  readonly opc: OpcClient;
  readonly exported: ExportedObjects;

  private constructor(dcom: DcomClient, opc: OpcClient, exported: ExportedObjects) {
    this.dcom = dcom;
    this.opc = opc;
    this.exported = exported;
  }

  static async at({ server, space }: Plant, own: Partial<DcomClientOptions> = {}, options: ExportOptions = {}) {
    const { credentials, random } = authentication({});
    const { address: host, port } = server.address;
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const dcom = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }), ...own });
    const exported = await exportObjects({ accounts: [ACCOUNT], ...options });
    return new PlantClient(dcom, await OpcClient.connect(dcom, space.data.clsid), exported);
  }

  sink(listener: DataListener) {
    return this.exported.export(dataSink(listener), IOPCDataCallback.uuid);
  }

  async close(): Promise<void> {
    await this.dcom.close();
    await this.exported.close();
  }
}

/** A session of this project's client with OPC, as it is recorded: a group, a read, and a change that is called back. */
export async function recordedOpc(own: Partial<DcomClientOptions> = {}): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const plant = await servePlant(PLANT, { record: (block) => blocks.push(block) });
  const client = await PlantClient.at(plant, own);
  try {
    const group = await client.opc.addGroup({ items: ['A.Constant', 'A.Text', 'None'], rate: 100 });
    await group.read('device');
    await new Promise<void>((changed, failed) => {
      group.advise(client.sink({ changed: () => changed() })).catch(failed);
    });
  } finally {
    await client.close();
    await plant.server.close();
  }
  return Buffer.concat(blocks);
}

export interface SimulatedPlant extends Plant {
  readonly time: VirtualTime;
  /** Of hosts `server`, `client1`, `client2`, … */
  readonly network: SimulatedNetwork;
  readonly client: PlantClient;
  /** A further client, at an address of its own. */
  join(exported?: ExportOptions): Promise<PlantClient>;
}

/** A plant and a client on a simulated network, whose time passes when somebody waits. */
export function inSimulation<T>(data: object, body: (plant: SimulatedPlant) => Promise<T>): Promise<T> {
  const time = new VirtualTime({ start: START });
  const network = new SimulatedNetwork({ time, link: {} });
  network.addHost('server', ['10.3.0.2']);
  const shared = { timers: time, clock: time.now };
  let clients = 0;
  const run = async (): Promise<T> => {
    const listen = '10.3.0.2:135';
    const plant = await servePlant(data, { listen, network: network.of('server'), ...shared });
    const join = (exported: ExportOptions = {}): Promise<PlantClient> => {
      const address = `10.3.0.${20 + ++clients}`;
      network.addHost(`client${clients}`, [address]);
      const own = network.of(`client${clients}`);
      return PlantClient.at(
        plant,
        { network: own, ...shared },
        { listen: `${address}:0`, network: own, ...shared, ...exported },
      );
    };
    const client = await join();
    try {
      return await body({ ...plant, time, network, client, join });
    } finally {
      await client.close();
      await plant.server.close();
    }
  };
  return time.run(run());
}

/** A method of an interface, called by its name: `await ask(group, IOPCItemMgt, 'AddItems', { pItemArray })`. */
export async function ask<M, K extends keyof M>(
  remote: RemoteInterface,
  definition: Vtable<M>,
  method: K,
  input: M[K] extends Operation<infer I, unknown> ? Omit<I, 'ORPCthis'> : never,
): Promise<M[K] extends Operation<unknown, infer O> ? O : never> {
  const found = remote.iid === definition.uuid ? remote : await remote.queryInterface(definition.uuid);
  return found.call(definition, definition.methods[method] as Operation<never, never>, input as never);
}

/** What an answer hands out. */
export const handed = (client: PlantClient, pointer: unknown): Promise<RemoteInterface> =>
  client.dcom.unmarshal(pointer as OBJREF);
