import { CodecError } from '../../codec/error.js';
import { interfaceByUuid, interfaceName, operationName } from '../../codec/interfaces.js';
import { knownHandlers, knownOptions, type OptionNames } from '../../codec/known-options.js';
import type { Layout, Operation } from '../../codec/ndr/index.js';
import { PTYPE } from '../../codec/rpce/index.js';
import {
  type Observed,
  type ObservedMessage,
  type ObservedPresentation,
  PassiveAssociation,
  PassiveBudget,
} from '../../rpc/index.js';
import type { Sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import type { CaptureInput } from '../file/source.js';
import type { CapturedPdu, OpenStream } from '../pdu/pdu.js';
import { readInBatches } from '../pdu/pdus.js';
import { callOf, type DecodedCall, keep } from './call.js';
import { References } from './references.js';
import { SmartBuffers } from './said/index.js';
import { openedUsers, unopenedUsers } from './session-users.js';

/** The parameters of a call, as far as they could be read. */
export interface DecodedParameters {
  readonly value: unknown;
  readonly layout: Layout | undefined;
  /** The value with what lies in octets of it, as the objects of a smart enumerator do; absent where nothing does. */
  readonly opened?: object;
}

/** A PDU of a capture with everything that its connection tells about it. */
export interface DecodedPdu {
  readonly captured: CapturedPdu;
  /** Of a PDU that was cut, what its head tells. */
  readonly observed: Observed<DecodedCall>;
  /** The call that a request, response or fault belongs to; undefined where its request was not captured. */
  readonly call: DecodedCall | undefined;
  /** The presentation context of a call, with the interface that it is meant for: see `References`. */
  readonly presentation: ObservedPresentation | undefined;
  /** Name of the interface, or its UUID; undefined where the PDU belongs to no call, or its bind was not seen. */
  readonly interface: string | undefined;
  readonly opnum: number | undefined;
  /** Undefined for an interface or opnum that is not known here. */
  readonly operationName: string | undefined;
  /** Undefined where its parameters are not declared here. */
  readonly operation: Operation | undefined;
  /** Present with the last fragment of a call whose operation is known and whose stub could be read. */
  readonly parameters: DecodedParameters | undefined;
  readonly error: CodecError | undefined;
}

/** What is known of the calls of a capture. */
export interface DecoderOptions {
  /** Follows the handshake of a security context; where absent, or for other types, nothing is verified. */
  readonly observe?: Sniffer;
  /** Whether parameters are decoded; true where absent. */
  readonly parameters?: boolean;
}

const DECODER_OPTIONS: OptionNames<DecoderOptions> = { observe: true, parameters: true };

/** Told what a capture decodes to. */
export interface DecodeHandlers {
  /** Each PDU, and each of which a part was not captured. */
  readonly pdu?: (decoded: DecodedPdu, stream: StreamDecoder) => void;
  /** Each call whose answer will not come: its call_id is used again, or its stream has ended. */
  readonly unanswered?: (call: DecodedCall) => void;
  /** A stream has ended. */
  readonly end?: (stream: StreamDecoder) => void;
}

/** Decodes the PDUs of a capture, each stream by a decoder of its own, with bounded memory for all of them. */
export class CaptureDecoder {
  readonly #handlers: DecodeHandlers;
  readonly #options: DecoderOptions;
  readonly #budget: PassiveBudget<DecodedCall>;
  readonly #shared = { buffers: new SmartBuffers(), references: new References() };

  constructor(handlers: DecodeHandlers = {}, options: DecoderOptions = {}) {
    knownOptions('CaptureDecoder', options, DECODER_OPTIONS);
    knownHandlers('CaptureDecoder', handlers, { pdu: true, unanswered: true, end: true });
    this.#handlers = handlers;
    this.#options = options;
    this.#budget = new PassiveBudget({ unanswered: ({ kept }) => kept && this.#handlers.unanswered?.(kept) });
  }

  /** For `readCapture`. */
  readonly open: OpenStream = (stream, remainder) => {
    const { pdu = () => {}, end = () => {} } = this.#handlers;
    const decoder = new StreamDecoder(stream, this.#options, {
      ...this.#shared,
      budget: this.#budget,
      remainder,
    });
    const take = (captured: CapturedPdu): void => pdu(decoder.take(captured), decoder);
    return {
      pdu: take,
      cut: take,
      end: () => {
        end(decoder);
        decoder.end();
      },
      get remainder() {
        return decoder.remainder;
      },
    };
  };
}

/** The PDUs of a capture, decoded. Throws `CaptureError` where nothing can be read. */
export async function* readDecoded(
  source: CaptureInput,
  { onProblem, ...options }: DecoderOptions & { readonly onProblem?: (problem: Problem) => void } = {},
): AsyncGenerator<DecodedPdu> {
  for await (const batch of readInBatches<DecodedPdu>(source, {}, (give) => ({
    open: new CaptureDecoder({ pdu: give }, options).open,
    ...(onProblem && { onProblem }),
  })))
    yield* batch;
}

/** What the decoders of a capture share, and what an earlier one of the same stream has left. */
export interface DecoderParts {
  /** Memory for messages that are not whole yet. */
  readonly budget?: PassiveBudget<DecodedCall>;
  /** Classes that smart enumerators of WMI have sent. */
  readonly buffers?: SmartBuffers;
  /** Interfaces that are known by their IPIDs. */
  readonly references?: References;
  /** `StreamDecoder.remainder` of the one before. */
  readonly remainder?: string | undefined;
}

/** Decodes the PDUs of one stream, or of one pipe in it, in their order. */
export class StreamDecoder {
  /** As tshark numbers `tcp.stream`. */
  readonly stream: number;
  readonly #association: PassiveAssociation<DecodedCall>;
  readonly #parameters: boolean;
  readonly #buffers: SmartBuffers;
  readonly #references: References;

  constructor(
    stream: number,
    { observe = () => undefined, parameters = true }: DecoderOptions = {},
    {
      budget = new PassiveBudget<DecodedCall>(),
      buffers = new SmartBuffers(),
      references = new References(),
      remainder,
    }: DecoderParts = {},
  ) {
    this.stream = stream;
    this.#parameters = parameters;
    this.#buffers = buffers;
    this.#references = references;
    this.#association = new PassiveAssociation({ observe, budget });
    if (remainder !== undefined) this.#association.restore(remainder);
  }

  /** Contexts and security of the stream, as far as they are known by now. */
  get association(): PassiveAssociation<DecodedCall> {
    return this.#association;
  }

  /** What a later decoder of the same stream is opened with. */
  get remainder(): string {
    return this.#association.remainder;
  }

  /** What proved who calls under a security context: `NTLM`, or what SPNEGO chose. */
  mechanism(contextId: number | undefined): string | undefined {
    return this.#association.securities.find(({ id }) => id === contextId)?.passive?.info.mechanism;
  }

  /** Users whose signatures and encryption no known secret fits. */
  get unopened(): string[] {
    return unopenedUsers(this.#association.securities);
  }

  /** Users whose signatures and encryption a known secret fits. */
  get opened(): string[] {
    return openedUsers(this.#association.securities);
  }

  take(captured: CapturedPdu): DecodedPdu {
    const sender = captured.direction === 'toServer' ? 'client' : 'server';
    const observed =
      captured.kind === 'cut'
        ? this.#association.cut(sender, captured.bytes)
        : this.#association.take(sender, captured.bytes);
    const { message, pdu, call } = observed;
    const contextId = call?.contextId ?? (pdu !== undefined && 'p_cont_id' in pdu ? pdu.p_cont_id : undefined);
    const object = message?.object ?? call?.object ?? (pdu?.PTYPE === 'request' ? pdu.object : undefined);
    const negotiated = message?.presentation ?? this.#association.presentation(contextId);
    const presentation = this.#references.meant(negotiated, object);
    const opnum = message?.opnum ?? call?.opnum ?? (pdu?.PTYPE === 'request' ? pdu.opnum : undefined);
    const operation =
      opnum === undefined ? undefined : interfaceByUuid(presentation?.interface.uuid)?.operations.get(opnum);
    const name = presentation === undefined ? undefined : interfaceName(presentation.interface.uuid);
    const named = operation?.name ?? operationName(presentation?.interface.uuid, opnum);
    if (call !== undefined && captured.type === PTYPE.request) call.kept ??= callOf(captured, observed, name, named);
    let parameters: DecodedParameters | undefined;
    let { error } = observed;
    try {
      if (this.#parameters) parameters = parametersOf(message, operation);
      if (parameters !== undefined) parameters = this.#understood(parameters, operation, message, call?.kept);
    } catch (cause) {
      if (!(cause instanceof CodecError)) throw cause;
      error = cause;
    }
    return {
      captured,
      observed,
      call: call?.kept,
      presentation,
      interface: name,
      opnum,
      operationName: named,
      operation,
      parameters,
      error,
    };
  }

  /** Keeps the words of a request with its call, and opens the octets in an answer. */
  #understood(
    parameters: DecodedParameters,
    operation: Operation | undefined,
    message: ObservedMessage | undefined,
    call: DecodedCall | undefined,
  ): DecodedParameters {
    const { value } = parameters;
    if (operation === undefined) return parameters;
    if (message?.kind === 'request') {
      this.#references.learn(operation.request, value);
      if (call !== undefined) keep(call, operation, value);
      return parameters;
    }
    this.#references.learn(operation.response, value, call?.asked);
    const opened = this.#buffers.opened(operation, parameters.value);
    return opened === undefined ? parameters : { ...parameters, opened };
  }

  /** The stream has ended. */
  end(): void {
    this.#association.end();
  }
}

/** A signature that is missing or not checked does not keep a stub from being read; encryption does. */
function parametersOf(
  message: ObservedMessage | undefined,
  operation: Operation | undefined,
): DecodedParameters | undefined {
  if (message === undefined || operation === undefined || message.kind === 'fault') return undefined;
  if (message.stubState === 'sealed' || message.stubState === 'bad signature') return undefined;
  const syntax = message.presentation?.transferSyntax;
  if (syntax === undefined) return undefined;
  const type = message.kind === 'request' ? operation.request : operation.response;
  return type.decode(message.stub, { syntax, little: message.littleEndian });
}
