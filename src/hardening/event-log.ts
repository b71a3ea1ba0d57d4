import { knownOptions } from '../codec/known-options.js';
import { Recent } from '../rpc/index.js';
import { type DcomEvent, eventJson, eventMessage, eventXml, type LoggedEvent } from './events.js';
import { type Machine, machineLogs } from './machine.js';

/** One line of a table of events. */
export interface EventRow {
  /** As ISO 8601, UTC. */
  readonly time: string;
  readonly computer: string;
  readonly event: DcomEvent['id'];
  readonly what: string;
}

/** How much a log keeps, and of which computer. */
export interface EventLogOptions {
  /** Entries that are kept, the newest; 10,000 where absent. */
  readonly capacity?: number;
  /** The computer that its entries name; as whoever writes has it where absent. */
  readonly computer?: string;
}

/** The System log of one machine, as far as it holds events 10036 to 10038. */
export class EventLog {
  readonly #recent: Recent<LoggedEvent>;
  readonly #computer: string | undefined;
  #recorded = 0;

  /** The log of a real machine is bounded too: beyond its capacity, or 16 MiB, the oldest entries go. */
  constructor(options: EventLogOptions = {}) {
    knownOptions('EventLog', options, { capacity: true, computer: true });
    const { capacity = 10_000, computer } = options;
    this.#recent = new Recent({ maxItems: capacity });
    this.#computer = computer;
  }

  /** Oldest first. */
  get entries(): readonly LoggedEvent[] {
    return this.#recent.items;
  }

  get rows(): readonly EventRow[] {
    return eventRows(this.entries);
  }

  /**
   * Writes an event down and gives its entry; nothing where the machine's version and updates in force do not have it.
   * The machine is handed in because its patch level changes while its log goes on.
   */
  record(m: Machine, event: DcomEvent, time: number): LoggedEvent | undefined {
    return machineLogs(m) ? this.write(event, time, m.name) : undefined;
  }

  /** Writes down what the policy of a computer has decided to log, and gives its entry. */
  write(event: DcomEvent, time: number, computer: string): LoggedEvent {
    this.#recorded += 1;
    const entry = { event, at: { time, computer: this.#computer ?? computer, recordId: this.#recorded } };
    this.#recent.push(entry);
    return entry;
  }

  asXml(): string {
    return eventsXml(this.entries);
  }

  asJson(): ReturnType<typeof eventJson>[] {
    return this.entries.map(({ event, at }) => eventJson(event, at));
  }
}

/** One document of several events, as the Windows event viewer saves a log as XML. */
export const eventsXml = (entries: readonly LoggedEvent[]): string =>
  ['<?xml version="1.0" encoding="utf-8" standalone="yes"?>', '<Events>', ...entries.map(xmlOf), '</Events>', ''].join(
    '\n',
  );

/** The rows of several machines' entries, by time. */
export const eventRows = (entries: readonly LoggedEvent[]): EventRow[] =>
  entries
    .toSorted((a, b) => a.at.time - b.at.time)
    .map(({ event, at }) => ({
      time: new Date(at.time).toISOString(),
      computer: at.computer,
      event: event.id,
      what: eventMessage(event),
    }));

const xmlOf = ({ event, at }: LoggedEvent): string => eventXml(event, at);
