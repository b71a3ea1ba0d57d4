import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { PING_PERIOD, REMOTE_UNKNOWN } from '../codec/dcom/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { patchLevel } from '../hardening/timeline.js';
import { type Listener, parseEndpoint } from '../net/channel.js';
import { SOCKETS } from '../net/network.js';
import { SYSTEM_TIMERS, type Timers } from '../net/timers.js';
import { DEFAULT_PROFILE } from '../rpc/index.js';
import {
  type AcceptorProvider,
  AccountTable,
  type Milliseconds,
  ntlmAcceptor,
  type RandomBytes,
  type ServerNames,
  spnegoAcceptor,
} from '../security/index.js';
import { DEFAULT_ACCESS, OPEN_ACCESS } from './access.js';
import { activators } from './activation/activator.js';
import { DEFAULT_SESSIONS } from './activation/checks.js';
import { ServerLog } from './activation/log.js';
import type { ComClass } from './classes/class.js';
import { genericClass } from './classes/generic.js';
import { HRESULT } from './com.js';
import {
  type EndpointObserver,
  type EndpointOptions,
  keepTime,
  RpcEndpoint,
  type Services,
} from './endpoint/endpoint.js';
import { interfaceSet } from './endpoint/interface-set.js';
import { management } from './endpoint/management.js';
import { type EndpointEntry, endpointMapper } from './endpoint/mapper.js';
import { recording } from './endpoint/recording.js';
import { echoService } from './endpoint/rpcecho.js';
import type { CallContext, Service } from './endpoint/service.js';
import { Listeners } from './listeners.js';
import { ServerBindings } from './objects/bindings.js';
import { ObjectExporter, type RefusedCall } from './objects/exporter.js';
import { PingSets } from './objects/ping-sets.js';
import { remoteUnknown } from './objects/remote-unknown.js';
import { objectResolver } from './objects/resolver.js';
import { ObjectTable } from './objects/table.js';
import type { DcomServer, ServerOptions } from './server-options.js';

export { type DcomServer, EXTRA_INTERFACES, type ExtraInterface, type ServerOptions } from './server-options.js';

const LATEST = '2023-03-14';
const DEFAULT_LISTEN = '127.0.0.1:135';
const RESOLVER_PORT = 135;
const MAX_CONNECTIONS = 1_000;

/**
 * Starts a simulated DCOM server: activators and object resolver on one port, an object exporter on another.
 * Rejects with `TransportError` where it cannot listen, and throws `PolicyInputError` for a date that is none.
 */
export async function startServer(options: ServerOptions = {}): Promise<DcomServer> {
  const at = parseEndpoint(options.listen ?? DEFAULT_LISTEN, RESOLVER_PORT);
  if (at === undefined) throw new TypeError(`not an address: '${options.listen}'; expected ADDRESS:PORT`);
  const asOf = patchLevel(options.asOf ?? LATEST);
  const random: RandomBytes = options.random ?? randomBytes;
  const { clock = Date.now, network = SOCKETS, timers = SYSTEM_TIMERS } = options;
  const names = options.names ?? { netbiosName: 'HARNESS' };
  const registry = options.registry ?? {};
  const bindings = new ServerBindings(options.addresses);
  const logger = options.logger ?? pino({ level: 'silent' });
  const listeners = new Listeners(logger);
  const { maxObjects, unpingedTimeout } = options;
  const failed = (error: unknown): void => {
    listeners.note(error);
    logger.error({ err: error }, 'an object threw when it was released');
  };
  const objects = new ObjectTable({ random, failed, ...given({ maxObjects, unpingedTimeout }) });
  const log = new ServerLog(names.netbiosName, listeners.guardLog(options));
  const exporterLevel = exporterLevelOf(options);
  // Whoever has a name gets at least this far, so that is what he is told.
  const authnHint = Math.max(exporterLevel, RPC_C_AUTHN_LEVEL.CONNECT);
  let exporter: Listener | undefined;
  const exporterPort = (): number => exporter?.address.port ?? 0;

  const shared = {
    providers: authentication(options, names, random),
    profile: options.profile ?? DEFAULT_PROFILE,
    ...given({ limits: options.limits }),
    random,
    clock,
    logger,
    failed: listeners.note,
    observers: [
      logonObserver(log, clock),
      ...observersOf(options, clock).map((observer) => listeners.guardObserver(observer)),
    ],
  };
  const access = options.access ?? (options.allowAnonymous ? OPEN_ACCESS : DEFAULT_ACCESS);
  const pings = new PingSets({ objects, random });
  const objectExporter = new ObjectExporter({
    objects,
    policy: { exporterLevel, access },
    bindings,
    resolverPort: () => resolver?.address.port ?? 0,
    clock,
    invoked: (invocation) => log.invoked(invocation),
    refused: (call) => log.refused(call),
  });
  const classOf = classFinder(options.classes);
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
    clock,
    report: (activation) => log.report(activation),
  });
  const echo = options.interfaces?.includes('rpcecho') ? [echoService(delayBy(timers))] : [];
  const resolverServices = [
    ...activation,
    objectResolver({
      ...{ objects, pings, access, bindings, exporterPort, authnHint },
      refused: (context, reason) => log.refused(refusedByAccess(context, reason, clock())),
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
  const resolverEndpoint = endpointOf([...resolverServices, mapper], shared, principals, interfaceSet);
  const exporterEndpoint = endpointOf(remoteUnknown(objects, objectExporter), shared, principals, (services) =>
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
  return {
    address: resolving.address,
    exporter: exporting.address,
    asOf,
    activations: log.activations,
    invocations: log.invocations,
    refusedCalls: log.refusedCalls,
    failedLogons: log.failedLogons,
    events: log.events,
    get objects() {
      return objects.objects;
    },
    tick() {
      for (const item of timed) item.tick();
    },
    async close() {
      timer.stop();
      await Promise.all([resolving.close(), exporting.close()]);
      listeners.rethrow();
    },
  };
}

/** NTLM by itself and inside SPNEGO; both know the same accounts. */
function authentication(options: ServerOptions, names: ServerNames, random: RandomBytes): AcceptorProvider[] {
  const accounts = new AccountTable(options.accounts ?? [], names.netbiosDomain ?? names.netbiosName);
  const policy = options.ntlm === undefined ? {} : { policy: options.ntlm };
  const ntlm = ntlmAcceptor({ server: names, accounts, random, ...policy });
  return [ntlm, spnegoAcceptor({ mechanisms: [ntlm] })];
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

/** A call of the resolver that access control refuses, as the exporter's are reported. */
const refusedByAccess = ({ call, client }: CallContext, reason: string, time: Milliseconds): RefusedCall => ({
  time,
  interface: call.interface.name,
  opnum: call.opnum,
  client,
  identity: call.security?.identity,
  level: call.security?.level ?? RPC_C_AUTHN_LEVEL.NONE,
  refusedBy: 'access control',
  reason,
  status: HRESULT.ERROR_ACCESS_DENIED,
});

const logonObserver = (log: ServerLog, clock: () => Milliseconds): EndpointObserver => ({
  association(event, client) {
    if (event.type !== 'authentication-failed') return;
    const { authType, level, reason } = event;
    log.failed({ time: clock(), client, authType, level, refusedBy: 'authentication', reason });
  },
});

const delayBy =
  (timers: Timers) =>
  (milliseconds: Milliseconds): Promise<void> =>
    new Promise((resolve) => {
      timers.after(milliseconds, resolve);
    });

/** An endpoint with its own management interface, which manages the others and itself. */
function endpointOf(
  services: readonly Service[],
  shared: Omit<EndpointOptions, 'services' | 'statistics'>,
  principals: ReadonlyMap<number, string>,
  set: (services: readonly Service[]) => Services,
): RpcEndpoint {
  const statistics = { calls_in: 0, calls_out: 0, pkts_in: 0, pkts_out: 0 };
  const all: Service[] = [...services];
  all.push(management({ interfaces: () => all.map(({ rpc }) => rpc), statistics, principals }));
  return new RpcEndpoint({ ...shared, services: set(all), statistics });
}

const entriesOf = (services: readonly Service[], port: number): EndpointEntry[] =>
  services.map(({ rpc }) => ({
    uuid: rpc.uuid,
    version: { major: rpc.version & 0xffff, minor: rpc.version >>> 16 },
    port,
    annotation: rpc.name,
  }));

/** The server's own account, by which NTLM and SPNEGO know it. */
function principalsOf({ netbiosName, netbiosDomain = netbiosName }: ServerNames): ReadonlyMap<number, string> {
  const name = `${netbiosDomain}\\${netbiosName}$`;
  return new Map([
    [RPC_C_AUTHN.WINNT, name],
    [RPC_C_AUTHN.GSS_NEGOTIATE, name],
  ]);
}

/** The class of a CLSID: a written one, else the generic one where it is among the classes. */
function classFinder(classes: readonly ComClass[] = [genericClass]): (clsid: string) => ComClass | undefined {
  const written = new Map(classes.map((item) => [item.clsid?.toLowerCase(), item]));
  return (clsid) => written.get(clsid) ?? written.get(undefined);
}

/** Looks for clients that died, often enough that an object goes when it is due. */
function reclaimer(pings: PingSets, objects: ObjectTable, clock: () => Milliseconds): { tick(): void } {
  let next = 0;
  return {
    tick() {
      const now = clock();
      if (now < next) return;
      next = now + PING_PERIOD / 12;
      pings.expire(now);
      objects.reclaim(now);
    },
  };
}
