import { pino } from 'pino';
import { type OBJREF, REMOTE_UNKNOWN } from '../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { patchLevel } from '../hardening/timeline.js';
import { type Endpoint, type Listener, parseEndpoint } from '../net/channel.js';
import { environmentOf } from '../net/environment.js';
import { rpcProfile } from '../rpc/index.js';
import { DEFAULT_ACCESS, OPEN_ACCESS } from './access.js';
import { type FailedLogon, ServerLog } from './activation/log.js';
import { authentication, logonObserver } from './authentication.js';
import { callBackClient } from './call-back-client.js';
import type { ComObject } from './classes/class.js';
import { keepTime } from './endpoint/endpoint.js';
import { managedEndpoint, principalsOf } from './endpoint/managed.js';
import { recording } from './endpoint/recording.js';
import { Listeners } from './listeners.js';
import { ServerBindings } from './objects/bindings.js';
import { CallBacks } from './objects/callbacks.js';
import { ObjectExporter } from './objects/exporter.js';
import { PingSets } from './objects/ping-sets.js';
import { reclaimer } from './objects/reclaimer.js';
import type { RefusedCall } from './objects/refused-call.js';
import { remoteUnknown } from './objects/remote-unknown.js';
import { objectResolver } from './objects/resolver.js';
import { ObjectTable } from './objects/table.js';
import { dcomProfile } from './profile.js';
import type { ServerOptions } from './server-options.js';

/** A client's own exporter: the same as a server's, without activators, and with resolver and objects on one port. */
export type ExportOptions = Pick<
  ServerOptions,
  | 'accounts'
  | 'names'
  | 'ntlm'
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

const LATEST = '2023-03-14';
const DEFAULT_LISTEN = '127.0.0.1:0';
const WILDCARDS = new Set(['0.0.0.0', '::']);
/** An object of a client is of no class that could be activated. */
const NO_CLASS = '00000000-0000-0000-0000-000000000000';

/**
 * Lets a client be called back: an object exporter and resolver on a port of its own, by default none that is well
 * known. Rejects with `TransportError` where it cannot listen, and throws `TypeError` for an address that nobody could
 * be told.
 */
export async function exportObjects(options: ExportOptions = {}): Promise<ExportedObjects> {
  const at = parseEndpoint(options.listen ?? DEFAULT_LISTEN, 0);
  if (at === undefined) throw new TypeError(`not an address: '${options.listen}'; expected ADDRESS:PORT`);
  if (WILDCARDS.has(at.host) && options.addresses?.hosts === undefined)
    throw new TypeError(`objects at '${options.listen}' need addresses.hosts: nobody can call ${at.host}`);
  const { network, timers, clock, random } = environmentOf(options);
  const { names = { netbiosName: 'CLIENT' }, record, allowAnonymous = false } = options;
  const exporterLevel = options.exporterLevel ?? (allowAnonymous ? RPC_C_AUTHN_LEVEL.NONE : RPC_C_AUTHN_LEVEL.CONNECT);
  const authnHint = options.authnHint ?? Math.max(exporterLevel, RPC_C_AUTHN_LEVEL.CONNECT);
  const access = options.access ?? (allowAnonymous ? OPEN_ACCESS : DEFAULT_ACCESS);
  const logger = options.logger ?? pino({ level: 'silent' });
  const listeners = new Listeners(logger);
  const log = new ServerLog(names.netbiosName, listeners.guardLog(options));
  const told = [...(options.observers ?? []), ...(record === undefined ? [] : [recording(record, clock)])];
  const observers = told.map((observer) => listeners.guardObserver(observer));
  const bindings = new ServerBindings(options.addresses);
  const dcom = dcomProfile(rpcProfile(options.profile).name);
  const { maxObjects, unpingedTimeout } = options;
  const objects = new ObjectTable({
    random,
    failed: listeners.note,
    ...(maxObjects !== undefined && { maxObjects }),
    ...(unpingedTimeout !== undefined && { unpingedTimeout }),
  });
  const pings = new PingSets({ objects, random });
  let listener: Listener | undefined;
  const port = (): number => listener?.address.port ?? 0;
  const callBacks = new CallBacks({
    client: callBackClient(options, {
      ...{ random, clock, timers, network, names, observers },
      asOf: patchLevel(options.asOf ?? LATEST),
      processDefault: exporterLevel,
    }),
    clock,
    report: (callBack) => log.calledBack(callBack),
  });
  const exporter = new ObjectExporter({
    ...{ objects, bindings, clock, callBacks },
    policy: { exporterLevel, access, minorVersionsBelow7: dcom.minorVersionsBelow7 },
    resolverPort: port,
    invoked: (invocation) => log.invoked(invocation),
    refused: (call) => log.refused(call),
  });
  const resolver = objectResolver({
    ...{ objects, pings, access, bindings, authnHint, clock },
    form: dcom.accessRefusal,
    exporterPort: port,
    refused: (call) => log.refused(call),
  });
  const endpoint = managedEndpoint(
    [resolver, ...remoteUnknown(objects, exporter)],
    {
      ...{ random, clock, logger },
      providers: authentication(options, names, random, patchLevel(options.asOf ?? LATEST)),
      profile: rpcProfile(options.profile),
      ...(options.limits && { limits: options.limits }),
      failed: listeners.note,
      observers: [logonObserver((logon) => log.failed(logon), clock), ...observers],
    },
    principalsOf(names),
    (services) => exporter.services(services, REMOTE_UNKNOWN),
  );
  const { maxConnections } = options;
  listener = await network.listen({ ...at, ...(maxConnections !== undefined && { maxConnections }) }, endpoint.accept);
  const timed = [endpoint, reclaimer(pings, objects, clock)];
  const timer = keepTime(timed, timers);
  const listening = listener;
  return {
    address: listening.address,
    export(object, iid) {
      const found = exporter.export(object, NO_CLASS, iid);
      if (found !== undefined) return exporter.objref(found, listening.address);
      exporter.discardUnused(object);
      throw new RangeError(`${object.name} does not have interface ${iid}, or there are too many objects`);
    },
    get objects() {
      return objects.objects;
    },
    refusedCalls: log.refusedCalls,
    failedLogons: log.failedLogons,
    tick() {
      for (const item of timed) item.tick();
    },
    async close() {
      timer.stop();
      await Promise.all([listening.close(), callBacks.close()]);
      listeners.rethrow();
    },
  };
}
