import type { Operation } from '../../../codec/ndr/index.js';
import type { Pdu, ResponsePdu } from '../../../codec/rpce/index.js';
import type { CallLevel } from '../../../rpc/index.js';

/** Which of the server's two ports a connection goes to. */
export type Port = 'resolver' | 'exporter';

/** The call that an answer belongs to. */
export interface AnsweredCall {
  /** UUID of the interface. */
  readonly interface: string;
  readonly opnum: number;
  /** The IPID of an ORPC call. */
  readonly object: string | undefined;
  /** How its parameters are marshalled; undefined for operations that are not declared here. */
  readonly operation: Operation | undefined;
  /** In plain. */
  readonly request: Buffer;
  readonly littleEndian: boolean;
  readonly transferSyntax: 'ndr20' | 'ndr64';
  readonly security: CallLevel;
}

/** What the server is about to send. */
export interface Answer {
  readonly port: Port;
  /** The connection's number within the attempt, from 1 on. */
  readonly connection: number;
  /** A response has its whole stub, in plain, whatever the fragments were. */
  readonly pdu: Pdu;
  /** What the client sent last on this connection, as it was: what is answered. */
  readonly asked: { readonly pdu: Pdu | undefined; readonly bytes: Buffer };
  /** Of a response or fault. */
  readonly call: AnsweredCall | undefined;
  /** Octets of the signed response that went out before this one on the connection. */
  readonly before: Buffer | undefined;
  /** The largest fragment that was agreed on. */
  readonly maxFragment: number;
  /** Whether its call is signed or sealed, and the keys are known, so that what is sent instead can be, too. */
  readonly protectable: boolean;
}

/** One thing that goes out instead. */
export type Sent =
  /**
   * A PDU in plain, which is signed or sealed as its call is, in as many fragments as it takes. `shape` changes each of
   * them before it is protected, `spoil` its octets afterwards.
   */
  | ({
      readonly pdu: Pdu;
      readonly shape?: (fragment: ResponsePdu, place: Place) => ResponsePdu;
      readonly spoil?: (octets: Buffer, place: Place) => Buffer;
      /** Where it is not what was agreed on. */
      readonly maxFragment?: number;
    } & Segments)
  /** As they are. */
  | ({ readonly octets: Uint8Array } & Segments)
  /** The next sequence number is used up by a PDU that nobody sends. */
  | { readonly lost: Pdu }
  /** The server ends the connection. */
  | { readonly end: 'close' | 'reset' };

/** How octets go out. */
interface Segments {
  /** Octets of a segment at most; each PDU is one where absent, and 'joined' sends all of an answer at once. */
  readonly segment?: number | 'joined';
}

/** Where a fragment stands among those of its answer. */
export interface Place {
  readonly index: number;
  readonly last: boolean;
}

/** What goes out instead of an answer; undefined where it goes out as it is. */
export type Change = (answer: Answer) => readonly Sent[] | undefined;
