import { CodecError } from '../codec/error.js';
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
} from '../codec/rpce/index.js';
import { SecurityError } from '../security/error.js';
import type { Identity, PassiveContext } from '../security/provider.js';
import { ObservedContexts, type ObservedPresentation } from './observed-contexts.js';
import { ObservedSecurities, type ObservedSecurity } from './observed-security.js';
import { messageOf } from './protection.js';
import { isFirst, isLast } from './request-assembly.js';
import { StubBuffer } from './stub-buffer.js';

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
  /** Octets of fragments that are held for messages that are not complete; 16 MiB where absent. */
  readonly maxPending?: number;
}

interface Assembly {
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  readonly stub: StubBuffer;
  state: StubState | undefined;
  /** Further fragments are waited for. */
  readonly filed: boolean;
  /** False where the first fragment is missing, or was given up. */
  begun: boolean;
}

interface Request {
  readonly opnum: number;
  readonly contextId: number;
  readonly object: string | undefined;
}

const MAX_PENDING = 16 * 1024 * 1024;
const MAX_CALLS = 4096;
const NO_STUB = Buffer.alloc(0);

/** Follows a connection of two others from its PDUs, in the order of the wire, also from its middle on. */
export class PassiveAssociation {
  readonly #contexts = new ObservedContexts();
  readonly #securities: ObservedSecurities;
  readonly #maxPending: number;
  /**
   * By sender and call_id: what has come of a fragmented message. Made when there is one, as the next map is: of most
   * connections only the handshake is followed, and there are many.
   */
  #assemblies: Map<string, Assembly> | undefined;
  #requests: Map<number, Request> | undefined;
  #pending = 0;

  constructor(options: PassiveOptions) {
    this.#securities = new ObservedSecurities(options.observe);
    this.#maxPending = options.maxPending ?? MAX_PENDING;
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
    this.#add(assembly, piece);
    if (!isLast(pdu) || !assembly.begun) return undefined;
    this.#drop(key);
    const request = pdu.PTYPE === 'request' ? this.#rememberRequest(pdu) : this.#takeRequest(pdu.call_id);
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
    const request = this.#takeRequest(callId);
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
    const before = isFirst(pdu) ? undefined : this.#assemblies?.get(key);
    if (before !== undefined) return before;
    this.#drop(key);
    const created: Assembly = {
      opnum: pdu.PTYPE === 'request' ? pdu.opnum : undefined,
      object: pdu.PTYPE === 'request' ? pdu.object : undefined,
      stub: new StubBuffer(),
      state: undefined,
      filed: isFirst(pdu) && !isLast(pdu),
      begun: isFirst(pdu),
    };
    if (created.filed) {
      this.#assemblies ??= new Map();
      this.#assemblies.set(key, created);
    }
    return created;
  }

  #add(assembly: Assembly, piece: Buffer): void {
    if (!assembly.begun) return;
    assembly.stub.add(piece);
    if (!assembly.filed) return;
    this.#pending += piece.length;
    // The oldest unfinished messages give way: their last fragments were probably never captured.
    for (const [key, oldest] of this.#assemblies ?? []) {
      if (this.#pending <= this.#maxPending && (this.#assemblies?.size ?? 0) <= MAX_CALLS) break;
      oldest.begun = false;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    const assembly = this.#assemblies?.get(key);
    if (assembly === undefined) return;
    this.#assemblies?.delete(key);
    this.#pending -= assembly.stub.length;
  }

  #rememberRequest({ call_id, opnum, p_cont_id, object }: RequestPdu): Request {
    const request = { opnum, contextId: p_cont_id, object };
    this.#requests ??= new Map();
    this.#requests.delete(call_id);
    this.#requests.set(call_id, request);
    if (this.#requests.size > MAX_CALLS) this.#requests.delete(this.#requests.keys().next().value as number);
    return request;
  }

  #takeRequest(callId: number): Request | undefined {
    const request = this.#requests?.get(callId);
    this.#requests?.delete(callId);
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
