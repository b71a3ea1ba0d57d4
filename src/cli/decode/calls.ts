import { OpenCalls } from '../../capture/decode/open-calls.js';
import type { PduRecord } from '../../capture/decode/record.js';
import { resultOf } from '../../capture/decode/result.js';
import { PFC } from '../../codec/rpce/index.js';

type Taken = 'file' | 'stream' | 'time' | 'call_id' | 'auth_type' | 'auth_level' | 'auth_context_id';
type TakenWhereKnown = 'user' | 'interface' | 'opnum' | 'operation' | 'object';

/** One call with its answer, as a line of JSON; absent members are left out. */
export interface CallRecord extends Pick<PduRecord, Taken | TakenWhereKnown> {
  readonly client: string;
  readonly server: string;
  /** Of the request's first and the answer's last fragment; absent where it was not captured. */
  readonly request_frame?: number;
  readonly answer_frame?: number;
  /** `cut` and `malformed`: it was answered, and a part of the answer is not in the capture, or cannot be read. */
  readonly outcome: 'response' | 'fault' | 'cut' | 'malformed' | 'unanswered';
  /** Of the fault, or what the operation returned. */
  readonly status?: number;
  /** Seconds from the one frame to the other. */
  readonly elapsed?: number;
}

/** Puts the calls of a file together from the records of its PDUs; gives each as soon as nothing more can come. */
export class CallRecords {
  readonly #open = new OpenCalls<PduRecord>();
  readonly #give: (call: CallRecord) => void;

  constructor(give: (call: CallRecord) => void) {
    this.#give = give;
  }

  take(record: PduRecord): void {
    const { stream, call_id = 0, pfc_flags = 0 } = record;
    // Of a PDU that was cut or cannot be read, the header still says what it is.
    const ptype = record.header_ptype ?? record.ptype;
    if (ptype === 'request' && pfc_flags & PFC.FIRST_FRAG) {
      const { value: _, ...request } = record;
      const before = this.#open.open(stream, call_id, request);
      if (before !== undefined) this.#give(callOf(before, undefined));
    } else if (ptype === 'fault' || (ptype === 'response' && pfc_flags & PFC.LAST_FRAG))
      this.#give(callOf(this.#open.close(stream, call_id), record));
  }

  /** The stream has ended: what was not answered will not be. */
  end(stream: number): void {
    for (const request of this.#open.end(stream)) this.#give(callOf(request, undefined));
  }
}

function callOf(request: PduRecord | undefined, answer: PduRecord | undefined): CallRecord {
  const known = (request ?? answer) as PduRecord;
  const call = {
    file: known.file,
    stream: known.stream,
    time: known.time,
    client: request?.src ?? answer?.dst,
    server: request?.dst ?? answer?.src,
    call_id: known.call_id,
    request_frame: request?.frame,
    answer_frame: answer?.frame,
    auth_type: known.auth_type,
    auth_level: known.auth_level,
    auth_context_id: known.auth_context_id,
    user: known.user ?? answer?.user,
    interface: known.interface,
    opnum: known.opnum,
    operation: known.operation,
    object: known.object,
    outcome: answer?.ptype ?? 'unanswered',
    status: answer === undefined ? undefined : resultOf(answer),
    elapsed: answer?.elapsed,
  };
  return Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined)) as unknown as CallRecord;
}
