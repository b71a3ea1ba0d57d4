import type { DatagramRecord } from '../../capture/decode/datagram.js';
import type { PduRecord } from '../../capture/decode/record.js';
import type { Problem } from '../../capture/file/error.js';
import type { Column } from '../../report/table.js';

const count = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, number]) => `${key}=${number}`)
    .join(' ');

/** What a file holds, counted. */
export class FileSummary {
  readonly file: string;
  readonly #types = new Map<string, number>();
  readonly #interfaces = new Map<string, number>();
  readonly #levels = new Map<string, number>();
  readonly #streams = new Set<number>();
  #pdus = 0;
  #undecoded = 0;
  #problems = 0;
  #lost = false;

  constructor(file: string) {
    this.file = file;
  }

  add(record: PduRecord): void {
    this.#pdus++;
    this.#streams.add(record.stream);
    count(this.#types, String(record.ptype));
    if (record.error !== undefined) this.#undecoded++;
    if (record.ptype === 'request' && record.interface !== undefined) count(this.#interfaces, record.interface);
    if (record.auth_level !== undefined && record.auth_type !== undefined && record.auth_type !== 0) {
      count(this.#levels, `${record.auth_type}:${record.auth_level}`);
    }
  }

  /** A PDU of RPC over UDP. */
  addDatagram(record: DatagramRecord): void {
    this.#pdus++;
    count(this.#types, `udp ${record.ptype}`);
    if (record.ptype === 'request') count(this.#interfaces, record.interface);
  }

  problem(severity: Problem['severity']): void {
    if (severity !== 'info') this.#problems++;
    if (severity === 'error') this.#lost = true;
  }

  /** Records or packets of it are lost. */
  get lost(): boolean {
    return this.#lost;
  }

  get record() {
    return {
      file: this.file,
      pdus: this.#pdus,
      streams: this.#streams.size,
      types: Object.fromEntries(this.#types),
      requests: Object.fromEntries(this.#interfaces),
      auth: Object.fromEntries(this.#levels),
      undecoded: this.#undecoded,
      problems: this.#problems,
    };
  }

  /** All that is shown, as a value that can be handed on. */
  get row(): SummaryRow {
    const { file, record, types, interfaces, levels, lost } = this;
    return { file, record, types, interfaces, levels, lost };
  }

  get types(): string {
    return listed(this.#types);
  }

  get interfaces(): string {
    return listed(this.#interfaces);
  }

  get levels(): string {
    return listed(this.#levels);
  }
}

/** What is shown of a file. */
export type SummaryRow = Pick<FileSummary, 'file' | 'record' | 'types' | 'interfaces' | 'levels' | 'lost'>;

export const SUMMARY_COLUMNS: readonly Column<SummaryRow>[] = [
  { title: 'file', value: ({ file }) => file },
  { title: 'PDUs', value: ({ record }) => record.pdus, align: 'right' },
  { title: 'streams', value: ({ record }) => record.streams, align: 'right' },
  { title: 'by type', value: ({ types }) => types, atMost: 48 },
  { title: 'requests', value: ({ interfaces }) => interfaces, atMost: 40 },
  { title: 'auth type:level', value: ({ levels }) => levels, atMost: 24 },
  {
    title: 'undecoded',
    value: ({ record }) => record.undecoded,
    align: 'right',
    style: ({ record }) => (record.undecoded > 0 ? 'red' : undefined),
  },
  {
    title: 'problems',
    value: ({ record }) => record.problems,
    align: 'right',
    style: ({ record }) => (record.problems > 0 ? 'red' : undefined),
  },
];
