import { RemoteCreateInstance } from '../../../codec/dcom/index.js';
import { interfaceByUuid } from '../../../codec/interfaces.js';
import type { Operation } from '../../../codec/ndr/index.js';
import { type Pdu, PFC, type RequestPdu, type ResponsePdu, stubOffset } from '../../../codec/rpce/index.js';
import type { ObservedMessage, Sender } from '../../../rpc/index.js';
import type { Sniffer } from '../../../security/index.js';
import { isUnboundReply, unboundActivator } from '../../audit/unbound.js';
import { type DecodedPdu, type DecoderParts, StreamDecoder } from '../../decode/decode.js';
import type { CapturedPdu } from '../../pdu/pdu.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Sessions } from '../sessions.js';
import type { Tally } from '../tally.js';
import type { Resigning, Side } from '../tokens/resign.js';
import { AssociationTokens } from './association-tokens.js';
import { Outbox, type OutgoingPdu } from './outbox.js';
import { type PduPlaces, replacePdu } from './pdu.js';
import { replaceStub } from './stub.js';
import type { WmiReplacer } from './wmi.js';

/** What the associations of one capture share. */
export interface AssociationParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly sessions: Sessions;
  readonly observe: Sniffer;
  readonly resigning: Resigning;
  readonly wmi: WmiReplacer;
  readonly decoder: DecoderParts;
}

/** A fragment of a call whose last one has not come. */
interface Fragment {
  readonly out: OutgoingPdu;
  readonly start: number;
  readonly length: number;
}

type Commit = (octets: Uint8Array) => void;

/** Octets of PDUs of one association that wait; beyond them the stubs of calls that are not whole are zero. */
const MOST_WAITING = 16 << 20;
const MOST_ACTIVATIONS = 1024;

/** Rewrites the PDUs of one association, in the order of the wire. */
export class AssociationReplacer {
  readonly #parts: AssociationParts;
  readonly #decoder: StreamDecoder;
  readonly #tokens: AssociationTokens;
  readonly #waiting = new Map<string, Fragment[]>();
  readonly #outbox: Outbox;
  /** Of calls without an answer, by their call_id. */
  readonly #activations = new Map<number, Operation>();

  constructor(parts: AssociationParts, stream: number) {
    this.#parts = parts;
    this.#decoder = new StreamDecoder(stream, { observe: parts.observe }, parts.decoder);
    this.#tokens = new AssociationTokens(parts, this.#decoder.association);
    this.#outbox = new Outbox(parts.tally);
  }

  /** `commit` is called once, with as many octets as the PDU has. */
  take(captured: CapturedPdu, commit: Commit): void {
    const { names, tally } = this.#parts;
    const decoded = this.#decoder.take(captured);
    const { sender, pdu } = decoded.observed;
    const bytes = Buffer.from(captured.bytes);
    const places = replacePdu(names, tally, bytes);
    const from: Side = sender === 'client' ? 'initiator' : 'acceptor';
    const signature = this.#tokens.replace(from, bytes, places);
    const out: OutgoingPdu = { bytes, commit, from, signature, ready: false, proven: false };
    this.#outbox.add(out);
    if (pdu?.PTYPE === 'request' || pdu?.PTYPE === 'response') this.#stub(decoded, pdu, out, places);
    else {
      if (places.stub !== undefined) tally.zero(bytes.subarray(places.stub.start, places.stub.end), CUT);
      out.ready = true;
    }
    while (this.#outbox.octets > MOST_WAITING && this.#waiting.size > 0) {
      this.#outbox.flush();
      if (this.#outbox.octets > MOST_WAITING) this.#forget(this.#waiting.keys().next().value as string);
    }
    this.#outbox.flush();
  }

  /** Calls whose last fragment never came are zero. */
  end(): void {
    for (const fragments of this.#waiting.values()) this.#giveUp(fragments);
    this.#waiting.clear();
    this.#outbox.flush();
    this.#parts.sessions.add(this.#decoder);
    this.#decoder.end();
  }

  #stub(decoded: DecodedPdu, pdu: RequestPdu | ResponsePdu, out: OutgoingPdu, places: PduPlaces): void {
    const start = stubOffset(pdu);
    const end = places.stub?.end ?? start;
    // Padding in front of the trailer, and what else is no stub.
    this.#parts.tally.zero(out.bytes.subarray(Math.min(start + pdu.stub.length, end), end), PADDING);
    const { sender, message } = decoded.observed;
    const key = `${sender}${pdu.call_id}`;
    if (isFirst(pdu)) this.#forget(key);
    const fragments = this.#waiting.get(key) ?? [];
    fragments.push({ out, start, length: pdu.stub.length });
    this.#waiting.set(key, fragments);
    if (!isLast(pdu)) return;
    this.#waiting.delete(key);
    this.#message(decoded, message, sender, fragments);
  }

  #message(decoded: DecodedPdu, message: ObservedMessage | undefined, sender: Sender, fragments: Fragment[]): void {
    const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    const readable = message !== undefined && message.stubState !== 'sealed' && message.stubState !== 'bad signature';
    if (!readable || message.stub.length !== length) {
      this.#giveUp(fragments, message?.stubState === 'sealed' ? SEALED : UNREADABLE);
      return;
    }
    const request = message.kind === 'request';
    const operation = decoded.operation ?? this.#unbound(decoded, message);
    const stub = replaceStub(this.#parts.names, this.#parts.tally, message.stub, {
      type: request ? operation?.request : operation?.response,
      // Where the bind was not captured it is nearly always this one.
      syntax: message.presentation === undefined ? 'ndr20' : message.presentation.transferSyntax,
      little: message.littleEndian,
      request: sender === 'client',
      object: message.object !== undefined,
      wmi: this.#parts.wmi,
    });
    let at = 0;
    for (const { out, start, length: part } of fragments) {
      out.bytes.set(stub.subarray(at, at + part), start);
      at += part;
      out.proven = message.stubState === 'verified';
      out.ready = true;
    }
  }

  /** An activation whose bind was not captured, as the audit finds it. */
  #unbound({ captured, call }: DecodedPdu, message: ObservedMessage): Operation | undefined {
    if (message.presentation !== undefined) return undefined;
    if (message.kind === 'request') {
      const uuid = unboundActivator(captured.bytes, message.opnum);
      const found = interfaceByUuid(uuid)?.operations.get(message.opnum as number);
      if (found !== undefined && this.#activations.size < MOST_ACTIVATIONS)
        this.#activations.set(message.callId, found);
      return found;
    }
    const asked = this.#activations.get(message.callId);
    this.#activations.delete(message.callId);
    return (
      asked ?? (call === undefined && isUnboundReply(captured.bytes) ? (RemoteCreateInstance as Operation) : undefined)
    );
  }

  #forget(key: string): void {
    const fragments = this.#waiting.get(key);
    if (fragments === undefined) return;
    this.#waiting.delete(key);
    this.#giveUp(fragments);
  }

  #giveUp(fragments: readonly Fragment[], reason = UNREADABLE): void {
    for (const { out, start, length } of fragments) {
      this.#parts.tally.zero(out.bytes.subarray(start, start + length), reason);
      out.ready = true;
    }
  }
}

const PADDING = 'padding of PDUs';
const CUT = 'stubs of PDUs that are cut, or could not be read';
const SEALED = 'sealed stubs';
const UNREADABLE = 'stubs of calls that are not whole, or whose signature is wrong';

const isFirst = ({ pfc_flags }: Pdu): boolean => (pfc_flags & PFC.FIRST_FRAG) !== 0;
const isLast = ({ pfc_flags }: Pdu): boolean => (pfc_flags & PFC.LAST_FRAG) !== 0;
