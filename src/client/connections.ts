import type { COMVERSION } from '../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { type Environment, environmentOf } from '../net/environment.js';
import type { ClientAssociationOptions } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import { reach, type Target } from './bindings.js';
import { RpcConnection } from './connection.js';
import { ContextConnection } from './context-connection.js';
import { clientSecurity } from './credentials.js';
import type { DcomClientOptions } from './dcom-client.js';
import { serverAlive } from './resolver-client.js';

/** A resolver that the client talks to: an entry of its Resolver table, [MS-DCOM] 3.2.1. */
export interface Resolver {
  readonly target: Target;
  readonly version: COMVERSION | undefined;
  readonly contexts: ContextConnection;
  readonly purpose: Purpose;
}

/** What a resolver is asked for, which decides the level. */
export type Purpose = 'activation' | 'resolution' | 'unsecured resolution';

const CONNECT_TIMEOUT: Milliseconds = 3_000;

/** The connections of a client, and the resolvers at their other ends. */
export class Connections {
  readonly #options: DcomClientOptions & Environment;
  readonly #open = new Set<{ close(): void }>();
  readonly #resolvers = new Map<string, Promise<Resolver>>();

  constructor(options: DcomClientOptions & Environment) {
    this.#options = options;
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#resolvers.values());
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#resolvers.clear();
  }

  /**
   * The first of the targets that answers, after `tries` is told of it; one authenticated connection each, for
   * activations, resolutions and pings.
   */
  resolver(targets: readonly Target[], purpose: Purpose, tries?: (target: Target) => void): Promise<Resolver> {
    const level = this.#resolverLevel(purpose);
    return reach(targets, (target) => {
      tries?.(target);
      const key = `${keyOf(target)} ${level}`;
      const before = this.#resolvers.get(key);
      if (before !== undefined) return before;
      const opened = this.#openResolver(target, level, purpose);
      return keep(this.#resolvers, key, opened, ({ contexts }) => contexts.connection.ended);
    });
  }

  /** [MS-DCOM] 3.2.4.1.1.1: asks whether the server is there, without authentication, then connects with it. */
  async #openResolver(target: Target, level: number, purpose: Purpose): Promise<Resolver> {
    const { profile, authType = profile.authType } = this.#options;
    const { opening, resolverProposals: proposals, joinsAssociation } = profile;
    let version: COMVERSION | undefined;
    let joined: { association: ClientAssociationOptions; firstContextId: number } | undefined;
    if (opening !== undefined) {
      const connection = await this.connect(target);
      const asked = new ContextConnection({ connection, security: undefined, proposals });
      version = (await serverAlive(asked, opening)).version;
      // The number of the bind time features is used again.
      const firstContextId = asked.nextContextId - (proposals.features ? 1 : 0);
      joined = {
        association: { groupId: connection.groupId, firstCallId: connection.nextCallId },
        firstContextId,
      };
      if (!joinsAssociation) this.#drop(connection);
    }
    const joins = joinsAssociation && joined !== undefined;
    const security = await this.security(authType, level, this.#options.service ?? `RPCSS/${target.host}`);
    const connection = await this.connect(target, joins ? joined?.association : undefined);
    const contexts = new ContextConnection({
      connection,
      security,
      proposals,
      joins,
      ...(joins && joined !== undefined ? { firstContextId: joined.firstContextId } : {}),
      verificationTrailer: profile.verificationTrailer,
    });
    return { target, version, contexts, purpose };
  }

  /** A security context towards a target, by the client's logon; undefined where the level is NONE. */
  security(authType: number, level: number, target?: string) {
    const { credentials, tickets, ntlm, random, profile } = this.#options;
    const who = { ...(credentials && { credentials }), ...(tickets && { tickets }), ...(ntlm && { ntlm }) };
    return clientSecurity({ authType, level, random, ...who, ...(target && { target }) }, profile.authContextId);
  }

  /** Rejects with `TransportError`. */
  async connect(target: Target, joined?: ClientAssociationOptions): Promise<RpcConnection> {
    const { profile, timeout, octets, connectTimeout = CONNECT_TIMEOUT } = this.#options;
    const connection = await RpcConnection.open({
      ...{ ...environmentOf(this.#options), ...target },
      association: { ...profile.association, ...joined },
      connectTimeout: Math.min(connectTimeout, timeout ?? connectTimeout),
      ...(timeout !== undefined && { timeout }),
      ...(octets && { octets }),
    });
    this.#open.add(connection);
    void connection.ended.then(() => this.#open.delete(connection));
    return connection;
  }

  #drop(connection: RpcConnection): void {
    this.#open.delete(connection);
    connection.close();
  }

  #resolverLevel(purpose: Purpose): number {
    if (purpose === 'activation') return this.activationLevel();
    return purpose === 'resolution' ? this.#options.profile.resolverLevel : RPC_C_AUTHN_LEVEL.NONE;
  }

  /** RPC_C_AUTHN_LEVEL_* of activations. */
  activationLevel(): number {
    const { profile, level, authType } = this.#options;
    return authType === 0 ? RPC_C_AUTHN_LEVEL.NONE : profile.activationLevel(level ?? 'default');
  }
}

/** Keeps what was opened for whoever asks next, until it fails or its connection ends. */
export function keep<K, V>(kept: Map<K, Promise<V>>, key: K, opened: Promise<V>, ended: (value: V) => Promise<void>) {
  const forget = () => {
    if (kept.get(key) === opened) kept.delete(key);
  };
  kept.set(key, opened);
  opened.then(ended).then(forget, forget);
  return opened;
}

export const keyOf = ({ host, port }: Target): string => `${host.toLowerCase()} ${port}`;
