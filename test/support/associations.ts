import { type ContextElement, NDR20_SYNTAX, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../src/codec/rpce/index.js';
import {
  AssociationGroups,
  ClientAssociation,
  type ClientAssociationOptions,
  type ClientEvent,
  interfaceTable,
  RPC_PROFILES,
  type RpcInterface,
  type RpcLimits,
  type RpcProfile,
  ServerAssociation,
  type ServerCall,
} from '../../src/rpc/index.js';
import { AccountTable, ntlmAcceptor, ntlmInitiator, Secret } from '../../src/security/index.js';

/** The same octets every time: 1, 2, 3, … from `seed` on. */
export function countingRandom(seed = 1): (length: number) => Uint8Array {
  let next = seed;
  return (length) => Uint8Array.from({ length }, () => next++ & 0xff);
}

export const NOW = Date.UTC(2026, 0, 15, 12);

/** An interface of two operations that echoes what it is sent; nothing of it depends on NDR. */
export const ECHO: RpcInterface = {
  name: 'echo',
  uuid: '60a15ec5-4de8-11d7-a637-005056a20182',
  version: 1,
  operationCount: 2,
};

export const element = (
  id: number,
  of: RpcInterface = ECHO,
  ...syntaxes: { uuid: string; version: number }[]
): ContextElement => ({
  p_cont_id: id,
  abstract_syntax: { uuid: of.uuid, version: of.version },
  transfer_syntaxes: syntaxes.length === 0 ? [NDR20_SYNTAX] : syntaxes,
});

export const ACCOUNT = { domain: 'LAB', user: 'op', password: 'Pässw0rd' } as const;

export interface PairOptions {
  readonly level?: number;
  readonly password?: string;
  readonly anonymous?: boolean;
  readonly profile?: Partial<RpcProfile>;
  readonly limits?: Partial<RpcLimits>;
  readonly client?: ClientAssociationOptions;
  readonly groups?: AssociationGroups;
  readonly clientAddress?: string;
}

/** A client and a server association joined by nothing but function calls. */
export class Pair {
  readonly server: ServerAssociation;
  readonly client: ClientAssociation;
  readonly calls: ServerCall[] = [];
  readonly clientEvents: ClientEvent[] = [];
  readonly serverEvents: unknown[] = [];
  /** PDUs in the order of the wire. */
  readonly wire: { from: 'client' | 'server'; pdu: Buffer }[] = [];
  readonly level: number;
  serverClosed: string | undefined;
  clientClosed: string | undefined;
  now = NOW;
  /** Changes what the client sends before the server gets it. */
  tamper: (pdu: Buffer) => Buffer = (pdu) => pdu;
  /** Octets a delivery; all at once where absent. */
  chunk: number | undefined;
  readonly #options: PairOptions;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    this.level = options.level ?? RPC_C_AUTHN_LEVEL.NONE;
    this.client = new ClientAssociation(options.client);
    this.server = new ServerAssociation({
      interfaces: interfaceTable([ECHO]),
      providers: [
        ntlmAcceptor({
          server: { netbiosName: 'SRV', netbiosDomain: 'LAB' },
          accounts: new AccountTable([ACCOUNT]),
          random: countingRandom(100),
        }),
      ],
      groups: options.groups ?? new AssociationGroups(countingRandom(7)),
      clientAddress: options.clientAddress ?? '127.0.0.1',
      secondaryAddress: '135',
      profile: { ...(RPC_PROFILES['windows-server-2022'] as RpcProfile), ...options.profile },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      now: this.now,
    });
  }

  get authenticates(): boolean {
    return this.level > RPC_C_AUTHN_LEVEL.NONE;
  }

  /** A client context for the level of this pair. */
  security(authContextId = 0, level = this.level) {
    const { anonymous, password = ACCOUNT.password } = this.#options;
    const credentials = { domain: ACCOUNT.domain, user: ACCOUNT.user, secret: Secret.password(password) };
    const provider = ntlmInitiator({ random: countingRandom(50), ...(anonymous ? {} : { credentials }) });
    return { context: provider.initiate({ level, target: 'RPCSS/srv' }), level, authContextId };
  }

  /** Binds the echo interface as context 0, with whatever level the pair has. */
  bind(elements: ContextElement[] = [element(0)]): this {
    this.toServer([this.client.bind(elements, this.authenticates ? this.security() : undefined, this.now).send]);
    return this;
  }

  alter(elements: ContextElement[], security?: ReturnType<Pair['security']>): this {
    this.toServer([this.client.alter(elements, security, this.now).send]);
    return this;
  }

  /** Sends a request and gives its call_id. */
  request(
    options: {
      stub?: Uint8Array;
      opnum?: number;
      contextId?: number;
      object?: string;
      authContextId?: number;
      verificationTrailer?: boolean;
    } = {},
  ): number {
    const { callId, send } = this.client.request({
      contextId: 0,
      opnum: 0,
      stub: new Uint8Array(0),
      ...(this.authenticates ? { authContextId: 0 } : {}),
      ...options,
    });
    this.toServer(send);
    return callId;
  }

  /** Echoes the oldest call that was not answered. */
  answer(): this {
    const call = this.calls.shift() as ServerCall;
    this.toClient(this.server.respond(call, call.stub));
    return this;
  }

  toServer(pdus: readonly Buffer[]): void {
    for (const pdu of pdus) {
      const sent = this.tamper(Buffer.from(pdu));
      this.wire.push({ from: 'client', pdu: sent });
      for (const piece of pieces(sent, this.chunk)) this.#take(piece);
    }
  }

  #take(octets: Buffer): void {
    const out = this.server.receive(octets, this.now);
    this.calls.push(...out.calls);
    this.serverEvents.push(...out.events);
    this.serverClosed ??= out.close;
    this.toClient(out.send);
  }

  toClient(pdus: readonly Buffer[]): void {
    for (const pdu of pdus) {
      this.wire.push({ from: 'server', pdu: Buffer.from(pdu) });
      for (const piece of pieces(Buffer.from(pdu), this.chunk)) {
        const out = this.client.receive(piece, this.now);
        this.clientEvents.push(...out.events);
        this.clientClosed ??= out.close;
        this.toServer(out.send);
      }
    }
  }

  /** The last event of a type that the client saw. */
  seen<T extends ClientEvent['type']>(type: T): Extract<ClientEvent, { type: T }> | undefined {
    return this.clientEvents.findLast((event) => event.type === type) as Extract<ClientEvent, { type: T }> | undefined;
  }
}

function* pieces(octets: Buffer, size = octets.length): Generator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield Buffer.from(octets.subarray(at, at + size));
}

export const NTLM = RPC_C_AUTHN.WINNT;
