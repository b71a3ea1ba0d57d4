import { CodecError } from '../../codec/error.js';
import {
  DREP_LITTLE,
  decodePdu,
  endianOf,
  type Pdu,
  type RequestPdu,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
  type SyntaxId,
  stubOffset,
} from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import type { Identity, PassiveContext } from '../../security/provider.js';
import { AgedMap, Allowance } from '../core/aged-map.js';
import { isFirst, isLast } from '../core/fragments.js';
import { messageOf } from '../core/protection.js';
import { StubBuffer } from '../core/stub-buffer.js';
import { ObservedContexts, type ObservedPresentation } from './contexts.js';
import { ObservedSecurities, type ObservedSecurity } from './security.js';

export type Sender = 'client' | 'server';

/** Whether the octets of a stub can be trusted and read. */
export type StubState =
  /** Sent in plain, without a signature. */
  | 'plain'
  /** Signed, and nothing is known to check the signature with. */
  | 'signed'
  /** The signature was checked, and the stub decrypted where it was sealed. */
  | 'verified'
  /** The signature was checked and is wrong. */
  | 'bad signature'
  /** Encrypted, and nothing is known to decrypt it with. */
  | 'sealed';

/** A complete request, response or fault of a call, as it was overheard. */
export interface ObservedMessage {
  readonly kind: 'request' | 'response' | 'fault';
  readonly callId: number;
  /** Undefined where the bind was not seen. */
  readonly presentation: ObservedPresentation | undefined;
  /** Of the request; undefined for an answer whose request was not seen. */
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  readonly stub: Buffer;
  readonly stubState: StubState;
  readonly littleEndian: boolean;
  readonly status: number | undefined;
  readonly security: CallLevel;
}

/** The authentication that a message stands under. */
export interface CallLevel {
  readonly authType: number | undefined;
  /** Undefined where neither a trailer nor the association tells it. */
  readonly level: number | undefined;
  readonly authContextId: number | undefined;
  /** A trailer of this PDU, or the only security context of the association ([MS-RPCE] 3.3.1.5.4). */
  readonly from: 'trailer' | 'association' | 'none' | 'unknown';
  readonly identity: Identity | undefined;
}

/** What one PDU of an overheard connection was. */
export interface Observed {
  readonly sender: Sender;
  /** Undefined where the octets do not decode. */
  readonly pdu: Pdu | undefined;
  readonly error: CodecError | undefined;
  readonly security: CallLevel;
  /** Present with the last fragment of a message. */
  readonly message: ObservedMessage | undefined;
}

export interface PassiveOptions {
  /** Follows the handshake of one security context; undefined for a type that nothing is known of. */
  readonly observe: (authType: number) => PassiveContext | undefined;
  /** Shared by associations that are followed at the same time; one of its own where absent. */
  readonly budget?: PassiveBudget;
}

/** What all associations that share it hold of messages that are not complete: the oldest of whichever give way. */
export class PassiveBudget {
  readonly assemblies: Allowance<string, Assembly>;
  readonly requests: Allowance<number, Request>;

  /**
   * `octets` of memory for fragments of messages whose last one has not come; `requests` without an answer, of each of
   * which the opnum, context and object are kept.
   */
  constructor({ octets = 32 << 20, requests = 65_536 }: { readonly octets?: number; readonly requests?: number } = {}) {
    this.assemblies = new Allowance(octets, (assembly) => {
      assembly.begun = false;
    });
    this.requests = new Allowance(requests);
  }
}

interface Assembly {
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  readonly stub: StubBuffer;
  state: StubState | undefined;
  /** False where the first fragment is missing, or was given up. */
  begun: boolean;
}

interface Request {
  readonly opnum: number;
  readonly contextId: number;
  readonly object: string | undefined;
}

/** What an unfinished message takes beside its octets, so that the budget holds for the smallest ones too. */
const OVERHEAD = 512;
const NO_STUB = Buffer.alloc(0);

/** Follows a connection of two others from its PDUs, in the order of the wire, also from its middle on. */
export class PassiveAssociation {
  readonly #contexts = new ObservedContexts();
  readonly #securities: ObservedSecurities;
  /** By sender and call_id: what has come of a fragmented message. */
  readonly #assemblies: AgedMap<string, Assembly>;
  readonly #requests: AgedMap<number, Request>;

  constructor({ observe, budget = new PassiveBudget() }: PassiveOptions) {
    this.#securities = new ObservedSecurities(observe);
    this.#assemblies = new AgedMap(budget.assemblies);
    this.#requests = new AgedMap(budget.requests);
  }

  /** What a later association needs to know of this one, when the connection goes on: for `restore`. */
  get remainder(): string {
    return JSON.stringify([this.#contexts.remainder, this.#securities.remainder]);
  }

  /** Goes on where another one has left `remainder`: contexts are known, session keys are not. */
  restore(remainder: string): void {
    const [contexts, securities] = JSON.parse(remainder);
    this.#contexts.restore(contexts);
    this.#securities.restore(securities);
  }

  /** The connection has ended: what it held of the budget is free. */
  end(): void {
    this.#assemblies.clear();
    this.#requests.clear();
  }

  /** Security contexts that were seen on the connection. */
  get securities(): readonly ObservedSecurity[] {
    return this.#securities.all;
  }

  /** The presentation contexts that were agreed on, or proposed where the answer was not seen. */
  get presentations(): readonly ObservedPresentation[] {
    return this.#contexts.all;
  }

  /** The presentation context that a request, response or fault names. */
  presentationOf(pdu: Pdu | undefined): ObservedPresentation | undefined {
    return pdu !== undefined && 'p_cont_id' in pdu ? this.#contexts.find(pdu.p_cont_id) : undefined;
  }

  /** The presentation context with this number. */
  presentation(id: number): ObservedPresentation | undefined {
    return this.#contexts.find(id);
  }

  /** What a call without a trailer stands under, as far as the connection tells by now. */
  get implied(): CallLevel {
    return this.#implied() ?? (this.#contexts.sawBind ? NONE : UNKNOWN);
  }

  /** Takes one whole PDU. `bytes` is not changed: a sealed stub is decrypted in a copy. */
  take(sender: Sender, bytes: Uint8Array): Observed {
    let pdu: Pdu;
    try {
      pdu = decodePdu(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return { sender, pdu: undefined, error, security: UNKNOWN, message: undefined };
    }
    this.#contexts.note(pdu);
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') this.#securities.note(pdu, sender);
    const security = this.#levelOf(pdu);
    return { sender, pdu, error: undefined, security, message: this.#messageOf(pdu, sender, bytes, security) };
  }

  #levelOf(pdu: Pdu): CallLevel {
    if (pdu.auth !== undefined) {
      const known = this.#securities.find(pdu.auth.auth_context_id);
      return {
        authType: pdu.auth.auth_type,
        level: pdu.auth.auth_level,
        authContextId: pdu.auth.auth_context_id,
        from: 'trailer',
        identity: known?.passive?.identity,
      };
    }
    const implied = this.#implied();
    if (implied !== undefined) return implied;
    // An alter_context for a further interface says nothing of the calls to come.
    const tells = this.#contexts.sawBind && pdu.PTYPE !== 'alter_context' && pdu.PTYPE !== 'alter_context_resp';
    return tells ? NONE : UNKNOWN;
  }

  #implied(): CallLevel | undefined {
    const implied = this.#securities.implied;
    if (implied === undefined) return undefined;
    const { authType, level, id } = implied;
    return { authType, level, authContextId: id, from: 'association', identity: implied.passive?.identity };
  }

  #messageOf(pdu: Pdu, sender: Sender, bytes: Uint8Array, security: CallLevel): ObservedMessage | undefined {
    if (pdu.PTYPE === 'fault') return this.#fault(pdu.call_id, pdu.p_cont_id, pdu.status, security);
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') return undefined;
    const key = `${sender}${pdu.call_id}`;
    const assembly = this.#assemblyFor(key, pdu);
    const piece = this.#open(pdu, sender, bytes, security, assembly);
    if (isLast(pdu)) this.#assemblies.delete(key);
    this.#add(key, assembly, piece);
    if (!isLast(pdu) || !assembly.begun) return undefined;
    const request = pdu.PTYPE === 'request' ? this.#rememberRequest(pdu) : this.#requests.delete(pdu.call_id);
    return {
      kind: pdu.PTYPE,
      callId: pdu.call_id,
      // A response names the context too, but Windows sends its low octet alone.
      presentation: this.#contexts.find(request?.contextId ?? pdu.p_cont_id),
      opnum: pdu.PTYPE === 'request' ? assembly.opnum : request?.opnum,
      object: pdu.PTYPE === 'request' ? assembly.object : request?.object,
      stub: assembly.stub.take(),
      stubState: assembly.state ?? 'plain',
      littleEndian: endianOf(pdu.packed_drep ?? DREP_LITTLE) === 'little',
      status: undefined,
      security,
    };
  }

  #fault(callId: number, contextId: number, status: number, security: CallLevel): ObservedMessage {
    const request = this.#requests.delete(callId);
    return {
      kind: 'fault',
      callId,
      presentation: this.#contexts.find(request?.contextId ?? contextId),
      opnum: request?.opnum,
      object: request?.object,
      stub: NO_STUB,
      stubState: 'plain',
      littleEndian: true,
      status,
      security,
    };
  }

  /** Where a message's beginning was not captured, its octets are followed for the security layer's sake alone. */
  #assemblyFor(key: string, pdu: RequestPdu | ResponsePdu): Assembly {
    const before = isFirst(pdu) ? undefined : this.#assemblies.get(key);
    if (before !== undefined) return before;
    this.#assemblies.delete(key);
    const created: Assembly = {
      opnum: pdu.PTYPE === 'request' ? pdu.opnum : undefined,
      object: pdu.PTYPE === 'request' ? pdu.object : undefined,
      stub: new StubBuffer(),
      state: undefined,
      begun: isFirst(pdu),
    };
    if (isFirst(pdu) && !isLast(pdu)) this.#assemblies.set(key, created, OVERHEAD);
    return created;
  }

  #add(key: string, assembly: Assembly, piece: Buffer): void {
    if (!assembly.begun) return;
    assembly.stub.add(piece);
    if (this.#assemblies.get(key) !== assembly) return;
    assembly.stub.own();
    this.#assemblies.weigh(key, OVERHEAD + assembly.stub.capacity);
  }

  #rememberRequest({ call_id, opnum, p_cont_id, object }: RequestPdu): Request {
    const request = { opnum, contextId: p_cont_id, object };
    this.#requests.set(call_id, request);
    return request;
  }

  /** The stub of one fragment in plain, as far as the known secrets allow it. */
  #open(
    pdu: RequestPdu | ResponsePdu,
    sender: Sender,
    bytes: Uint8Array,
    security: CallLevel,
    assembly: Assembly,
  ): Buffer {
    const start = stubOffset(pdu);
    const fragment = Buffer.from(bytes.subarray(0, pdu.frag_length ?? bytes.length));
    const length = pdu.stub.length;
    if (pdu.auth !== undefined && (security.level ?? 0) >= RPC_C_AUTHN_LEVEL.CALL) {
      assembly.state = worse(assembly.state, this.#verify(pdu, sender, fragment));
    } else {
      assembly.state = worse(assembly.state, 'plain');
    }
    return fragment.subarray(start, start + length);
  }

  #verify(pdu: RequestPdu | ResponsePdu, sender: Sender, fragment: Buffer): StubState {
    const auth = pdu.auth as NonNullable<typeof pdu.auth>;
    const sealed = auth.auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY;
    const security = this.#securities.find(auth.auth_context_id);
    if (security?.passive?.established !== true) return sealed ? 'sealed' : 'signed';
    try {
      const from = sender === 'client' ? 'initiator' : 'acceptor';
      security.passive.unprotect(from, messageOf(fragment, pdu, this.#securities.signHeader), auth.auth_value, sealed);
      return 'verified';
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      return 'bad signature';
    }
  }
}

/** From the best to the worst. */
const STATES: readonly StubState[] = ['verified', 'plain', 'signed', 'sealed', 'bad signature'];

/** What a message of several fragments is worth is what its worst fragment is worth. */
const worse = (before: StubState | undefined, now: StubState): StubState =>
  before !== undefined && STATES.indexOf(before) > STATES.indexOf(now) ? before : now;

const NONE: CallLevel = {
  authType: 0,
  level: RPC_C_AUTHN_LEVEL.NONE,
  authContextId: undefined,
  from: 'none',
  identity: undefined,
};
const UNKNOWN: CallLevel = {
  authType: undefined,
  level: undefined,
  authContextId: undefined,
  from: 'unknown',
  identity: undefined,
};

export type { ObservedPresentation, ObservedSecurity, SyntaxId };
