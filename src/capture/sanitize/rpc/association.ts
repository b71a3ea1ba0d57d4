import { type Pdu, PFC, PTYPE, type RequestPdu, type ResponsePdu, stubOffset } from '../../../codec/rpce/index.js';
import type { ObservedMessage, Sender } from '../../../rpc/index.js';
import type { Sniffer } from '../../../security/index.js';
import { type DecodedPdu, type DecoderParts, StreamDecoder } from '../../decode/decode.js';
import type { CapturedPdu } from '../../pdu/pdu.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import { TokenReplacer, zeroSignature } from '../tokens/token.js';
import { type PduPlaces, replacePdu } from './pdu.js';
import { replaceStub } from './stub.js';

/** What the associations of one capture share. */
export interface AssociationParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly observe: Sniffer;
  readonly decoder: DecoderParts;
}

/** A fragment of a call whose last one has not come. */
interface Fragment {
  readonly bytes: Buffer;
  readonly start: number;
  readonly length: number;
  readonly commit: Commit;
}

type Commit = (octets: Uint8Array) => void;

/** Octets of fragments of one association that wait; beyond them their stubs are zero. */
const MOST_WAITING = 16 << 20;

/** Rewrites the PDUs of one association, in the order of the wire. */
export class AssociationReplacer {
  readonly #parts: AssociationParts;
  readonly #decoder: StreamDecoder;
  readonly #tokens = new Map<number, TokenReplacer>();
  readonly #waiting = new Map<string, Fragment[]>();
  #waitingOctets = 0;

  constructor(parts: AssociationParts, stream: number) {
    this.#parts = parts;
    this.#decoder = new StreamDecoder(stream, { observe: parts.observe }, parts.decoder);
  }

  /** `commit` is called once, with as many octets as the PDU has. */
  take(captured: CapturedPdu, commit: Commit): void {
    const { names, tally } = this.#parts;
    const decoded = this.#decoder.take(captured);
    const bytes = Buffer.from(captured.bytes);
    const places = replacePdu(names, tally, bytes);
    this.#token(bytes, places);
    const { pdu } = decoded.observed;
    if (pdu?.PTYPE === 'request' || pdu?.PTYPE === 'response') this.#stub(decoded, pdu, bytes, places, commit);
    else {
      if (places.stub !== undefined) tally.zero(bytes.subarray(places.stub.start, places.stub.end), CUT);
      commit(bytes);
    }
  }

  /** Calls whose last fragment never came are zero. */
  end(): void {
    for (const fragments of this.#waiting.values()) this.#giveUp(fragments);
    this.#waiting.clear();
    this.#decoder.end();
  }

  #token(bytes: Buffer, { auth }: PduPlaces): void {
    if (auth === undefined) return;
    const token = bytes.subarray(auth.trailer + 8, auth.end);
    if (!HANDSHAKE.has(bytes[2] as number)) return zeroSignature(this.#parts.tally, token, auth.type);
    const tokens = this.#tokens.get(auth.id) ?? new TokenReplacer(this.#parts.names, this.#parts.tally);
    this.#tokens.set(auth.id, tokens);
    tokens.replace(token, auth.type);
  }

  #stub(decoded: DecodedPdu, pdu: RequestPdu | ResponsePdu, bytes: Buffer, places: PduPlaces, commit: Commit): void {
    const start = stubOffset(pdu);
    const end = places.stub?.end ?? start;
    // Padding in front of the trailer, and what else is no stub.
    this.#parts.tally.zero(bytes.subarray(Math.min(start + pdu.stub.length, end), end), PADDING);
    const { sender, message } = decoded.observed;
    const key = `${sender}${pdu.call_id}`;
    if (isFirst(pdu)) this.#forget(key);
    const fragments = this.#waiting.get(key) ?? [];
    fragments.push({ bytes, start, length: pdu.stub.length, commit });
    this.#waitingOctets += bytes.length;
    this.#waiting.set(key, fragments);
    if (!isLast(pdu)) {
      if (this.#waitingOctets > MOST_WAITING) this.#forget(this.#waiting.keys().next().value as string);
      return;
    }
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
    const stub = replaceStub(this.#parts.names, this.#parts.tally, message.stub, {
      type: request ? decoded.operation?.request : decoded.operation?.response,
      syntax: message.presentation?.transferSyntax,
      little: message.littleEndian,
      request: sender === 'client',
      object: message.object !== undefined,
    });
    let at = 0;
    for (const fragment of fragments) {
      fragment.bytes.set(stub.subarray(at, at + fragment.length), fragment.start);
      at += fragment.length;
      this.#commit(fragment);
    }
  }

  #forget(key: string): void {
    const fragments = this.#waiting.get(key);
    if (fragments === undefined) return;
    this.#waiting.delete(key);
    this.#giveUp(fragments);
  }

  #giveUp(fragments: readonly Fragment[], reason = UNREADABLE): void {
    for (const fragment of fragments) {
      this.#parts.tally.zero(fragment.bytes.subarray(fragment.start, fragment.start + fragment.length), reason);
      this.#commit(fragment);
    }
  }

  #commit({ bytes, commit }: Fragment): void {
    this.#waitingOctets -= bytes.length;
    commit(bytes);
  }
}

const PADDING = 'padding of PDUs';
const CUT = 'stubs of PDUs that are cut, or could not be read';
const SEALED = 'sealed stubs';
const UNREADABLE = 'stubs of calls that are not whole, or whose signature is wrong';

/** C706 12.6.4, [MS-RPCE] 2.2.2.10: PDUs that carry a token, and no signature. */
const HANDSHAKE: ReadonlySet<number> = new Set([
  PTYPE.bind,
  PTYPE.bind_ack,
  PTYPE.alter_context,
  PTYPE.alter_context_resp,
  PTYPE.auth3,
]);

const isFirst = ({ pfc_flags }: Pdu): boolean => (pfc_flags & PFC.FIRST_FRAG) !== 0;
const isLast = ({ pfc_flags }: Pdu): boolean => (pfc_flags & PFC.LAST_FRAG) !== 0;
