import { interfaceName } from '../../codec/interfaces.js';
import type { Operation } from '../../codec/ndr/index.js';
import type {
  CallLevel,
  ObservedMessage,
  ObservedPresentation,
  PassiveAssociation,
  StubState,
} from '../../rpc/index.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import type { DecodedPdu } from './decode.js';

/** What came back to a captured call. */
export type CapturedAnswer =
  | { readonly kind: 'response'; readonly stub: Buffer; readonly stubState: StubState; readonly value: unknown }
  | { readonly kind: 'fault'; readonly status: number };

/** One call of a capture, with its answer where that was captured too. */
export interface CapturedCall {
  readonly stream: number;
  readonly frame: number;
  /** Nanoseconds since 1970-01-01T00:00:00Z; 0 where the capture holds no time. */
  readonly time: bigint;
  readonly client: CapturedPdu['src'];
  readonly server: CapturedPdu['dst'];
  /** Undefined where the bind was not captured. */
  readonly presentation: ObservedPresentation | undefined;
  /** Name or UUID. */
  readonly interface: string | undefined;
  readonly opnum: number;
  readonly operation: Operation | undefined;
  readonly object: string | undefined;
  readonly stub: Buffer;
  readonly stubState: StubState;
  readonly littleEndian: boolean;
  readonly security: CallLevel;
  /** What proved who called: `NTLM`, or what SPNEGO chose; undefined where the handshake does not tell. */
  readonly mechanism: string | undefined;
  /** The parameters, where they could be read. */
  readonly value: unknown;
  answer: CapturedAnswer | undefined;
}

/** Calls of one stream that have no answer yet, at most; a capture of one side never answers any. */
const MAX_UNANSWERED = 4096;

/** Pairs the requests of a capture with their answers. */
export class CallPairing {
  readonly #open = new Map<string, CapturedCall>();

  /** The call that a request makes; nothing for any other PDU. An answer is put into its call. */
  take(
    { captured, observed, parameters, operation }: DecodedPdu,
    association?: PassiveAssociation,
  ): CapturedCall | undefined {
    const { message } = observed;
    if (message === undefined) return undefined;
    const key = `${captured.stream} ${message.callId}`;
    if (message.kind !== 'request') {
      const call = this.#open.get(key);
      this.#open.delete(key);
      if (call !== undefined) call.answer = answerOf(message, parameters?.value);
      return undefined;
    }
    const mechanism = mechanismOf(association, message.security.authContextId);
    const call = callOf(captured, message, operation, { mechanism, value: parameters?.value });
    if (this.#open.size >= MAX_UNANSWERED) this.#open.delete(this.#open.keys().next().value as string);
    this.#open.set(key, call);
    return call;
  }
}

const answerOf = (message: ObservedMessage, value: unknown): CapturedAnswer =>
  message.kind === 'fault'
    ? { kind: 'fault', status: message.status as number }
    : { kind: 'response', stub: message.stub, stubState: message.stubState, value };

const mechanismOf = (association: PassiveAssociation | undefined, contextId: number | undefined): string | undefined =>
  association?.securities.find(({ id }) => id === contextId)?.passive?.info.mechanism;

const callOf = (
  captured: CapturedPdu,
  message: ObservedMessage,
  operation: Operation | undefined,
  { mechanism, value }: Pick<CapturedCall, 'mechanism' | 'value'>,
): CapturedCall => ({
  stream: captured.stream,
  frame: captured.frame,
  time: captured.time,
  client: captured.src,
  server: captured.dst,
  presentation: message.presentation,
  interface: message.presentation === undefined ? undefined : interfaceName(message.presentation.interface.uuid),
  opnum: message.opnum as number,
  operation,
  object: message.object,
  stub: message.stub,
  stubState: message.stubState,
  littleEndian: message.littleEndian,
  security: message.security,
  mechanism,
  value,
  answer: undefined,
});
