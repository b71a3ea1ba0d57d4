import { DcomClient, type DcomClientOptions } from '../../src/client/dcom-client.js';
import { OpcClient } from '../../src/client/opc/opc-client.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import { IOPCDataCallback } from '../../src/codec/opc/index.js';
import { SYSTEM_TIMERS } from '../../src/net/timers.js';
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

/** A clock that a test moves; what is due by then happens. */
export class ManualTime {
  now = START;
  readonly #due: { at: number; run: () => void; every: number | undefined }[] = [];
  readonly clock = (): number => this.now;
  readonly timers = {
    after: (milliseconds: number, run: () => void) => this.#add(milliseconds, run, undefined),
    every: (milliseconds: number, run: () => void) => this.#add(milliseconds, run, milliseconds),
  };

  #add(milliseconds: number, run: () => void, every: number | undefined) {
    // What waits for an answer on a socket must not wait for this clock.
    if (milliseconds >= 10_000 && every === undefined) return SYSTEM_TIMERS.after(milliseconds, run);
    const item = { at: this.now + milliseconds, run, every };
    this.#due.push(item);
    return { stop: () => void this.#due.splice(0, this.#due.length, ...this.#due.filter((each) => each !== item)) };
  }

  /** Lets so much pass, and after each thing that happens lets `settle` see to its end. */
  async pass(milliseconds: number, settle: () => Promise<unknown> = async () => undefined): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.now = Math.max(this.now, next.at);
      if (next.every === undefined) this.#due.splice(this.#due.indexOf(next), 1);
      else next.at += next.every;
      next.run();
      await settle();
    }
    this.now = until;
  }
}

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
