import { randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
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
import { type Activation, type LoggedEvent, type LogListeners, ServerLog } from './activation-log.js';
import { activators } from './activator.js';
import { type EndpointObserver, keepTime, RpcEndpoint } from './endpoint.js';
import { remoteUnknown } from './exporter.js';
import { exporterSet, interfaceSet } from './interface-set.js';
import { ObjectTable } from './objects.js';
import { recording } from './recording.js';
import { objectResolver } from './resolver.js';

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
  readonly allowAnonymous?: boolean;
  readonly profile?: RpcProfile;
  readonly limits?: Partial<RpcLimits>;
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

/** A running server, and what its clients have done so far. */
export interface DcomServer {
  /** Where the activators and the object resolver listen. */
  readonly address: Endpoint;
  /** Where the object exporter listens. */
  readonly exporter: Endpoint;
  readonly asOf: PatchLevel;
  /** The latest ones; older than 10,000 are forgotten. */
  readonly activations: readonly Activation[];
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
  const services = [
    ...activators({
      asOf,
      registry,
      policy: options.policy ?? {},
      objects,
      exporterPort,
      authnHint,
      allowAnonymous: options.allowAnonymous ?? false,
      clock,
      report: (activation) => log.report(activation),
    }),
    objectResolver({ objects, exporterPort, authnHint }),
  ];
  const resolverEndpoint = new RpcEndpoint({ ...shared, services: interfaceSet(services) });
  const exporterEndpoint = new RpcEndpoint({
    ...shared,
    services: exporterSet(remoteUnknown(objects), (iid) => objects.hasIid(iid)),
  });

  const maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  const resolver = await listen({ ...at, maxConnections }, resolverEndpoint.accept);
  try {
    exporter = await listen({ host: at.host, port: 0, maxConnections }, exporterEndpoint.accept);
  } catch (error) {
    await resolver.close();
    throw error;
  }
  const timer = keepTime([resolverEndpoint, exporterEndpoint]);
  const exporting = exporter;
  return {
    address: resolver.address,
    exporter: exporting.address,
    asOf,
    activations: log.activations,
    events: log.events,
    get objects() {
      return objects.objects;
    },
    async close() {
      timer.stop();
      await Promise.all([resolver.close(), exporting.close()]);
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
