import { DcomClient, type DcomClientOptions } from '../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import type { RemoteInterface } from '../../src/client/remote-interface.js';
import type { OBJREF } from '../../src/codec/dcom/index.js';
import { IConnectionPoint, IConnectionPointContainer, IOPCShutdown } from '../../src/codec/opc/index.js';
import { type ComClass, type ComObject, comInterface, comMethod } from '../../src/server/classes/class.js';
import { ConnectionPoint, connectionPointContainer } from '../../src/server/classes/connection-points.js';
import { type ExportedObjects, type ExportOptions, exportObjects } from '../../src/server/export-objects.js';
import type { DcomServer } from '../../src/server/server.js';
import { ACCOUNT, authentication } from './live.js';

export const CALLING = 'c0ffee00-0000-4000-8000-000000000001';

/** A class that calls IOPCShutdown of whoever asks it to, and the connection points of its objects. */
export function callingClass(): ComClass & { readonly points: ConnectionPoint[] } {
  const points: ConnectionPoint[] = [];
  return {
    clsid: CALLING,
    name: 'Calling.Class',
    points,
    create() {
      const object: ComObject = {
        name: 'Calling.Class',
        queryInterface: (iid) => (iid === IConnectionPointContainer.uuid ? methods : undefined),
        released: () => void point.close(),
      };
      const point = new ConnectionPoint({ iid: IOPCShutdown.uuid, container: () => object });
      const methods = connectionPointContainer([point]);
      points.push(point);
      return object;
    },
  };
}

/** Calls every sink of a class, and gives the reasons of those that failed. */
export async function shutDown(points: readonly ConnectionPoint[], reason: string): Promise<string[]> {
  const { ShutdownRequest } = IOPCShutdown.methods;
  const calls = points.flatMap(({ sinks }) =>
    sinks.map(({ remote }) => remote.call(IOPCShutdown, ShutdownRequest, { szReason: reason })),
  );
  const settled = await Promise.allSettled(calls);
  return settled.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
}

/** An object of a client that is called back, and what it heard. */
export function sinkOf(answer: () => number | Promise<number> = () => 0) {
  const heard: { reason: string; level: number | undefined; user: string | undefined }[] = [];
  const methods = comInterface(
    comMethod(IOPCShutdown.methods.ShutdownRequest, async ({ szReason }, { security }) => {
      heard.push({ reason: szReason, level: security?.level, user: security?.identity.user });
      return { ReturnValue: await answer() };
    }),
  );
  let released = 0;
  const object: ComObject = {
    name: 'sink',
    queryInterface: (iid) => (iid === IOPCShutdown.uuid ? methods : undefined),
    released: () => void released++,
  };
  return { object, heard, released: () => released };
}

/** A client with objects of its own at a server. */
export class CallingClient {
  readonly client: DcomClient;
  readonly exported: ExportedObjects;
  #point: RemoteInterface | undefined;

  private constructor(client: DcomClient, exported: ExportedObjects) {
    this.client = client;
    this.exported = exported;
  }

  static async at(server: DcomServer, options: ExportOptions = {}, own: Partial<DcomClientOptions> = {}) {
    const { credentials, random } = authentication({});
    const { address: host, port } = server.address;
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const exported = await exportObjects({ accounts: [ACCOUNT], ...options });
    const client = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }), ...own });
    return new CallingClient(client, exported);
  }

  /** Hands an object over; gives the result of Advise and the cookie. */
  async advise(sink: OBJREF | ComObject): Promise<{ readonly result: number; readonly cookie: number }> {
    const pUnkSink = 'iid' in sink ? sink : this.exported.export(sink, IOPCShutdown.uuid);
    const { pdwCookie, ReturnValue } = await (await this.point()).call(
      IConnectionPoint,
      IConnectionPoint.methods.Advise,
      {
        pUnkSink,
      },
    );
    return { result: ReturnValue, cookie: pdwCookie };
  }

  async unadvise(dwCookie: number): Promise<number> {
    const { Unadvise } = IConnectionPoint.methods;
    return (await (await this.point()).call(IConnectionPoint, Unadvise, { dwCookie })).ReturnValue;
  }

  /** The connection point of an object of `callingClass`. */
  async point(): Promise<RemoteInterface> {
    if (this.#point !== undefined) return this.#point;
    const container = await this.client.activate(CALLING, IConnectionPointContainer.uuid);
    const { FindConnectionPoint } = IConnectionPointContainer.methods;
    const { ppCP } = await container.call(IConnectionPointContainer, FindConnectionPoint, { riid: IOPCShutdown.uuid });
    this.#point = await this.client.unmarshal(ppCP as OBJREF);
    return this.#point;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.exported.close();
  }
}
