import type { CallRecord } from '../../capture/decode/call-record.js';
import { type DatagramRecord, filteredDatagram } from '../../capture/decode/datagram.js';
import { chosen, type PduField } from '../../capture/decode/fields.js';
import { type Filter, filteredCall } from '../../capture/decode/filter.js';
import type { Filtered } from '../../capture/decode/filter-kinds.js';
import type { PduRecord } from '../../capture/decode/record.js';
import type { RecordHandlers } from '../../capture/decode/records.js';
import type { Output } from '../io.js';
import { callHead, callLine } from './call-line.js';
import { datagramLine } from './datagram-line.js';
import { fieldLine } from './fields.js';
import { painter, pduHead, pduLine, pduText } from './pdu-line.js';
import { Dates, TerminalLines } from './terminal-lines.js';

/** What is shown of a file while it is read. */
export interface View extends Pick<RecordHandlers, 'record' | 'call'> {
  /** A PDU of RPC over UDP. */
  readonly datagram?: (record: DatagramRecord) => void;
}

export interface ViewOptions {
  readonly summary: boolean;
  readonly calls: boolean;
  readonly verbose: boolean;
  readonly filter?: readonly Filter[];
  /** Only these members of each record. */
  readonly fields?: readonly PduField[];
}

/** No more is wanted, so no more has to be read. */
export class Enough extends Error {}

/** How many records filters were asked about, and how many fitted. */
export interface Counts {
  readonly asked: number;
  readonly fitting: number;
}

/** Lets through what fits all the filters that were given, and counts. */
export class Choice {
  readonly #filters: readonly Filter[];
  readonly #most: number;
  #asked = 0;
  #fitting = 0;

  /** `most`: how many are let through at all. */
  constructor(filters: readonly Filter[] = [], most = Number.POSITIVE_INFINITY) {
    this.#filters = filters;
    this.#most = most;
  }

  /** How many have fitted so far. */
  get fitting(): number {
    return this.#fitting;
  }

  /** As many have fitted as are wanted. */
  get full(): boolean {
    return this.#fitting >= this.#most;
  }

  /** How many were asked for, and how many of them fitted. */
  get counts(): Counts {
    return { asked: this.#asked, fitting: this.#fitting };
  }

  /** Counts what was chosen elsewhere by the same filters. */
  add({ asked, fitting }: Counts): void {
    this.#asked += asked;
    this.#fitting += fitting;
  }

  /** Throws `Enough` once as many have fitted as are wanted. */
  fits(record: Filtered): boolean {
    if (this.full) throw new Enough();
    this.#asked++;
    if (!this.#filters.every((filter) => filter(record))) return false;
    this.#fitting++;
    return true;
  }

  /** What an empty result would leave open; undefined where something fits, or there is nothing that it would have to fit. */
  nothing(what: 'PDUs' | 'calls'): string | undefined {
    if (this.#fitting > 0 || this.#filters.length === 0) return undefined;
    return `0 of ${this.#asked} ${what} fit the filters`;
  }
}

/** `title` is for people, above the first line; absent where there is one file only. */
export function viewOf(out: Output, options: ViewOptions, choice: Choice, title: string | undefined): View {
  if (options.fields !== undefined) return fieldView(out, options.fields, choice);
  const terminal = out.width === undefined ? undefined : new TerminalLines(out.colour, out.width);
  const columns = options.calls
    ? (terminal?.callHead ?? callHead(out.colour))
    : terminal === undefined
      ? pduHead(out.colour)
      : undefined;
  const head = [title, columns].filter((line) => line !== undefined);
  const show = shower(out, options.calls ? 'call' : 'pdu', out.json ? [] : head);
  if (options.calls) return callView(choice, show, (call) => terminal?.callText(call) ?? callLine(call, out.colour));
  return pduView(options, choice, show, (record) => terminal?.text(record) ?? pduLine(record, out.colour));
}

/** Shows one thing as a record or as a line. */
type Show = <T extends { readonly time: string }>(
  thing: T,
  line: (thing: T, colour: boolean) => string,
  kind?: 'pdu' | 'call' | 'datagram',
) => void;

function shower(out: Output, usual: 'pdu' | 'call', head: string[]): Show {
  // On a terminal the lines themselves say it.
  const dated = out.width === undefined ? new Dates() : undefined;
  return (thing, line, kind = usual) => {
    if (out.json) return out.record(kind, thing);
    for (const text of head.splice(0)) out.text(text);
    const date = dated?.news(thing);
    if (date !== undefined) out.text(painter(out.colour)('bold', date));
    out.text(line(thing, out.colour));
  };
}

/** For programs: no titles, one line a PDU. */
const fieldView = (out: Output, fields: readonly PduField[], choice: Choice): View => ({
  record(record) {
    if (!choice.fits(record)) return;
    if (out.json) out.record('pdu-fields', chosen(record, fields));
    else out.verbatim(fieldLine(record, fields));
  },
});

const pduView = ({ verbose }: ViewOptions, choice: Choice, show: Show, line: (record: PduRecord) => string): View => ({
  record(record, decoded) {
    if (!choice.fits(record)) return;
    show<PduRecord>(record, verbose ? (_, colour) => pduText(line(record), decoded, colour) : line);
  },
  datagram(record) {
    if (choice.fits(filteredDatagram(record))) show<DatagramRecord>(record, datagramLine, 'datagram');
  },
});

const callView = (choice: Choice, show: Show, line: (call: CallRecord) => string): View => ({
  call(call) {
    if (choice.fits(filteredCall(call))) show<CallRecord>(call, line);
  },
});
