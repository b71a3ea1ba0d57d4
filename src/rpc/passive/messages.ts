import {
  DREP_LITTLE,
  endianOf,
  type FaultPdu,
  type Pdu,
  type RequestPdu,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
  stubOffset,
} from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import { AgedMap, type Allowance } from '../core/aged-map.js';
import { isFirst, isLast } from '../core/fragments.js';
import { messageOf } from '../core/protection.js';
import { StubBuffer } from '../core/stub-buffer.js';
import type { Assembly } from './budget.js';
import type { ObservedCall } from './calls.js';
import type { ObservedContexts } from './contexts.js';
import { type CallLevel, type ObservedMessage, type Sender, type StubState, worse } from './observed.js';
import type { ObservedSecurities } from './security.js';

/** How a PDU came, and what is known of it. */
interface Seen {
  readonly sender: Sender;
  readonly bytes: Uint8Array;
  readonly security: CallLevel;
  readonly call: ObservedCall | undefined;
}

/** What an unfinished message takes beside its octets, so that the budget holds for the smallest ones too. */
const OVERHEAD = 512;
const NO_STUB = Buffer.alloc(0);

/** Puts the messages of an overheard connection together from their fragments, in plain as far as secrets allow it. */
export class ObservedMessages {
  readonly #contexts: ObservedContexts;
  readonly #securities: ObservedSecurities;
  /** By sender and call_id: what has come of a fragmented message. */
  readonly #assemblies: AgedMap<string, Assembly>;

  constructor(allowance: Allowance<string, Assembly>, contexts: ObservedContexts, securities: ObservedSecurities) {
    this.#assemblies = new AgedMap(allowance);
    this.#contexts = contexts;
    this.#securities = securities;
  }

  /** The whole message, with its last fragment. `bytes` is not changed: a sealed stub is decrypted in a copy. */
  take(pdu: Pdu, seen: Seen): ObservedMessage | undefined {
    if (pdu.PTYPE === 'fault') return this.#fault(pdu, seen);
    return pdu.PTYPE === 'request' || pdu.PTYPE === 'response' ? this.#fragment(pdu, seen) : undefined;
  }

  clear(): void {
    this.#assemblies.clear();
  }

  #fragment(pdu: RequestPdu | ResponsePdu, seen: Seen): ObservedMessage | undefined {
    const { sender, security, call } = seen;
    const key = `${sender}${pdu.call_id}`;
    const assembly = this.#assemblyFor(key, pdu);
    const piece = this.#open(pdu, seen, assembly);
    if (isLast(pdu)) this.#assemblies.delete(key);
    this.#add(key, assembly, piece);
    if (!isLast(pdu) || !assembly.begun) return undefined;
    return {
      kind: pdu.PTYPE,
      callId: pdu.call_id,
      // A response names the context too, but Windows sends only its low octet.
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

  #fault(pdu: FaultPdu, { security, call }: Seen): ObservedMessage {
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

  /** Where a message's beginning was not captured, its octets are followed only for the security layer's sake. */
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
  #open(pdu: RequestPdu | ResponsePdu, { sender, bytes, security }: Seen, assembly: Assembly): Buffer {
    const start = stubOffset(pdu);
    const length = pdu.frag_length ?? bytes.length;
    const fragment = Buffer.from(length === bytes.length ? bytes : bytes.subarray(0, length));
    const isProtected = pdu.auth !== undefined && (security.level ?? 0) >= RPC_C_AUTHN_LEVEL.CALL;
    assembly.state = worse(assembly.state, isProtected ? this.#verify(pdu, sender, fragment) : 'plain');
    return fragment.subarray(start, start + pdu.stub.length);
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
