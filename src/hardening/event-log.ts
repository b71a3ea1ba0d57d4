import { type DcomEvent, eventJson, eventMessage, eventXml, type LoggedAt } from './events.js';
import { type Machine, machineLogs } from './machine.js';

export interface LogEntry {
  readonly event: DcomEvent;
  readonly at: LoggedAt & { readonly recordId: number };
}

/** One line of a table of events. */
export interface EventRow {
  /** As ISO 8601, UTC. */
  readonly time: string;
  readonly computer: string;
  readonly event: DcomEvent['id'];
  readonly what: string;
}

/** The System log of one machine, as far as it holds events 10036 to 10038. */
export class EventLog {
  readonly #entries: LogEntry[] = [];
  readonly #capacity: number;
  #recorded = 0;

  /** The log of a real machine is bounded too: beyond its capacity the oldest entries go. */
  constructor({ capacity = 10_000 }: { readonly capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  /** Oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get rows(): readonly EventRow[] {
    return eventRows(this.#entries);
  }

  /**
   * Writes an event down and gives its entry; nothing where the machine's version and updates in force do not have it.
   * The machine is handed in because its patch level changes while its log goes on.
   */
  record(m: Machine, event: DcomEvent, time: number): LogEntry | undefined {
    if (!machineLogs(m)) return undefined;
    this.#recorded += 1;
    const entry = { event, at: { time, computer: m.name, recordId: this.#recorded } };
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
    return entry;
  }

  asXml(): string {
    return eventsXml(this.#entries);
  }

  asJson(): ReturnType<typeof eventJson>[] {
    return this.#entries.map(({ event, at }) => eventJson(event, at));
  }
}

/** One document of several events, as the Windows event viewer saves a log as XML. */
export const eventsXml = (entries: readonly LoggedEntry[]): string =>
  ['<?xml version="1.0" encoding="utf-8" standalone="yes"?>', '<Events>', ...entries.map(xmlOf), '</Events>', ''].join(
    '\n',
  );

/** The rows of several machines' entries, by time. */
export const eventRows = (entries: readonly LoggedEntry[]): EventRow[] =>
  entries
    .toSorted((a, b) => a.at.time - b.at.time)
    .map(({ event, at }) => ({
      time: new Date(at.time).toISOString(),
      computer: at.computer,
      event: event.id,
      what: eventMessage(event),
    }));

/** An entry of any log, with a record number or without. */
export interface LoggedEntry {
  readonly event: DcomEvent;
  readonly at: LoggedAt;
}

const xmlOf = ({ event, at }: LoggedEntry): string => eventXml(event, at);
