import type { OBJREF } from '../codec/dcom/index.js';
import { UUID_NULL } from '../codec/uuid.js';
import { type Endpoint, type Listener, parseEndpoint } from '../net/channel.js';
import { environmentOf } from '../net/environment.js';
import type { FailedLogon } from './activation/log.js';
import { checkExportOptions } from './check-options.js';
import type { ComObject } from './classes/class.js';
import { exporterParts } from './exporter-parts.js';
import type { RefusedCall } from './objects/refused-call.js';
import type { ServerOptions } from './options.js';

/** A client's own exporter: the same as a server's, without activators, and with resolver and objects on one port. */
export type ExportOptions = Pick<
  ServerOptions,
  | 'accounts'
  | 'names'
  | 'ntlm'
  | 'kerberos'
  | 'access'
  | 'allowAnonymous'
  | 'addresses'
  | 'exporterLevel'
  | 'profile'
  | 'limits'
  | 'asOf'
  | 'callBack'
  | 'unpingedTimeout'
  | 'maxObjects'
  | 'maxConnections'
  | 'random'
  | 'clock'
  | 'monotonic'
  | 'timers'
  | 'network'
  | 'logger'
  | 'record'
  | 'observers'
  | 'onRefusedCall'
  | 'onFailedLogon'
> & {
  /** `ADDRESS:PORT`; a free port of 127.0.0.1 where absent. Its OBJREFs name that address, unless `addresses` says otherwise. */
  readonly listen?: string;
  /** The least level that it names when it is resolved; the exporter's own, or CONNECT where that is lower, where absent. */
  readonly authnHint?: number;
};

/** Objects of a client that servers call back. */
export interface ExportedObjects {
  readonly address: Endpoint;
  /**
   * An object as a parameter of a call: an OBJREF_STANDARD with references for whoever gets it ([MS-DCOM] 3.2.4.2).
   * Throws `RangeError` where there are too many, or the object does not have the interface.
   */
  export(object: ComObject, iid: string): OBJREF;
  /** Objects that somebody holds. */
  readonly objects: number;
  /** Calls of servers that were refused before a method ran. */
  readonly refusedCalls: readonly RefusedCall[];
  readonly failedLogons: readonly FailedLogon[];
  /** Looks for what has timed out; see `DcomServer.tick`. */
  tick(): void;
  /** Ends all connections. Rejects with what an object threw first, if any did. */
  close(): Promise<void>;
}

const DEFAULT_LISTEN = '127.0.0.1:0';
const WILDCARDS = new Set(['0.0.0.0', '::']);

/**
 * Lets a client be called back: an object exporter and resolver on a port of its own, by default none that is well
 * known. Rejects with `TransportError` where it cannot listen, with `OptionError`, which names the option, for a
 * mistake, and with `TypeError` for an address that nobody could be told.
 */
export async function exportObjects(options: ExportOptions = {}): Promise<ExportedObjects> {
  checkExportOptions(options);
  const at = parseEndpoint(options.listen ?? DEFAULT_LISTEN, 0) as { host: string; port: number };
  if (WILDCARDS.has(at.host) && options.addresses?.hosts === undefined)
    throw new TypeError(`objects at '${options.listen}' need addresses.hosts: nobody can call ${at.host}`);
  let listener: Listener | undefined;
  const port = (): number => listener?.address.port ?? 0;
  const { network, maxConnections, log, objects, exporter, resolver, exporterEndpoint, run } = exporterParts(options, {
    names: options.names ?? { netbiosName: 'CLIENT' },
    namesComputer: false,
    authnHint: options.authnHint,
    resolverPort: port,
    exporterPort: port,
  });
  const endpoint = exporterEndpoint([resolver]);
  listener = await network.listen({ ...at, maxConnections, timers: environmentOf(options).timers }, endpoint.accept);
  const listening = listener;
  const { tick, close } = run([endpoint], [listening]);
  return {
    address: listening.address,
    export(object, iid) {
      // An object of a client is of no class that could be activated.
      const found = exporter.export(object, UUID_NULL, iid);
      if (found !== undefined) return exporter.objref(found, listening.address);
      exporter.discardUnused(object);
      throw new RangeError(`${object.name} does not have interface ${iid}, or there are too many objects`);
    },
    get objects() {
      return objects.objects;
    },
    refusedCalls: log.refusedCalls,
    failedLogons: log.failedLogons,
    tick,
    close,
  };
}
