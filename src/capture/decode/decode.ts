import { CodecError } from '../../codec/error.js';
import { interfaceByUuid, interfaceName } from '../../codec/interfaces.js';
import type { Layout, Operation } from '../../codec/ndr/index.js';
import { type Observed, type ObservedMessage, PassiveAssociation, PassiveBudget } from '../../rpc/index.js';
import type { PassiveContext } from '../../security/index.js';
import type { CapturedPdu } from '../pdu/pdu.js';

/** The parameters of a call, as far as they could be read. */
export interface DecodedParameters {
  readonly value: unknown;
  readonly layout: Layout | undefined;
}

/** A PDU of a capture with everything that its connection tells about it. */
export interface DecodedPdu {
  readonly captured: CapturedPdu;
  readonly observed: Observed;
  /** Name of the interface, or its UUID; undefined where the PDU belongs to no call, or its bind was not seen. */
  readonly interface: string | undefined;
  readonly opnum: number | undefined;
  /** Undefined for an interface or opnum that is not known here. */
  readonly operation: Operation | undefined;
  /** Present with the last fragment of a call whose operation is known and whose stub could be read. */
  readonly parameters: DecodedParameters | undefined;
  readonly error: CodecError | undefined;
}

export interface DecoderOptions {
  /** Follows the handshake of a security context; where absent, or for other types, nothing is verified. */
  readonly observe?: (authType: number) => PassiveContext | undefined;
  /** Whether parameters are decoded; true where absent. */
  readonly parameters?: boolean;
}

/** Decodes the PDUs of a capture in the order of the frames; keeps one association a stream. */
export class CaptureDecoder {
  readonly #associations = new Map<number, PassiveAssociation>();
  readonly #budget = new PassiveBudget();
  readonly #observe: (authType: number) => PassiveContext | undefined;
  readonly #parameters: boolean;

  constructor({ observe = () => undefined, parameters = true }: DecoderOptions = {}) {
    this.#observe = observe;
    this.#parameters = parameters;
  }

  /** The association of a stream that is still open. */
  association(stream: number): PassiveAssociation | undefined {
    return this.#associations.get(stream);
  }

  take(captured: CapturedPdu): DecodedPdu {
    const association = this.#associationOf(captured);
    const observed = association.take(captured.direction === 'toServer' ? 'client' : 'server', captured.bytes);
    const { message, pdu } = observed;
    const presentation = message?.presentation ?? association.presentationOf(pdu);
    const opnum = message?.opnum ?? (pdu?.PTYPE === 'request' ? pdu.opnum : undefined);
    const operation =
      opnum === undefined ? undefined : interfaceByUuid(presentation?.interface.uuid)?.operations.get(opnum);
    const name = presentation === undefined ? undefined : interfaceName(presentation.interface.uuid);
    let parameters: DecodedParameters | undefined;
    let { error } = observed;
    try {
      if (this.#parameters) parameters = parametersOf(message, operation);
    } catch (cause) {
      if (!(cause instanceof CodecError)) throw cause;
      error = cause;
    }
    return { captured, observed, interface: name, opnum, operation, parameters, error };
  }

  /** Users of a stream whose signatures and encryption no known secret fits. */
  unopened(stream: number): string[] {
    const securities = this.#associations.get(stream)?.securities ?? [];
    return securities.flatMap(({ passive, restored }) => {
      const identity = passive?.established === false && !restored ? passive.identity : undefined;
      return identity === undefined || identity.anonymous ? [] : [`${identity.domain}\\${identity.user}`];
    });
  }

  /** Forgets a stream that has ended. */
  end(stream: number): void {
    this.#associations.get(stream)?.end();
    this.#associations.delete(stream);
  }

  #associationOf(captured: CapturedPdu): PassiveAssociation {
    const before = this.#associations.get(captured.stream);
    if (before !== undefined) return before;
    const created = new PassiveAssociation({ observe: this.#observe, budget: this.#budget });
    if (captured.remainder !== undefined) created.restore(captured.remainder);
    captured.keeper = created;
    this.#associations.set(captured.stream, created);
    return created;
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
