import type { Operation } from '../../codec/ndr/index.js';
import type { CallLevel, ObservedMessage, ObservedPresentation, StubState } from '../../rpc/index.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import type { DecodedParameters, DecodedPdu } from './decode.js';

/** What came back to a captured call; `opened` as in `DecodedParameters`. */
export type CapturedAnswer =
  | {
      readonly kind: 'response';
      readonly stub: Buffer;
      readonly stubState: StubState;
      readonly value: unknown;
      readonly opened?: object;
    }
  | { readonly kind: 'fault'; readonly status: number };

/** One call of a capture, with its answer where that was captured too. */
export interface CapturedCall {
  /** The name of the file that `frame` is in. */
  readonly file: string;
  readonly stream: number;
  readonly frame: number;
  /** Nanoseconds since 1970-01-01T00:00:00Z; 0 where the capture holds no time. */
  readonly time: bigint;
  readonly client: CapturedPdu['src'];
  readonly server: CapturedPdu['dst'];
  /** Of SMB, that it came by; undefined over TCP itself. */
  readonly pipe: CapturedPdu['pipe'];
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

/** The answer that a response or fault is. */
export const answerOf = (message: ObservedMessage, parameters: DecodedParameters | undefined): CapturedAnswer =>
  message.kind === 'fault'
    ? { kind: 'fault', status: message.status as number }
    : {
        kind: 'response',
        stub: message.stub,
        stubState: message.stubState,
        value: parameters?.value,
        ...(parameters?.opened && { opened: parameters.opened }),
      };

/** The call that a whole request makes. */
export const callOf = (
  { captured, observed, presentation, interface: name, operation, parameters }: DecodedPdu,
  message: ObservedMessage,
  mechanism: string | undefined,
): CapturedCall => ({
  file: captured.file,
  stream: captured.stream,
  frame: captured.frame,
  time: captured.time,
  client: captured.client,
  server: captured.server,
  pipe: captured.pipe,
  presentation,
  interface: name,
  opnum: message.opnum as number,
  operation,
  object: message.object,
  stub: message.stub,
  stubState: message.stubState,
  littleEndian: message.littleEndian,
  security: observed.security,
  mechanism,
  value: parameters?.value,
  answer: undefined,
});
