import {
  type ActivationReply,
  bindingsOf,
  type DUALSTRINGARRAY,
  IRemUnknown,
  IRemUnknown2,
  type OBJREF,
  RemQueryInterface,
  RemRelease,
  type STDOBJREF,
} from '../codec/dcom/index.js';
import type { InterfaceDef, Operation } from '../codec/ndr/index.js';
import { TransportError } from '../net/error.js';
import type { Milliseconds, NtlmCredentials, RandomBytes } from '../security/index.js';
import { activate } from './activate.js';
import { type Connector, RpcConnection } from './connection.js';
import { clientSecurity } from './credentials.js';
import { ExporterConnection } from './exporter-connection.js';
import { assertMayCall } from './may-call.js';
import type { CallOutcome } from './outcome.js';
import type { ClientProfile } from './profiles.js';

export interface DcomClientOptions {
  readonly host: string;
  /** Of the activators; 135 where absent. */
  readonly port?: number;
  readonly profile: ClientProfile;
  /** Instead of the profile's. */
  readonly level?: number;
  readonly authType?: number;
  readonly credentials?: NtlmCredentials;
  readonly random: RandomBytes;
  readonly connector?: Connector;
  /** True for hosts of a simulated network, whatever their addresses. */
  readonly simulated?: boolean;
  readonly timeout?: Milliseconds;
}

const NCACN_IP_TCP = 7;
const IN_BINDING = /^(.*)\[(\d{1,5})\]$/;

/** An activation or call that the server did not grant; `outcome` says where it was refused. */
export class Refused extends Error {
  readonly outcome: CallOutcome;

  constructor(doing: string, outcome: CallOutcome) {
    super(`${doing}: ${outcome.text}`);
    this.name = 'Refused';
    this.outcome = outcome;
  }
}

/** A DCOM client that follows a profile: activates, resolves, calls and releases ([MS-DCOM] 3.2). */
export class DcomClient {
  readonly #options: DcomClientOptions;
  readonly #exporters = new Map<bigint, Promise<Exporter>>();

  constructor(options: DcomClientOptions) {
    this.#options = options;
  }

  /** Activates a class. Rejects with `Refused`. */
  async activate(clsid: string, iid: string): Promise<RemoteInterface> {
    const { host, profile, level = profile.activationLevel, authType = profile.authType, ...options } = this.#options;
    const authentication = { authType, level, target: `RPCSS/${host}`, ...pick(options) };
    const { outcome, reply } = await activate({
      ...options,
      host,
      clsid,
      iids: [iid],
      clientVersion: profile.comVersion,
      serverName: host,
      authentication,
    });
    const objref = reply?.interfaces[0]?.objref;
    if (reply === undefined || !objref || objref instanceof Uint8Array || !('std' in objref)) {
      throw new Refused(`activation of ${clsid}`, outcome);
    }
    const exporter = await this.#exporterOf(reply);
    return new RemoteInterface(exporter, iid, objref.std);
  }

  /** An interface that an answer of the same exporter carried. */
  async unmarshal(from: RemoteInterface, objref: OBJREF): Promise<RemoteInterface> {
    if (!('std' in objref)) throw new TypeError('an OBJREF of this form has no interface to call');
    return new RemoteInterface(from.exporter, objref.iid, objref.std);
  }

  async close(): Promise<void> {
    for (const exporter of this.#exporters.values()) (await exporter.catch(() => undefined))?.connection.close();
    this.#exporters.clear();
  }

  /** One connection an exporter, kept for all its objects. */
  #exporterOf(reply: ActivationReply): Promise<Exporter> {
    const before = this.#exporters.get(reply.oxid);
    if (before !== undefined) return before;
    const opened = this.#open(reply);
    this.#exporters.set(reply.oxid, opened);
    opened.catch(() => this.#exporters.delete(reply.oxid));
    return opened;
  }

  async #open({ bindings, authnHint, ipidRemUnknown, serverVersion }: ActivationReply): Promise<Exporter> {
    const { profile, authType = profile.authType, simulated = false } = this.#options;
    const connection = await this.#reach(bindings);
    const level =
      this.#options.level === undefined ? profile.objectLevel(authnHint) : Math.max(this.#options.level, authnHint);
    return {
      ipidRemUnknown,
      remoteUnknown: (serverVersion?.MinorVersion ?? 0) >= 6 ? IRemUnknown2 : IRemUnknown,
      simulated,
      connection: new ExporterConnection({
        connection,
        security: clientSecurity({ authType, level, ...pick(this.#options) }),
        random: this.#options.random,
        comVersion: profile.comVersion,
        orpcFlags: profile.orpcFlags,
        verificationTrailer: profile.verificationTrailer,
      }),
    };
  }

  /** [MS-DCOM] 3.2.4.1.2: the first of the string bindings that answers; the host that was activated on goes first. */
  async #reach(bindings: DUALSTRINGARRAY): Promise<RpcConnection> {
    const { host, profile, connector, timeout } = this.#options;
    const targets = bindingsOf(bindings)
      .stringBindings.filter(({ wTowerId }) => wTowerId === NCACN_IP_TCP)
      .map(({ aNetworkAddr }) => IN_BINDING.exec(aNetworkAddr))
      .filter((match) => match !== null)
      .map(([, address = '', port]) => ({ host: address, port: Number(port) }))
      .sort((a, b) => Number(b.host === host) - Number(a.host === host));
    let failure: unknown = new TransportError('object exporter', 'no string binding that can be used over TCP');
    for (const target of targets) {
      try {
        return await RpcConnection.open({
          ...target,
          association: profile.association,
          ...(connector === undefined ? {} : { connector }),
          ...(timeout === undefined ? {} : { timeout }),
        });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}

const pick = ({ credentials, random }: Pick<DcomClientOptions, 'credentials' | 'random'>) => ({
  random,
  ...(credentials === undefined ? {} : { credentials }),
});

interface Exporter {
  readonly ipidRemUnknown: string;
  readonly remoteUnknown: InterfaceDef;
  readonly connection: ExporterConnection;
  readonly simulated: boolean;
}

/** One interface of one remote object. */
export class RemoteInterface {
  readonly exporter: Exporter;
  readonly iid: string;
  readonly std: STDOBJREF;
  #references: number;

  constructor(exporter: Exporter, iid: string, std: STDOBJREF) {
    this.exporter = exporter;
    this.iid = iid;
    this.std = std;
    this.#references = std.cPublicRefs;
  }

  /** Calls a method. Throws `MethodCallRefused` for a host that is neither loopback nor simulated. */
  async call<I extends object, O>(
    definition: InterfaceDef,
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
  ): Promise<O> {
    const { connection, simulated } = this.exporter;
    assertMayCall(connection.remote, simulated);
    return connection.call(definition, this.std.ipid, operation, input);
  }

  /** [MS-DCOM] 3.2.4.4.2: IRemUnknown::RemQueryInterface. Rejects with `Refused` where the object does not have it. */
  async queryInterface(iid: string): Promise<RemoteInterface> {
    const { connection, remoteUnknown, ipidRemUnknown } = this.exporter;
    const { ppQIResults, ReturnValue } = await connection.call(remoteUnknown, ipidRemUnknown, RemQueryInterface, {
      ripid: this.std.ipid,
      cRefs: 5,
      iids: [iid],
    });
    const result = ppQIResults?.[0];
    if (result === undefined || result.hResult !== 0) {
      const status = result?.hResult ?? ReturnValue;
      throw new Refused(`interface ${iid}`, {
        accepted: false,
        refusedAt: 'object',
        status,
        text: `0x${status.toString(16)}`,
      });
    }
    return new RemoteInterface(this.exporter, iid, result.std);
  }

  /** Gives all references of this interface back. */
  async release(): Promise<void> {
    if (this.#references === 0) return;
    const { connection, remoteUnknown, ipidRemUnknown } = this.exporter;
    const cPublicRefs = this.#references;
    this.#references = 0;
    await connection.call(remoteUnknown, ipidRemUnknown, RemRelease, {
      InterfaceRefs: [{ ipid: this.std.ipid, cPublicRefs, cPrivateRefs: 0 }],
    });
  }
}
