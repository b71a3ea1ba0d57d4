import type { Direction } from '../../stream/connection.js';

/** Takes octets that were rewritten, and which stood in these places of a direction. */
export type Give = (direction: Direction, place: number, octets: Uint8Array) => void;

/** Octets that follow each other in a stream as it is read, and where they stand in the direction that brought them. */
interface Piece {
  readonly owner: Direction;
  readonly position: number;
  length: number;
  readonly place: number;
}

/** A part of a message, and the place that it came from. */
export interface Origin {
  /** The direction of TCP that brought it. */
  readonly owner: Direction;
  /** From the start of the message. */
  readonly offset: number;
  readonly length: number;
  readonly place: number;
}

/** Where the octets of a stream came from: in a direction of TCP by their sequence numbers, in a pipe likewise. */
export class Provenance {
  #pieces: Piece[] = [];
  /** Octets so far, with those that are known to be missing. */
  position = 0;

  add(owner: Direction, place: number, length: number): void {
    const last = this.#pieces.at(-1);
    const joins =
      last?.owner === owner && last.position + last.length === this.position && last.place + last.length === place;
    if (joins) last.length += length;
    else this.#pieces.push({ owner, position: this.position, length, place });
    this.position += length;
  }

  skip(length: number): void {
    this.position += length;
  }

  origins(from: number, length: number): Origin[] {
    const origins: Origin[] = [];
    for (const piece of this.#pieces) {
      const start = Math.max(from, piece.position);
      const end = Math.min(from + length, piece.position + piece.length);
      if (start < end)
        origins.push({
          owner: piece.owner,
          offset: start - from,
          length: end - start,
          place: piece.place + start - piece.position,
        });
    }
    return origins;
  }

  /** Octets before `position` are not asked for any more. */
  forget(position: number): void {
    const first = this.#pieces.findIndex((piece) => piece.position + piece.length > position);
    if (first > 0) this.#pieces = this.#pieces.slice(first);
    else if (first < 0) this.#pieces = this.#pieces.slice(-1);
  }
}

/** Gives a message that was rewritten, each part of it to where it came from. */
export function giveBack(give: Give, origins: readonly Origin[], octets: Uint8Array): void {
  for (const { owner, offset, length, place } of origins) give(owner, place, octets.subarray(offset, offset + length));
}
