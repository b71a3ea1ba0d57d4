import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction } from '../stream/connection.js';

/** Hands on a token that a direction carries. */
export type TellToken = (token: {
  readonly octets: Uint8Array;
  /** As in `LogonPlace`. */
  readonly exchange: string;
  readonly target?: string | undefined;
}) => void;

/** One direction of a connection, from its octets to the tokens in them. */
export interface LogonSplitter {
  data(bytes: Buffer, start: number, end: number): void;
  /** The next `lost` octets are missing; -1 where their number is not known. */
  gap(lost: number): void;
  end(): void;
}

/** A connection of a protocol in which clients authenticate. */
export interface LogonProtocol {
  splitter(direction: Direction, budget: AssemblyBudget, tell: TellToken): LogonSplitter;
  /** A gap in either direction. */
  gap?(): void;
}
