import { pino } from 'pino';
import { REMOTE_UNKNOWN } from '../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { patchLevel } from '../hardening/timeline.js';
import { type Listener, parseEndpoint } from '../net/channel.js';
import { environmentOf } from '../net/environment.js';
import type { Timers } from '../net/timers.js';
import { rpcProfile } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import { DEFAULT_ACCESS, OPEN_ACCESS } from './access.js';
import { activators } from './activation/activator.js';
import { DEFAULT_SESSIONS } from './activation/checks.js';
import { ServerLog } from './activation/log.js';
import { authentication, logonObserver, servicesOf } from './authentication.js';
import { callBackClient } from './call-back-client.js';
import { checkServerOptions } from './check-options.js';
import type { ObjectHost } from './classes/class.js';
import { genericClass } from './classes/generic.js';
import { type ComClass, classesNamed } from './classes/index.js';
import { type EndpointObserver, keepTime } from './endpoint/endpoint.js';
import { interfaceSet } from './endpoint/interface-set.js';
import { managedEndpoint, principalsOf } from './endpoint/managed.js';
import { type EndpointEntry, endpointMapper } from './endpoint/mapper.js';
import { recording } from './endpoint/recording.js';
import { echoService } from './endpoint/rpcecho.js';
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
import { dcomProfile } from './profile.js';
import type { DcomServer, ServerOptions } from './server-options.js';

export { type DcomServer, EXTRA_INTERFACES, type ExtraInterface, type ServerOptions } from './server-options.js';

const LATEST = '2023-03-14';
const DEFAULT_LISTEN = '127.0.0.1:135';
const RESOLVER_PORT = 135;
const MAX_CONNECTIONS = 1_000;

/**
 * Starts a simulated DCOM server: activators and object resolver on one port, an object exporter on another.
 * Rejects with `TransportError` where it cannot listen, and with `OptionError`, which names the option, for a mistake.
 */
export async function startServer(options: ServerOptions = {}): Promise<DcomServer> {
  checkServerOptions(options);
  const at = parseEndpoint(options.listen ?? DEFAULT_LISTEN, RESOLVER_PORT) as { host: string; port: number };
  const asOf = patchLevel(options.asOf ?? LATEST);
  const { network, timers, clock, random } = environmentOf(options);
  const names = options.names ?? { netbiosName: 'HARNESS' };
  const registry = options.registry ?? {};
  const profile = rpcProfile(options.profile);
  const dcom = dcomProfile(profile.name, options.dcom);
  const own = dcom.stringBindings === 'address' ? [] : [names.netbiosName];
  const bindings = new ServerBindings({ ...servicesOf(options), ...options.addresses }, own);
  const logger = options.logger ?? pino({ level: 'silent' });
  const listeners = new Listeners(logger);
  const { maxObjects, unpingedTimeout } = options;
  const failed = (error: unknown): void => {
    listeners.note(error);
    logger.error({ err: error }, 'an object threw when it was released');
  };
  const objects = new ObjectTable({ random, failed, ...given({ maxObjects, unpingedTimeout }) });
  const log = new ServerLog(names.netbiosName, listeners.guardLog(options), options.eventLog);
  const exporterLevel = exporterLevelOf(options);
  // Whoever has a name gets at least this far, so that is what he is told.
  const authnHint = Math.max(exporterLevel, RPC_C_AUTHN_LEVEL.CONNECT);
  let exporter: Listener | undefined;
  const exporterPort = (): number => exporter?.address.port ?? 0;

  const observers = observersOf(options, clock).map((observer) => listeners.guardObserver(observer));
  const shared = {
    providers: authentication(options, names, random, asOf),
    profile,
    ...given({ limits: options.limits }),
    random,
    clock,
    logger,
    failed: listeners.note,
    observers: [logonObserver((logon) => log.failed(logon), clock), ...observers],
  };
  const access = options.access ?? (options.allowAnonymous ? OPEN_ACCESS : DEFAULT_ACCESS);
  const pings = new PingSets({ objects, random });
  const callBacks = new CallBacks({
    client: callBackClient(options, {
      asOf,
      random,
      clock,
      timers,
      network,
      names,
      observers,
      processDefault: exporterLevel,
    }),
    clock,
    report: (callBack) => log.calledBack(callBack),
  });
  const classOf = classFinder(options.classes);
  const objectExporter = new ObjectExporter({
    objects,
    policy: { exporterLevel, access, minorVersionsBelow7: dcom.minorVersionsBelow7 },
    bindings,
    resolverPort: () => resolver?.address.port ?? 0,
    clock,
    leastLevelOf: (clsid) => classOf(clsid)?.leastLevel,
    invoked: (invocation) => log.invoked(invocation),
    refused: (call) => log.refused(call),
    callBacks,
  });
  const host: ObjectHost = {
    ...{ clock, timers, random, registry },
    name: names.netbiosName,
    domain: names.netbiosDomain ?? names.netbiosName,
    get events() {
      return log.events;
    },
    onEvent: (listener) => log.follow(listener),
  };
  const activation = activators({
    asOf,
    registry,
    policy: options.policy ?? {},
    platform: options.platform ?? 'windows',
    objects,
    bindings,
    sessions: options.sessions ?? DEFAULT_SESSIONS,
    requireClientContext: options.requireClientContext ?? false,
    exporterPort,
    authnHint,
    exporter: objectExporter,
    classOf,
    access,
    dcom,
    clock,
    report: (activation) => log.report(activation),
    host,
  });
  const echo = options.interfaces?.includes('rpcecho') ? [echoService(delayBy(timers))] : [];
  const resolverServices = [
    ...activation,
    objectResolver({
      ...{ objects, pings, access, bindings, exporterPort, authnHint, form: dcom.accessRefusal, clock },
      refused: (call) => log.refused(call),
    }),
    ...echo,
    ...(options.services ?? []),
  ];
  let resolver: Listener | undefined;
  const mapper = endpointMapper({
    entries: () => entriesOf(resolverServices, resolver?.address.port ?? 0),
    random,
    lookupEnds: shared.profile.lookupEnds,
  });
  const principals = principalsOf(names);
  const resolverEndpoint = managedEndpoint([...resolverServices, mapper], shared, principals, interfaceSet);
  const exporterEndpoint = managedEndpoint(remoteUnknown(objects, objectExporter), shared, principals, (services) =>
    objectExporter.services(services, REMOTE_UNKNOWN),
  );

  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  resolver = await network.listen({ ...at, maxConnections }, resolverEndpoint.accept);
  try {
    exporter = await network.listen(
      { host: at.host, port: options.exporterPort ?? 0, maxConnections },
      exporterEndpoint.accept,
    );
  } catch (error) {
    await resolver.close();
    throw error;
  }
  const timed = [resolverEndpoint, exporterEndpoint, reclaimer(pings, objects, clock)];
  const timer = keepTime(timed, timers);
  const [resolving, exporting] = [resolver, exporter];
  const close = async (): Promise<void> => {
    timer.stop();
    await Promise.all([resolving.close(), exporting.close(), callBacks.close()]);
    listeners.rethrow();
  };
  return {
    address: resolving.address,
    exporter: exporting.address,
    asOf,
    activations: log.activations,
    invocations: log.invocations,
    refusedCalls: log.refusedCalls,
    failedLogons: log.failedLogons,
    callBacks: log.callBacks,
    get events() {
      return log.events;
    },
    get objects() {
      return objects.objects;
    },
    tick() {
      for (const item of timed) item.tick();
    },
    close,
    [Symbol.asyncDispose]: close,
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

const delayBy =
  (timers: Timers) =>
  (milliseconds: Milliseconds): Promise<void> =>
    new Promise((resolve) => {
      timers.after(milliseconds, resolve);
    });

const entriesOf = (services: readonly Service[], port: number): EndpointEntry[] =>
  services.map(({ rpc }) => ({
    uuid: rpc.uuid,
    version: { major: rpc.version & 0xffff, minor: rpc.version >>> 16 },
    port,
    annotation: rpc.name,
  }));

/** The class of a CLSID: a written one, else the generic one where it is among the classes. */
function classFinder(classes: ServerOptions['classes'] = [genericClass]): (clsid: string) => ComClass | undefined {
  const given = classes.flatMap((item) => (typeof item === 'string' ? classesNamed([item]) : [item]));
  const written = new Map(given.map((item) => [item.clsid?.toLowerCase(), item]));
  return (clsid) => written.get(clsid) ?? written.get(undefined);
}
