import { randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import { type AsOf, type PatchLevel, patchLevel } from '../hardening/timeline.js';
import { type Endpoint, type Listener, parseEndpoint } from '../net/channel.js';
import { listen } from '../net/tcp.js';
import { DEFAULT_PROFILE, type RpcLimits, type RpcProfile } from '../rpc/index.js';
import {
  type AcceptorProvider,
  type AccountEntry,
  AccountTable,
  type Milliseconds,
  type NtlmServerPolicy,
  ntlmAcceptor,
  type RandomBytes,
  type ServerNames,
  spnegoAcceptor,
} from '../security/index.js';
import { type AccessPermissions, DEFAULT_ACCESS, OPEN_ACCESS } from './access.js';
import { type Activation, type LoggedEvent, type LogListeners, ServerLog } from './activation-log.js';
import { activators } from './activator.js';
import type { ComClass } from './classes/class.js';
import { genericClass } from './classes/generic.js';
import { type EndpointObserver, type EndpointOptions, keepTime, RpcEndpoint, type Services } from './endpoint.js';
import { type EndpointEntry, endpointMapper } from './endpoint-mapper.js';
import { REMOTE_UNKNOWN, remoteUnknown } from './exporter.js';
import { interfaceSet } from './interface-set.js';
import { management } from './management.js';
import { type Invocation, ObjectExporter, type RefusedCall } from './object-exporter.js';
import { ObjectTable } from './objects.js';
import { PING_PERIOD, PingSets } from './ping-sets.js';
import { recording } from './recording.js';
import { objectResolver } from './resolver.js';
import { echoService } from './rpcecho.js';
import type { Service } from './service.js';

export interface ServerOptions extends LogListeners {
  /** `ADDRESS:PORT`; port 135 where absent, 0 for a free one. `127.0.0.1:135` where nothing is given. */
  readonly listen?: string;
  /** Patch level: a date, or `2021-09`. The last phase where absent. */
  readonly asOf?: AsOf;
  readonly registry?: Registry;
  /** What no source confirms: see `PolicyProfile`. */
  readonly policy?: Partial<PolicyProfile>;
  /** `DOMAIN\user:password`, or the same in parts. */
  readonly accounts?: readonly (AccountEntry | string)[];
  readonly names?: ServerNames;
  readonly ntlm?: Partial<NtlmServerPolicy>;
  /** Who may activate and call; everybody with a name where absent, and with `allowAnonymous` everybody. */
  readonly access?: AccessPermissions;
  readonly allowAnonymous?: boolean;
  /** Classes that can be activated; where absent, the generic class stands in for every CLSID. */
  readonly classes?: readonly ComClass[];
  /** The exporter's own least authentication level, apart from the activation policy; none where absent. */
  readonly exporterLevel?: number;
  readonly profile?: RpcProfile;
  readonly limits?: Partial<RpcLimits>;
  /** Interfaces beside those of DCOM: `rpcecho`, Samba's test interface, on the resolver's port. */
  readonly interfaces?: readonly ExtraInterface[];
  /** Connections at a time, at each of the two ports; 1,000 where absent. */
  readonly maxConnections?: number;
  readonly maxObjects?: number;
  readonly random?: RandomBytes;
  readonly clock?: () => Milliseconds;
  readonly logger?: Logger;
  /** Takes a recording of everything that is sent, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
  readonly observers?: readonly EndpointObserver[];
}

export const EXTRA_INTERFACES = ['rpcecho'] as const;
export type ExtraInterface = (typeof EXTRA_INTERFACES)[number];

/** A running server, and what its clients have done so far. */
export interface DcomServer {
  /** Where the activators and the object resolver listen. */
  readonly address: Endpoint;
  /** Where the object exporter listens. */
  readonly exporter: Endpoint;
  readonly asOf: PatchLevel;
  /** The latest ones; older than 10,000 are forgotten. */
  readonly activations: readonly Activation[];
  /** What clients asked objects to do; nothing of it was done. */
  readonly invocations: readonly Invocation[];
  /** Calls to objects that were refused before their methods ran. */
  readonly refusedCalls: readonly RefusedCall[];
  /** The event log; older than 10,000 are forgotten. */
  readonly events: readonly LoggedEvent[];
  readonly objects: number;
  close(): Promise<void>;
}

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
  const clock = options.clock ?? Date.now;
  const names = options.names ?? { netbiosName: 'HARNESS' };
  const registry = options.registry ?? {};
  const objects = new ObjectTable({
    random,
    ...(options.maxObjects === undefined ? {} : { maxObjects: options.maxObjects }),
  });
  const log = new ServerLog(names.netbiosName, options);
  const authnHint = registry.LegacyAuthenticationLevel ?? RPC_C_AUTHN_LEVEL.CONNECT;
  let exporter: Listener | undefined;
  const exporterPort = (): number => exporter?.address.port ?? 0;

  const shared = {
    providers: authentication(options, names, random),
    profile: options.profile ?? DEFAULT_PROFILE,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    random,
    clock,
    logger: options.logger ?? pino({ level: 'silent' }),
    observers: observersOf(options, clock),
  };
  const access = options.access ?? (options.allowAnonymous ? OPEN_ACCESS : DEFAULT_ACCESS);
  const pings = new PingSets({ objects, random });
  const objectExporter = new ObjectExporter({
    objects,
    policy: { exporterLevel: options.exporterLevel ?? RPC_C_AUTHN_LEVEL.NONE, access },
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
    objects,
    exporterPort,
    authnHint,
    exporter: objectExporter,
    classOf,
    access,
    clock,
    report: (activation) => log.report(activation),
  });
  const extra = options.interfaces?.includes('rpcecho') ? [echoService(delay)] : [];
  const resolverServices = [
    ...activation,
    objectResolver({ objects, pings, access, exporterPort, authnHint }),
    ...extra,
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
  resolver = await listen({ ...at, maxConnections }, resolverEndpoint.accept);
  try {
    exporter = await listen({ host: at.host, port: 0, maxConnections }, exporterEndpoint.accept);
  } catch (error) {
    await resolver.close();
    throw error;
  }
  const timer = keepTime([resolverEndpoint, exporterEndpoint, reclaimer(pings, objects, clock)]);
  const [resolving, exporting] = [resolver, exporter];
  return {
    address: resolving.address,
    exporter: exporting.address,
    asOf,
    activations: log.activations,
    invocations: log.invocations,
    refusedCalls: log.refusedCalls,
    events: log.events,
    get objects() {
      return objects.objects;
    },
    async close() {
      timer.stop();
      await Promise.all([resolving.close(), exporting.close()]);
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

const delay = (milliseconds: Milliseconds): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
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
