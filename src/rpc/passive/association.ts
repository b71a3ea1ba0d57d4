import { asBuffer } from '../../codec/bytes.js';
import { CodecError } from '../../codec/error.js';
import {
  DREP_LITTLE,
  decodePdu,
  endianOf,
  type FaultPdu,
  type Pdu,
  PTYPE,
  type RequestPdu,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
  stubOffset,
} from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import type { PassiveContext } from '../../security/provider.js';
import { AgedMap } from '../core/aged-map.js';
import { isFirst, isLast } from '../core/fragments.js';
import { messageOf } from '../core/protection.js';
import { StubBuffer } from '../core/stub-buffer.js';
import { type Assembly, PassiveBudget } from './budget.js';
import { type ObservedCall, ObservedCalls } from './calls.js';
import { ObservedContexts, type ObservedPresentation } from './contexts.js';
import { type CallHead, callHead } from './head.js';
import {
  type CallLevel,
  NONE,
  type Observed,
  type ObservedMessage,
  type Sender,
  type StubState,
  UNKNOWN,
  worse,
} from './observed.js';
import { ObservedSecurities, type ObservedSecurity } from './security.js';

/** How a sniffer follows an association. */
export interface PassiveOptions<K = unknown> {
  /** Follows the handshake of one security context; undefined for a type that nothing is known of. */
  readonly observe: (authType: number) => PassiveContext | undefined;
  /** Shared by associations that are followed at the same time; one of its own where absent. */
  readonly budget?: PassiveBudget<K>;
}

/** What an unfinished message takes beside its octets, so that the budget holds for the smallest ones too. */
const OVERHEAD = 512;
const NO_STUB = Buffer.alloc(0);
const NO_REQUEST = { opnum: undefined, object: undefined };

/** Follows a connection of two others from its PDUs, in the order of the wire, also from its middle on. */
export class PassiveAssociation<K = unknown> {
  readonly #contexts = new ObservedContexts();
  readonly #securities: ObservedSecurities;
  /** By sender and call_id: what has come of a fragmented message. */
  readonly #assemblies: AgedMap<string, Assembly>;
  readonly #calls: ObservedCalls<K>;

  constructor({ observe, budget = new PassiveBudget() }: PassiveOptions<K>) {
    this.#securities = new ObservedSecurities(observe);
    this.#assemblies = new AgedMap(budget.assemblies);
    this.#calls = new ObservedCalls(budget.calls, budget.unanswered);
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

  /** The connection has ended: what it held of the budget is free, and calls without an answer will have none. */
  end(): void {
    this.#assemblies.clear();
    this.#calls.end();
  }

  /** Security contexts that were seen on the connection. */
  get securities(): readonly ObservedSecurity[] {
    return this.#securities.all;
  }

  /** The presentation contexts that were agreed on, or proposed where the answer was not seen. */
  get presentations(): readonly ObservedPresentation[] {
    return this.#contexts.all;
  }

  /** The presentation context with this number. */
  presentation(id: number | undefined): ObservedPresentation | undefined {
    return id === undefined ? undefined : this.#contexts.find(id);
  }

  /** The call with this call_id that has no answer yet. */
  call(callId: number): ObservedCall<K> | undefined {
    return this.#calls.get(callId);
  }

  /** What a call without a trailer stands under, as far as the connection tells by now. */
  get implied(): CallLevel {
    return this.#implied() ?? (this.#contexts.sawBind && !this.#securities.hidden ? NONE : UNKNOWN);
  }

  /** Takes one whole PDU. `bytes` is not changed: a sealed stub is decrypted in a copy. */
  take(sender: Sender, bytes: Uint8Array): Observed<K> {
    let pdu: Pdu;
    try {
      pdu = decodePdu(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      const head = callHead(asBuffer(bytes));
      const call = head && this.skim(head);
      return { sender, pdu: undefined, error, security: UNKNOWN, message: undefined, call };
    }
    this.#contexts.note(pdu);
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') this.#securities.note(pdu, sender);
    if (pdu.PTYPE === 'request' && pdu.auth !== undefined) this.#securities.named(pdu.auth.auth_context_id);
    const own = this.#levelOf(pdu);
    const call = this.#callOf(pdu, own);
    const security = pdu.auth === undefined && call !== undefined ? call.security : own;
    const message = this.#messageOf(pdu, sender, bytes, security, call);
    return { sender, pdu, error: undefined, security, message, call };
  }

  /** Takes a request, response or fault by its head alone: one that nobody wants to read. */
  skim(head: CallHead): ObservedCall<K> | undefined {
    const { type, first, last, callId, contextId, opnum, auth } = head;
    if (type === PTYPE.request && auth !== undefined) this.#securities.named(auth.contextId);
    const security = type === PTYPE.request && first ? this.#levelOfHead(head) : UNKNOWN;
    return this.#calls.take({ type, first, last, callId, contextId, opnum, object: undefined, security });
  }

  /** Takes a PDU of which a part was not captured: what its head tells. */
  cut(sender: Sender, bytes: Uint8Array): Observed<K> {
    const octets = asBuffer(bytes);
    this.#contexts.noteCut(octets);
    this.#securities.noteCut(octets);
    const head = callHead(octets);
    const call = head && this.skim(head);
    const security = head === undefined ? UNKNOWN : (call?.security ?? this.#levelOfHead(head));
    return { sender, pdu: undefined, error: undefined, security, message: undefined, call };
  }

  /** Its trailer may be what is missing; where a connection has one security context, it is that one's. */
  #levelOfHead({ auth, protected: isProtected }: CallHead): CallLevel {
    if (!isProtected) return this.implied;
    const [only, ...others] = this.securities;
    if (auth !== undefined) {
      const { type: authType, level, contextId: authContextId } = auth;
      return {
        authType,
        level,
        authContextId,
        from: 'trailer',
        identity: this.#securities.find(authContextId)?.passive?.identity,
      };
    }
    if (only === undefined || others.length > 0) return UNKNOWN;
    const { authType, level, id: authContextId, passive } = only;
    return { authType, level, authContextId, from: 'association', identity: passive?.identity };
  }

  #callOf(pdu: Pdu, security: CallLevel): ObservedCall<K> | undefined {
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response' && pdu.PTYPE !== 'fault') return undefined;
    const { call_id: callId, p_cont_id: contextId } = pdu;
    const request = pdu.PTYPE === 'request' ? pdu : undefined;
    const { opnum, object } = request ?? NO_REQUEST;
    return this.#calls.take({
      type: PTYPE[pdu.PTYPE],
      first: isFirst(pdu),
      last: isLast(pdu),
      callId,
      contextId,
      opnum,
      object,
      security,
    });
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
    const tells =
      this.#contexts.sawBind &&
      !this.#securities.hidden &&
      pdu.PTYPE !== 'alter_context' &&
      pdu.PTYPE !== 'alter_context_resp';
    return tells ? NONE : UNKNOWN;
  }

  #implied(): CallLevel | undefined {
    const implied = this.#securities.implied;
    if (implied === undefined) return undefined;
    const { authType, level, id } = implied;
    return { authType, level, authContextId: id, from: 'association', identity: implied.passive?.identity };
  }

  #messageOf(
    pdu: Pdu,
    sender: Sender,
    bytes: Uint8Array,
    security: CallLevel,
    call: ObservedCall<K> | undefined,
  ): ObservedMessage | undefined {
    if (pdu.PTYPE === 'fault') return this.#fault(pdu, security, call);
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') return undefined;
    const key = `${sender}${pdu.call_id}`;
    const assembly = this.#assemblyFor(key, pdu);
    const piece = this.#open(pdu, sender, bytes, security, assembly);
    if (isLast(pdu)) this.#assemblies.delete(key);
    this.#add(key, assembly, piece);
    if (!isLast(pdu) || !assembly.begun) return undefined;
    return {
      kind: pdu.PTYPE,
      callId: pdu.call_id,
      // A response names the context too, but Windows sends its low octet alone.
      presentation: this.#contexts.find(call?.contextId ?? pdu.p_cont_id),
      opnum: pdu.PTYPE === 'request' ? assembly.opnum : call?.opnum,
      object: pdu.PTYPE === 'request' ? assembly.object : call?.object,
      stub: assembly.stub.take(),
      stubState: assembly.state ?? 'plain',
      littleEndian: endianOf(pdu.packed_drep ?? DREP_LITTLE) === 'little',
      status: undefined,
      security,
    };
  }

  #fault(pdu: FaultPdu, security: CallLevel, call: ObservedCall<K> | undefined): ObservedMessage {
    return {
      kind: 'fault',
      callId: pdu.call_id,
      presentation: this.#contexts.find(call?.contextId ?? pdu.p_cont_id),
      opnum: call?.opnum,
      object: call?.object,
      stub: NO_STUB,
      stubState: 'plain',
      littleEndian: true,
      status: pdu.status,
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
