import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import type { Sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import type { CaptureInput } from '../file/source.js';
import type { CapturedPdu, OpenStream } from '../pdu/pdu.js';
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

const OPTIONS: OptionNames<RecordsOptions> = { filters: true, observe: true, onProblem: true };

/** Every PDU of a capture, as `decode --json` tells it. Throws `CaptureError` where nothing can be read. */
export async function* readRecords(source: CaptureInput, options: RecordsOptions = {}): AsyncGenerator<PduRecord> {
  knownOptions('readRecords', options, OPTIONS);
  const fits = fitting(options.filters);
  yield* records<PduRecord>(source, options, (give) => ({ record: (each) => fits(each) && give(each) }));
}

/** Every call of a capture, as `decode --calls --json` tells it: each as soon as nothing more can come of it. */
export async function* readCallRecords(source: CaptureInput, options: RecordsOptions = {}): AsyncGenerator<CallRecord> {
  knownOptions('readCallRecords', options, OPTIONS);
  const fits = fitting(options.filters);
  yield* records<CallRecord>(source, options, (give) => ({ call: (each) => fits(filteredCall(each)) && give(each) }));
}

function fitting(filters: RecordsOptions['filters'] = []): Filter | ((record: Parameters<Filter>[0]) => boolean) {
  const all = filters.map((each) => (typeof each === 'string' ? parseFilter(each) : each));
  return (record) => all.every((filter) => filter(record));
}

async function* records<T>(
  source: CaptureInput,
  { observe, onProblem }: RecordsOptions,
  handlersFor: (give: (item: T) => void) => RecordHandlers,
): AsyncGenerator<T> {
  for await (const batch of readInBatches<T>(source, {}, (give) => ({
    open: openRecords(handlersFor(give), { ...(observe && { observe }) }),
    ...(onProblem && { onProblem }),
    observe,
    onKdcMessage: observe?.kdcMessage,
  })))
    yield* batch;
}

/** Told of the records of a capture, and of its problems. */
export interface RecordHandlers {
  /** The PDU itself is there only while it is told. */
  readonly record?: (record: PduRecord, decoded: DecodedPdu) => void;
  readonly call?: (call: CallRecord) => void;
  /** The parts of a PDU that could not be read. */
  readonly unread?: (pdu: CapturedPdu, error: string) => void;
  /** A stream has ended. */
  readonly end?: (stream: StreamDecoder) => void;
}

export interface OpenRecordsOptions extends Pick<RecordsOptions, 'observe'> {
  /** No more than these have to be right, which can be much faster; all where absent. */
  readonly fields?: readonly PduField[] | undefined;
}

/** For `readCapture`: makes the records of PDUs, of calls, or of both. */
export function openRecords(handlers: RecordHandlers, { fields, observe }: OpenRecordsOptions = {}): OpenStream {
  const { record, call, unread, end } = handlers;
  const wanted = wantedOf(fields);
  const pdu = (decoded: DecodedPdu): void => {
    record?.(pduRecord(decoded.captured.file, decoded, wanted), decoded);
    const ended = call && answeredCall(decoded);
    if (ended !== undefined) call?.(ended);
    const error = unread && errorOf(decoded);
    // How many a snap length has cut is told when all is read.
    if (error !== undefined && !decoded.captured.snapped) unread?.(decoded.captured, error);
  };
  const taken: DecodeHandlers = {
    pdu,
    ...(call && { unanswered: (open) => call(unansweredCall(open)) }),
    ...(end && { end }),
  };
  return new CaptureDecoder(taken, { parameters: wanted.content, ...(observe && { observe }) }).open;
}
