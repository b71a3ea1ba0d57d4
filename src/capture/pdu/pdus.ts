import { knownHandlers, knownOptions, type OptionNames } from '../../codec/known-options.js';
import { CaptureError, type Problem } from '../file/error.js';
import { type CaptureInput, type CaptureSource, nameOf, type PieceOptions, pieces, sourcesOf } from '../file/source.js';
import type { OpenLogons } from '../logon/logon.js';
import type { CapturedPdu, OpenStream, StreamEnd } from './pdu.js';
import { type CaptureLimits, PduReader, type PduReaderOptions } from './reader.js';

/** What a capture gives, in the order of the frames that complete it. */
export type CaptureItem = CapturedPdu | Problem | StreamEnd;

/** How a capture is read. */
export interface ReadOptions {
  /** Named in problems; by default the file's name. */
  readonly file?: string;
  /** Bounds of memory; those of `CaptureLimits` where absent. */
  readonly limits?: CaptureLimits;
  /** Told of each piece how many octets of the file it has. */
  readonly onRead?: PieceOptions['onRead'];
}

const READ_OPTIONS: OptionNames<ReadOptions> = { file: true, limits: true, onRead: true };

/**
 * The PDUs of a capture, and what was wrong with it. Throws `CaptureError` where nothing can be read; a file that
 * becomes unreadable later on is a problem.
 */
export async function* readPdus(source: CaptureInput, options: ReadOptions = {}): AsyncGenerator<CaptureItem> {
  for await (const batch of readBatches(source, options)) yield* batch;
}

/** The same in arrays, one for each piece of the file: for many PDUs this is several times as fast. */
export async function* readBatches(source: CaptureInput, options: ReadOptions = {}): AsyncGenerator<CaptureItem[]> {
  knownOptions('readPdus', options, READ_OPTIONS);
  yield* readInBatches<CaptureItem>(source, options, (give) => ({
    open: (stream, _, pipe) => ({ pdu: give, cut: give, end: () => give({ kind: 'end', stream, pipe }) }),
    onProblem: give,
  }));
}

/** What consumers give of a capture, in arrays: one for each piece of the file. */
export async function* readInBatches<T>(
  source: CaptureInput,
  options: ReadOptions,
  handlersFor: (give: (item: T) => void) => Omit<ReadHandlers, 'onPiece'>,
): AsyncGenerator<T[]> {
  let items: T[] = [];
  const handlers = handlersFor((item) => void items.push(item));
  const { onRead } = options;
  const reader = new PduReader({ file: nameOf(sourcesOf(source)[0] as CaptureSource), ...options, ...handlers });
  for await (const _ of feed(reader, source, handlers.onProblem, { ...(onRead && { onRead }) })) {
    if (items.length === 0) continue;
    const batch = items;
    items = [];
    yield batch;
  }
}

/** Told what a capture holds, as it is read. */
export interface ReadHandlers {
  /** Opens the consumer of each stream. */
  readonly open: OpenStream;
  readonly onProblem?: (problem: Problem) => void;
  /** Takes each message from and to a KDC. */
  readonly onKdcMessage?: ((message: Uint8Array) => void) | undefined;
  /** Follows the handshakes of sessions of SMB; where it knows the secret, encrypted messages are opened. */
  readonly observe?: PduReaderOptions['observe'];
  /** Opens the consumer of the logons of each connection of SMB, HTTP or LDAP; where absent they are passed over. */
  readonly openLogons?: OpenLogons;
  /** Told of each PDU of RPC over UDP. */
  readonly onConnectionless?: PduReaderOptions['onConnectionless'];
  /** Told of each connection that was asked for and never came about. */
  readonly onAttempt?: PduReaderOptions['onAttempt'];
  /** Told which packets bring what. */
  readonly packets?: PduReaderOptions['packets'];
  /** After each piece of the file: reading goes on when it is done, so that a handler can wait for whoever it serves. */
  readonly onPiece?: () => Promise<void>;
}

const HANDLERS: OptionNames<ReadHandlers> = {
  ...{ open: true, onProblem: true, onKdcMessage: true, observe: true, openLogons: true, onConnectionless: true },
  ...{ onAttempt: true, packets: true, onPiece: true },
};

/**
 * The same stream by stream: each gets a consumer that takes its PDUs and keeps all that is to be kept of it, which is
 * fastest. With `reuse` the octets of a PDU are there only while its consumer takes it.
 */
export async function readCapture(
  source: CaptureInput,
  handlers: ReadHandlers,
  options: ReadOptions & PieceOptions = {},
) {
  knownOptions('readCapture', options, { ...READ_OPTIONS, reuse: true });
  knownHandlers('readCapture', handlers, HANDLERS);
  const reader = new PduReader({ file: nameOf(sourcesOf(source)[0] as CaptureSource), ...options, ...handlers });
  for await (const _ of feed(reader, source, handlers.onProblem, options)) await handlers.onPiece?.();
  return { frames: reader.frames, streams: reader.streams, understood: reader.understood };
}

/** Pushes a source into a reader, with a pause after each piece. */
async function* feed(
  reader: PduReader,
  source: CaptureInput,
  onProblem: ReadHandlers['onProblem'],
  options: PieceOptions,
): AsyncGenerator<void> {
  /** An error in one of several files does not keep the others from being read. */
  const tell = (error: unknown): void => {
    if (!(error instanceof CaptureError) || reader.frames === 0) throw error;
    const { file, detail: message } = error;
    onProblem?.({ kind: 'problem', severity: 'error', file, frame: reader.framesOfFile + 1, message });
  };
  const ends = (end: () => void): void => {
    try {
      end();
    } catch (error) {
      tell(error);
    }
  };
  for (const [index, each] of sourcesOf(source).entries()) {
    if (index > 0) ends(() => reader.next(nameOf(each)));
    try {
      for await (const piece of pieces(each, options)) {
        reader.push(piece);
        yield;
      }
    } catch (error) {
      tell(error);
    }
  }
  ends(() => reader.end());
  yield;
}
