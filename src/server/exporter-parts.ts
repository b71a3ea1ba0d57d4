import { pino } from 'pino';
import { REMOTE_UNKNOWN } from '../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { patchLevel } from '../hardening/timeline.js';
import type { Listener } from '../net/channel.js';
import { environmentOf } from '../net/environment.js';
import { rpcProfile, ServerShares } from '../rpc/index.js';
import type { Milliseconds, ServerNames } from '../security/index.js';
import { DEFAULT_ACCESS, OPEN_ACCESS } from './access.js';
import { ServerLog } from './activation/log.js';
import { authentication, logonObserver, servicesOf } from './authentication.js';
import { callBackClient } from './call-back-client.js';
import { type EndpointObserver, keepTime, type RpcEndpoint, type Services } from './endpoint/endpoint.js';
import { managedEndpoint, principalsOf } from './endpoint/managed.js';
import { recording } from './endpoint/recording.js';
import type { Service } from './endpoint/service.js';
import { Listeners } from './listeners.js';
import { ServerBindings } from './objects/bindings.js';
import { CallBacks } from './objects/callbacks.js';
import { ObjectExporter } from './objects/exporter.js';
import { PingSets } from './objects/ping-sets.js';
import { reclaimer } from './objects/reclaimer.js';
import { remoteUnknown } from './objects/remote-unknown.js';
import { objectResolver } from './objects/resolver.js';
import { ObjectTable } from './objects/table.js';
import type { ServerOptions } from './options.js';
import { dcomProfile } from './profile.js';

/** What a server, or a client that exports objects, says of its parts beside its options. */
export interface ExporterPlace {
  readonly names: ServerNames;
  /** Whether its bindings name the computer before the address, where its profile does not say otherwise. */
  readonly namesComputer: boolean;
  /** The least level that it names when it is resolved; its own, or CONNECT where that is lower, where absent. */
  readonly authnHint?: number | undefined;
  /** The least level that a class asks for by itself. */
  readonly leastLevelOf?: (clsid: string) => number | undefined;
  /** The two ports, which are known once it listens. */
  readonly resolverPort: () => number;
  readonly exporterPort: () => number;
}

const LATEST = '2023-03-14';
const MAX_CONNECTIONS = 1_000;

/**
 * The parts of an object exporter and its resolver ([MS-DCOM] 3.1), the same for a server as for a client that is called
 * back. They listen nowhere: whoever asks for them decides which services stand on which port.
 */
export function exporterParts(options: ServerOptions, place: ExporterPlace) {
  const { network, timers, clock, monotonic, random } = environmentOf(options);
  const { names, resolverPort, exporterPort, leastLevelOf } = place;
  const { maxConnections = MAX_CONNECTIONS, maxObjects, unpingedTimeout, limits, totals } = options;
  const asOf = patchLevel(options.asOf ?? LATEST);
  const profile = rpcProfile(options.profile);
  const dcom = dcomProfile(profile.name, options.dcom);
  const access = options.access ?? (options.allowAnonymous ? OPEN_ACCESS : DEFAULT_ACCESS);
  const exporterLevel = exporterLevelOf(options);
  // A client with a name gets at least this far, so that is what it is told.
  const authnHint = place.authnHint ?? Math.max(exporterLevel, RPC_C_AUTHN_LEVEL.CONNECT);
  const logger = options.logger ?? pino({ level: 'silent' });
  const listeners = new Listeners(logger);
  const log = new ServerLog(names.netbiosName, listeners.guardLog(options), options.eventLog);
  const observers = observersOf(options, clock).map((observer) => listeners.guardObserver(observer));
  const computer = place.namesComputer && dcom.stringBindings !== 'address' ? [names.netbiosName] : [];
  const bindings = new ServerBindings({ ...servicesOf(options), ...options.addresses }, computer);
  const failed = (error: unknown): void => {
    listeners.note(error);
    logger.error({ err: error }, 'an object threw when it was released');
  };
  const objects = new ObjectTable({ random, failed, ...given({ maxObjects, unpingedTimeout }) });
  const pings = new PingSets({ objects, random });
  const callBacks = new CallBacks({
    client: callBackClient(options, {
      ...{ asOf, random, clock, monotonic, timers, network, names, observers },
      processDefault: exporterLevel,
    }),
    clock,
    report: (callBack) => log.calledBack(callBack),
  });
  const exporter = new ObjectExporter({
    ...{ objects, bindings, resolverPort, clock, monotonic, callBacks },
    policy: { exporterLevel, access, minorVersionsBelow7: dcom.minorVersionsBelow7 },
    ...given({ leastLevelOf }),
    invoked: (invocation) => log.invoked(invocation),
    refused: (call) => log.refused(call),
  });
  const resolver = objectResolver({
    ...{ objects, pings, access, bindings, exporterPort, authnHint, form: dcom.accessRefusal, clock },
    refused: (call) => log.refused(call),
  });
  const shared = {
    ...{ profile, random, clock, monotonic, logger, failed: listeners.note },
    providers: authentication(options, names, random, asOf),
    ...given({ limits }),
    ...{ maxConnections, shares: new ServerShares(totals) },
    observers: [logonObserver((logon) => log.failed(logon), clock), ...observers],
  };
  const principals = principalsOf(names);
  const endpoint = (services: readonly Service[], set: (services: readonly Service[]) => Services): RpcEndpoint =>
    managedEndpoint(services, shared, principals, set);

  return {
    ...{ network, timers, clock, monotonic, random, asOf, profile, dcom, access, authnHint },
    /** Beyond the shares of peers nothing is accepted at all. */
    maxConnections: 2 * maxConnections,
    ...{ log, bindings, objects, exporter, resolver, endpoint },
    /** The endpoint of the exporter, with services beside its own. */
    exporterEndpoint: (beside: readonly Service[] = []): RpcEndpoint =>
      endpoint([...beside, ...remoteUnknown(objects, exporter)], (services) =>
        exporter.services(services, REMOTE_UNKNOWN),
      ),
    /** Keeps the time of what listens from now on. `close` rejects with what the user's own functions threw first. */
    run(endpoints: readonly RpcEndpoint[], listening: readonly Listener[]) {
      const timed = [...endpoints, reclaimer(pings, objects, monotonic)];
      const timer = keepTime(timed, timers);
      return {
        tick() {
          for (const item of timed) item.tick();
        },
        async close() {
          timer.stop();
          await Promise.all([...listening.map((each) => each.close()), callBacks.close()]);
          listeners.rethrow();
        },
      };
    },
  };
}

function observersOf({ observers = [], record }: ServerOptions, clock: () => Milliseconds): EndpointObserver[] {
  return record === undefined ? [...observers] : [...observers, recording(record, clock)];
}

/** [MS-DCOM] note <41>: LegacyAuthenticationLevel, and CONNECT where that is absent; nobody's calls are below that. */
const exporterLevelOf = ({ exporterLevel, registry = {}, allowAnonymous = false }: ServerOptions): number =>
  exporterLevel ??
  registry.LegacyAuthenticationLevel ??
  (allowAnonymous ? RPC_C_AUTHN_LEVEL.NONE : RPC_C_AUTHN_LEVEL.CONNECT);

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined, so that defaults apply. */
const given = <T extends object>(options: T): Given<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
