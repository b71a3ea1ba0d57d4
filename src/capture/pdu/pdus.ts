import { CaptureError, type Problem } from '../file/error.js';
import { type CaptureSource, nameOf, type PieceOptions, pieces } from '../file/source.js';
import type { CapturedPdu, StreamEnd } from './pdu.js';
import { type CaptureLimits, PduReader, type PduReaderOptions } from './reader.js';

/** What a capture gives, in the order of the frames that complete it. */
export type CaptureItem = CapturedPdu | Problem | StreamEnd;

export interface ReadOptions {
  /** Named in problems; by default the file's name. */
  readonly file?: string;
  readonly limits?: CaptureLimits;
  readonly onRead?: PieceOptions['onRead'];
}

/**
 * The PDUs of a capture, and what was wrong with it. Throws `CaptureError` where nothing can be read; a file that
 * becomes unreadable later on is a problem.
 */
export async function* readPdus(source: CaptureSource, options: ReadOptions = {}): AsyncGenerator<CaptureItem> {
  for await (const batch of readBatches(source, options)) yield* batch;
}

/** The same in arrays, one for each piece of the file: for many PDUs this is several times as fast. */
export async function* readBatches(source: CaptureSource, options: ReadOptions = {}): AsyncGenerator<CaptureItem[]> {
  let items: CaptureItem[] = [];
  const take = (item: CaptureItem): void => {
    items.push(item);
  };
  const reader = new PduReader({
    file: nameOf(source),
    ...options,
    onPdu: take,
    onCut: take,
    onProblem: take,
    onEnd: take,
  });
  for await (const _ of feed(reader, source, take, { ...(options.onRead && { onRead: options.onRead }) })) {
    if (items.length === 0) continue;
    const batch = items;
    items = [];
    yield batch;
  }
}

export interface ReadHandlers extends Omit<PduReaderOptions, 'file' | 'limits'> {
  /** After each piece of the file: reading goes on when it is done, so that a handler can wait for whoever it serves. */
  readonly onPiece?: () => Promise<void>;
}

/** The same by callbacks, which is fastest. With `reuse` the octets of a PDU are there only while `onPdu` runs. */
export async function readCapture(
  source: CaptureSource,
  handlers: ReadHandlers,
  options: ReadOptions & PieceOptions = {},
) {
  const reader = new PduReader({ file: nameOf(source), ...options, ...handlers });
  for await (const _ of feed(reader, source, (problem) => handlers.onProblem?.(problem), options))
    await handlers.onPiece?.();
  return { frames: reader.frames, streams: reader.streams };
}

/** Pushes a source into a reader, with a pause after each piece. */
async function* feed(
  reader: PduReader,
  source: CaptureSource,
  problem: (problem: Problem) => void,
  options: PieceOptions,
): AsyncGenerator<void> {
  try {
    for await (const piece of pieces(source, options)) {
      reader.push(piece);
      yield;
    }
  } catch (error) {
    if (!(error instanceof CaptureError) || reader.frames === 0) throw error;
    problem({ kind: 'problem', severity: 'error', file: error.file, frame: reader.frames + 1, message: error.detail });
  }
  reader.end();
  yield;
}
