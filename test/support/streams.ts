import type { Problem } from '../../src/capture/file/error.js';
import type { Direction } from '../../src/capture/stream/connection.js';
import { StreamReader } from '../../src/capture/stream/reader.js';
import type { TcpLimits } from '../../src/capture/stream/tcp.js';

/** The whole of one direction of a stream, as the reassembly delivered it. */
export interface ReadDirection {
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
  /** Gaps, as octets lost at an offset into `bytes`. */
  readonly gaps: readonly { readonly at: number; readonly lost: number }[];
  /** Which frame brought the octets up to which offset. */
  readonly frames: readonly { readonly frame: number; readonly upTo: number }[];
  readonly toServer: boolean;
}

export interface ReadStream {
  readonly stream: number;
  readonly forward: ReadDirection;
  readonly backward: ReadDirection;
  /** How often the stream was said to have ended. */
  readonly ends: number;
}

class Collected {
  readonly chunks: Buffer[] = [];
  readonly gaps: { at: number; lost: number }[] = [];
  readonly frames: { frame: number; upTo: number }[] = [];
  length = 0;

  read(direction: Direction): ReadDirection {
    const { source, destination, toServer } = direction;
    return {
      from: `${source.address}:${source.port}`,
      to: `${destination.address}:${destination.port}`,
      bytes: Buffer.concat(this.chunks),
      gaps: this.gaps,
      frames: this.frames,
      toServer,
    };
  }
}

/** Reads a capture, given as one piece or several, down to its TCP streams. */
export function readStreams(pieces: Uint8Array | readonly Uint8Array[], limits: TcpLimits = {}) {
  const directions = new Map<Direction, Collected>();
  const ends = new Map<number, number>();
  const problems: Problem[] = [];
  const of = (direction: Direction): Collected => {
    const { forward, backward } = direction.connection;
    for (const one of [forward, backward]) if (!directions.has(one)) directions.set(one, new Collected());
    return directions.get(direction) as Collected;
  };
  const reader = new StreamReader({
    limits,
    onProblem: (problem) => problems.push(problem),
    open: ({ stream }) => ({
      valued: false,
      remainder: undefined,
      data(direction, bytes, start, end, frame) {
        const collected = of(direction);
        collected.chunks.push(Buffer.from(bytes.subarray(start, end)));
        collected.length += end - start;
        collected.frames.push({ frame, upTo: collected.length });
      },
      gap(direction, lost) {
        const collected = of(direction);
        collected.gaps.push({ at: collected.length, lost });
      },
      end() {
        ends.set(stream, (ends.get(stream) ?? 0) + 1);
      },
    }),
  });
  for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) reader.push(piece);
  reader.end();
  const streams: ReadStream[] = [...directions]
    .filter(([direction]) => direction.forward)
    .map(([{ connection }, forward]) => ({
      stream: connection.stream,
      forward: forward.read(connection.forward),
      backward: of(connection.backward).read(connection.backward),
      ends: ends.get(connection.stream) ?? 0,
    }))
    .sort((a, b) => a.stream - b.stream);
  return { streams, problems, understood: reader.understood, frames: reader.frames, count: reader.streams };
}
