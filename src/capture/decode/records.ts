import type { Sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import { type CaptureSource, fileOf } from '../file/source.js';
import type { OpenStream } from '../pdu/pdu.js';
import { readInBatches } from '../pdu/pdus.js';
import { answeredCall, type CallRecord, unansweredCall } from './call-record.js';
import { CaptureDecoder, type DecodedPdu, type DecodeHandlers, type StreamDecoder } from './decode.js';
import { type PduField, wantedOf } from './fields.js';
import { type Filter, filteredCall, parseFilter } from './filter.js';
import { errorOf, type PduRecord, pduRecord } from './record.js';

/** How records are read. */
export interface RecordsOptions {
  /** `level>=connect`, as `--filter` takes them: all have to fit. Throws an `Error` that says what is wrong with one. */
  readonly filters?: readonly (string | Filter)[];
  /** Follows handshakes with the secrets that are known; without it nothing is unsealed. */
  readonly observe?: Sniffer;
  /** Told what is wrong with a file, where it is. */
  readonly onProblem?: (problem: Problem) => void;
}

/** Every PDU of a capture, as `decode --json` tells it. Throws `CaptureError` where nothing can be read. */
export async function* readRecords(source: CaptureSource, options: RecordsOptions = {}): AsyncGenerator<PduRecord> {
  const fits = fitting(options.filters);
  yield* records<PduRecord>(source, options, (give) => ({ record: (each) => fits(each) && give(each) }));
}

/** Every call of a capture, as `decode --calls --json` tells it: each as soon as nothing more can come of it. */
export async function* readCallRecords(
  source: CaptureSource,
  options: RecordsOptions = {},
): AsyncGenerator<CallRecord> {
  const fits = fitting(options.filters);
  yield* records<CallRecord>(source, options, (give) => ({ call: (each) => fits(filteredCall(each)) && give(each) }));
}

function fitting(filters: RecordsOptions['filters'] = []): Filter | ((record: Parameters<Filter>[0]) => boolean) {
  const all = filters.map((each) => (typeof each === 'string' ? parseFilter(each) : each));
  return (record) => all.every((filter) => filter(record));
}

async function* records<T>(
  source: CaptureSource,
  { observe, onProblem }: RecordsOptions,
  handlersFor: (give: (item: T) => void) => RecordHandlers,
): AsyncGenerator<T> {
  const file = fileOf(source);
  for await (const batch of readInBatches<T>(source, {}, (give) => ({
    open: openRecords(handlersFor(give), { file, ...(observe && { observe }) }),
    ...(onProblem && { onProblem }),
    onKdcMessage: observe?.kdcMessage,
  })))
    yield* batch;
}

/** Who is told what of a capture. */
export interface RecordHandlers {
  readonly record?: (record: PduRecord) => void;
  readonly call?: (call: CallRecord) => void;
  /** What of a PDU could not be read. */
  readonly unread?: (frame: number, error: string) => void;
  /** A stream has ended. */
  readonly end?: (stream: StreamDecoder) => void;
}

export interface OpenRecordsOptions extends Pick<RecordsOptions, 'observe'> {
  /** Named in records. */
  readonly file: string;
  /** No more than these have to be right, which can be much faster; all where absent. */
  readonly fields?: readonly PduField[] | undefined;
}

/** For `readCapture`: makes the records of PDUs, of calls, or of both. */
export function openRecords(handlers: RecordHandlers, { file, fields, observe }: OpenRecordsOptions): OpenStream {
  const { record, call, unread, end } = handlers;
  const wanted = wantedOf(fields);
  const pdu = (decoded: DecodedPdu): void => {
    record?.(pduRecord(file, decoded, wanted));
    const ended = call && answeredCall(file, decoded);
    if (ended !== undefined) call?.(ended);
    const error = unread && errorOf(decoded);
    if (error !== undefined) unread?.(decoded.captured.frame, error);
  };
  const taken: DecodeHandlers = {
    pdu,
    ...(call && { unanswered: (open) => call(unansweredCall(file, open)) }),
    ...(end && { end }),
  };
  return new CaptureDecoder(taken, { parameters: wanted.content, ...(observe && { observe }) }).open;
}
