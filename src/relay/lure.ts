import { pino } from 'pino';
import {
  IActivation,
  IRemoteSCMActivator,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
} from '../codec/dcom/index.js';
import { FAULT, type Pdu, RPC_C_AUTHN } from '../codec/rpce/index.js';
import type { Channel, ChannelEvents, Endpoint, Listener } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import { DEFAULT_PROFILE, RpcFault } from '../rpc/index.js';
import type { AcceptorProvider, Leg, RandomBytes } from '../security/index.js';
import { OPEN_ACCESS } from '../server/access.js';
import { RpcEndpoint } from '../server/endpoint/endpoint.js';
import { interfaceSet } from '../server/endpoint/interface-set.js';
import { method, type Service, service } from '../server/endpoint/service.js';
import { ServerBindings } from '../server/objects/bindings.js';
import { PingSets } from '../server/objects/ping-sets.js';
import { objectResolver } from '../server/objects/resolver.js';
import { ObjectTable } from '../server/objects/table.js';
import { dcomProfile } from '../server/profile.js';
import { gate } from './gate.js';
import { RelayedHandshake } from './handshake.js';
import { RelayedAcceptor } from './keyless-contexts.js';
import { Mailbox } from './mailbox.js';

/** Its network is confined to loopback or simulated hosts. */
export interface LureOptions extends Omit<Environment, 'timers'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

type Answer = () => Leg | Error;

const CARRIERS = ['bind', 'alter_context', 'auth3'];

/**
 * A rogue RPC server that a victim is lured to: ServerAlive2 is answered as any server does, authentications are handed
 * to whoever takes them, and what the victim then asks for is denied.
 */
export class Lure {
  readonly #handshakes = new Mailbox<RelayedHandshake>();
  readonly #endpoint: RpcEndpoint;
  #listener: Listener | undefined;
  /** The answer of the context that the endpoint makes or steps within the present call of `data`. */
  #answer: Answer = () => new Error('nobody relays this authentication');

  private constructor({ random, clock, monotonic }: LureOptions) {
    this.#endpoint = new RpcEndpoint({
      services: interfaceSet(rogueServices(random)),
      providers: [RPC_C_AUTHN.WINNT, RPC_C_AUTHN.GSS_NEGOTIATE, RPC_C_AUTHN.GSS_KERBEROS].map((authType) =>
        this.#provider(authType),
      ),
      profile: DEFAULT_PROFILE,
      random,
      clock,
      monotonic,
      logger: pino({ level: 'silent' }),
      statistics: { calls_in: 0, calls_out: 0, pkts_in: 0, pkts_out: 0 },
    });
  }

  /** Rejects with `RelayRefused` for an address that is neither loopback nor simulated. */
  static async open(options: LureOptions): Promise<Lure> {
    const lure = new Lure(options);
    lure.#listener = await options.network.listen({ host: options.host, port: options.port }, (channel) =>
      lure.#accept(channel),
    );
    return lure;
  }

  get address(): Endpoint {
    return (this.#listener as Listener).address;
  }

  /** The next victim that authenticates. */
  next(): Promise<RelayedHandshake> {
    return this.#handshakes.take();
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }

  #provider(authType: number): AcceptorProvider {
    return { authType, oids: [], accept: () => new RelayedAcceptor(authType, this.#answer) };
  }

  #accept(channel: Channel): ChannelEvents {
    const inner = this.#endpoint.accept(channel);
    let handshake: RelayedHandshake | undefined;
    let leg: Leg | Error = new Error('nobody relays this authentication');
    const answer: Answer = () => leg;
    const before = async (pdu: Pdu): Promise<void> => {
      if (pdu.auth === undefined || pdu.auth.auth_value.length === 0 || !CARRIERS.includes(String(pdu.PTYPE))) return;
      if (handshake === undefined) {
        handshake = new RelayedHandshake(pdu.auth.auth_type, pdu.auth.auth_level, channel.remote);
        this.#handshakes.put(handshake);
      }
      handshake.fromVictim.put(Buffer.from(pdu.auth.auth_value));
      leg = isLast(pdu) ? { done: true } : await handshake.toVictim.take().catch((error: Error) => error);
    };
    const events: ChannelEvents = {
      data: (bytes) => {
        this.#answer = answer;
        inner.data(bytes);
      },
      closed: (error) => inner.closed(error),
    };
    return gate(events, {
      before,
      interrupted: (error) => handshake?.abandon(error),
      destroy: () => channel.destroy(),
    });
  }
}

/** [MS-RPCE] 3.3.1.5.2.1, [MS-KILE] 3.4.5.1: nothing answers an auth3 or the third leg of Kerberos, so nothing is waited for. */
const isLast = ({ PTYPE, auth }: Pdu): boolean =>
  PTYPE === 'auth3' || (PTYPE === 'alter_context' && auth?.auth_type === RPC_C_AUTHN.GSS_KERBEROS);

/** What a DCOM client looks for on port 135. Victims are told that access is denied, as relays do. */
function rogueServices(random: RandomBytes): Service[] {
  const denied = () => {
    throw new RpcFault(FAULT.ACCESS_DENIED, { detail: 'the lure denies every activation' });
  };
  const options = { guard: denied };
  const objects = new ObjectTable({ random });
  return [
    service(
      IRemoteSCMActivator,
      [method(RemoteCreateInstance, denied, options), method(RemoteGetClassObject, denied, options)],
      { transferSyntaxes: ['ndr20'] },
    ),
    service(IActivation, [method(RemoteActivation, denied, options)], { transferSyntaxes: ['ndr20'] }),
    objectResolver({
      objects,
      pings: new PingSets({ objects, random }),
      access: OPEN_ACCESS,
      bindings: new ServerBindings(),
      exporterPort: () => 0,
      authnHint: 0,
      form: dcomProfile(DEFAULT_PROFILE.name).accessRefusal,
      clock: () => 0,
      refused: () => undefined,
    }),
  ];
}
