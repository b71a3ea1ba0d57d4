import {
  type ActivationReply,
  type COMVERSION,
  type DUALSTRINGARRAY,
  IRemUnknown,
  IRemUnknown2,
  type OBJREF,
  PING_PERIOD,
} from '../codec/dcom/index.js';
import { FAULT } from '../codec/rpce/index.js';
import { type Environment, environmentOf } from '../net/environment.js';
import { ContextRejected, RpcFault } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import { type ActivationMethod, type ActivationResult, activateOver } from './activate.js';
import {
  exporterTargets,
  objectService,
  RESOLVER_PORT,
  reach,
  resolverTargets,
  serviceOf,
  type Target,
} from './bindings.js';
import { checkClientOptions } from './check-options.js';
import { Connections, keep, keyOf, type Purpose, type Resolver } from './connections.js';
import type { Logon } from './credentials.js';
import { ExporterConnection } from './exporter-connection.js';
import { outcomeOfError } from './outcome.js';
import { PingSet } from './ping-set.js';
import type { ClientProfile } from './profile.js';
import { isReference, type Reference } from './references.js';
import { Refused } from './refused.js';
import { type Exporter, RemoteInterface } from './remote-interface.js';
import { pinging, type ResolvedOxid, resolveOxid } from './resolver-client.js';
import { asStep, type ClientStep } from './steps.js';
import { below56, lower } from './versions.js';

/** A client that keeps objects, as one process of a machine does. */
export interface DcomClientOptions extends Logon, Partial<Environment> {
  /** The server's numeric address, or its name. */
  readonly host: string;
  /** Of the activators; 135 where absent. */
  readonly port?: number;
  /** Whose behaviour it has, such as `CLIENT_PROFILES['windows-2023-03']`. */
  readonly profile: ClientProfile;
  /** The level that the application asks for; the profile says what goes on the wire. */
  readonly level?: number;
  /** Instead of the profile's. */
  readonly authType?: number;
  /** For an answer; 10 seconds where absent. */
  readonly timeout?: Milliseconds;
  /** For one of several addresses to answer, before the next one is tried; 3 seconds where absent. */
  readonly connectTimeout?: Milliseconds;
  /** Also tries the host that was activated on with the exporter's port: for a server behind a translated address. */
  readonly throughNat?: boolean;
  /**
   * Resolves and pings without authentication where a resolver takes none, as Windows does unless
   * DCOMSCMRemoteCallFlags forbids it.
   */
  readonly resolvesUnsecured?: boolean;
  /** Told of everything that goes over its connections. */
  readonly octets?: (from: 'client' | 'server', bytes: Uint8Array) => void;
  /** Told of each activation, resolution and exporter, and what came of it. */
  readonly onStep?: (step: ClientStep) => void;
}

/** The call of one activation, with its layout on the wire. */
export interface ActivateCall {
  readonly clsid: string;
  readonly iids: readonly string[];
  /** The profile's where absent. */
  readonly method?: ActivationMethod;
}

/** A DCOM client that follows a profile: activates, resolves, calls, pings and releases ([MS-DCOM] 3.2). */
export class DcomClient {
  readonly #options: DcomClientOptions & Environment;
  readonly #exporters = new Map<bigint, Promise<Exporter>>();
  readonly #pings = new Map<string, PingSet>();
  readonly #connections: Connections;
  #pinger: { stop(): void } | undefined;

  /** Throws `OptionError`, which names the option, for a mistake. */
  constructor(options: DcomClientOptions) {
    checkClientOptions(options);
    this.#options = { ...options, ...environmentOf(options) };
    this.#connections = new Connections(this.#options);
  }

  /** Activates a class and gives its first interface. Rejects with `Refused`. */
  async activate(clsid: string, iid: string, method?: ActivationMethod): Promise<RemoteInterface> {
    const { outcome, reply } = await this.activation({ clsid, iids: [iid], ...(method && { method }) });
    if (reply === undefined) throw new Refused(`activation of ${clsid}`, outcome);
    const found = await this.#unmarshalAll(reply, iid.toLowerCase());
    if (found !== undefined) return found;
    throw new Refused(`activation of ${clsid}`, { ...outcome, accepted: false, text: 'without the interface' });
  }

  /** One activation, with what the server answered: opening, fallback and levels as the profile has them. */
  async activation(call: ActivateCall): Promise<ActivationResult> {
    const { host, port = RESOLVER_PORT, onStep } = this.#options;
    const result = await this.#connections
      .resolver([{ host, port }], 'activation')
      .then((resolver) => this.#activate(resolver, call))
      .catch((error: unknown) => ({ outcome: outcomeOfError(error), reply: undefined }));
    onStep?.({ step: 'activation', outcome: result.outcome, tried: [{ host, port }] });
    return result;
  }

  /** An interface that an answer carried, resolving its OXID where need be ([MS-DCOM] 3.2.4.1.2). Rejects with `Refused` for an OBJREF of another form. */
  async unmarshal(objref: OBJREF): Promise<RemoteInterface> {
    if (!isReference(objref)) {
      const text = 'an OBJREF of this form has no interface to call';
      throw new Refused(`interface ${objref.iid}`, { accepted: false, refusedBy: 'codec', status: undefined, text });
    }
    const { oxid } = objref.std;
    const exporter = await (this.#exporters.get(oxid) ?? this.#add(oxid, () => this.#resolve(oxid, objref.saResAddr)));
    return this.#interface(exporter, objref);
  }

  /** Due every ping period: tells each resolver which of its objects are still held. Failures are for the next one. */
  async ping(): Promise<void> {
    await Promise.all([...this.#pings.values()].map((set) => set.ping().catch(() => 'failed')));
  }

  /** Object exporters in the client's OXID table. */
  get exporters(): number {
    return this.#exporters.size;
  }

  async close(): Promise<void> {
    this.#pinger?.stop();
    this.#pinger = undefined;
    await Promise.allSettled(this.#exporters.values());
    await this.#connections.close();
    this.#exporters.clear();
    this.#pings.clear();
  }

  /** [MS-DCOM] 3.2.4.1.1.2: the newer interface, unless server or profile want the older; fallback where it is unknown. */
  async #activate(resolver: Resolver, call: ActivateCall): Promise<ActivationResult> {
    const { profile } = this.#options;
    const { method = profile.activationMethod } = call;
    const isOlder = resolver.version !== undefined && profile.opening === 'ServerAlive2' && below56(resolver.version);
    if (isOlder && profile.fallsBackToIActivation) return this.#send(resolver, call, 'RemoteActivation');
    try {
      return await this.#send(resolver, call, method);
    } catch (error) {
      if (!profile.fallsBackToIActivation || method === 'RemoteActivation' || !isUnknownInterface(error)) throw error;
      return this.#send(resolver, call, 'RemoteActivation');
    }
  }

  #send(resolver: Resolver, { clsid, iids }: ActivateCall, method: ActivationMethod): Promise<ActivationResult> {
    const { profile, host, random } = this.#options;
    const version = resolver.version !== undefined && profile.opening === 'ServerAlive2' ? resolver.version : undefined;
    return activateOver(resolver.contexts, {
      clsid: clsid.toLowerCase(),
      iids: [...new Set([...profile.iids, ...iids.map((iid) => iid.toLowerCase())])],
      method,
      flags: profile.activationFlags,
      random,
      authnLevel: this.#connections.activationLevel(),
      clientVersion: version === undefined ? profile.comVersion : lower(profile.comVersion, version),
      impersonationLevel: profile.impersonationLevel,
      serverName: host,
    });
  }

  async #unmarshalAll(reply: ActivationReply, iid: string): Promise<RemoteInterface | undefined> {
    const exporter = await (this.#exporters.get(reply.oxid) ?? this.#add(reply.oxid, () => this.#open(reply)));
    let wanted: RemoteInterface | undefined;
    for (const { iid: own, objref, hresult } of reply.interfaces) {
      // [MS-DCOM] 3.2.4.1.1.2: what is no success was not obtained, whatever stands in its place.
      if (hresult !== 0 || !isReference(objref)) continue;
      const { oxid } = objref.std;
      const found = oxid === reply.oxid ? await this.#interface(exporter, objref) : await this.unmarshal(objref);
      if (own === iid && wanted === undefined) wanted = found;
      else await found.release();
    }
    return wanted;
  }

  /** A reference without references of its own is given some ([MS-DCOM] 3.2.4.4). */
  async #interface(exporter: Exporter, { iid, std }: Reference): Promise<RemoteInterface> {
    const found = new RemoteInterface(exporter, iid, std);
    if (std.cPublicRefs === 0) await found.addRef();
    this.#pinger ??= this.#options.timers.every(PING_PERIOD, () => void this.ping());
    return found;
  }

  /** One connection an exporter, kept for all its objects. */
  #add(oxid: bigint, open: () => Promise<Exporter>): Promise<Exporter> {
    return keep(this.#exporters, oxid, open(), ({ connection }) => connection.ended);
  }

  async #resolve(oxid: bigint, saResAddr: DUALSTRINGARRAY): Promise<Exporter> {
    const { host, port = RESOLVER_PORT, throughNat } = this.#options;
    const targets = resolverTargets(saResAddr, { host, throughNat });
    const all = targets.length === 0 ? [{ host, port }] : targets;
    const { resolver, resolved } = await asStep(this.#options.onStep, { step: 'resolution', oxid }, (tried) =>
      this.#askResolver(all, oxid, tried),
    );
    return this.#open({ ...resolved, host: resolver.target.host }, resolver);
  }

  async #askResolver(targets: readonly Target[], oxid: bigint, tried: Target[]) {
    const secured = await this.#connections.resolver(targets, 'resolution', (target) => tried.push(target));
    try {
      return { resolver: secured, resolved: await resolveOxid(secured.contexts, oxid) };
    } catch (error) {
      if (error instanceof Refused || this.#options.resolvesUnsecured !== true) throw error;
      const resolver = await this.#connections.resolver([secured.target], 'unsecured resolution');
      return { resolver, resolved: await resolveOxid(resolver.contexts, oxid) };
    }
  }

  async #open(
    found: Omit<ResolvedOxid, 'serverVersion'> & { serverVersion?: COMVERSION | undefined; host?: string },
    resolver?: Resolver,
  ): Promise<Exporter> {
    const { oxid, bindings, authnHint, ipidRemUnknown, serverVersion } = found;
    const { profile, host, port = RESOLVER_PORT, throughNat, random, level } = this.#options;
    const targets = exporterTargets(bindings, { host: found.host ?? host, throughNat });
    const objectLevel = Math.max(level ?? 0, profile.objectLevel(authnHint));
    const authType = this.#options.authType ?? serviceOf(bindings, profile.objectAuthType);
    const security = await this.#connections.security(
      authType,
      objectLevel,
      objectService(bindings, { ...this.#options, host: found.host ?? host }),
    );
    const connection = await asStep(this.#options.onStep, { step: 'exporter', oxid }, (tried) =>
      reach(targets, (target) => {
        tried.push(target);
        return this.#connections.connect(target);
      }),
    );
    const orpc = new ExporterConnection({
      connection,
      security,
      random,
      comVersion: serverVersion === undefined ? profile.comVersion : lower(profile.comVersion, serverVersion),
      orpcFlags: profile.orpcFlags,
      proposals: profile.objectProposals,
      verificationTrailer: profile.verificationTrailer,
    });
    const { target } = resolver ?? { target: { host, port } };
    const remoteUnknown =
      profile.remoteUnknown === 'IRemUnknown2' && !below56(serverVersion) ? IRemUnknown2 : IRemUnknown;
    return {
      oxid,
      ipidRemUnknown,
      remoteUnknown,
      network: this.#options.network,
      connection: orpc,
      pings: this.#pingSet(target, resolver?.purpose ?? 'resolution'),
    };
  }

  #pingSet(target: Target, purpose: Purpose): PingSet {
    const key = `${keyOf(target)} ${purpose}`;
    const before = this.#pings.get(key);
    if (before !== undefined) return before;
    const created = new PingSet(pinging(async () => (await this.#connections.resolver([target], purpose)).contexts));
    this.#pings.set(key, created);
    return created;
  }
}

/** The activator is not there: refused in the bind, or when it is called. */
const isUnknownInterface = (error: unknown): boolean =>
  (error instanceof ContextRejected && error.reason === ABSTRACT_SYNTAX_NOT_SUPPORTED) ||
  (error instanceof RpcFault && error.status === FAULT.UNKNOWN_IF);

const ABSTRACT_SYNTAX_NOT_SUPPORTED = 1;

export { Refused } from './refused.js';
export { RemoteInterface } from './remote-interface.js';
