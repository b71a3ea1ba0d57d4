import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { AuditItem } from '../../capture/audit/audit.js';
import { plain } from '../ndjson.js';

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const integer = { type: 'INT64' } as const;
const boolean = { type: 'BOOLEAN' } as const;
/** Captures have nanoseconds. */
const moment = { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } } as const;

/** The columns, as docs/fleet.md has them: those of the records of --json, activations and findings in one table. */
const COLUMNS = {
  kind: text,
  file: text,
  stream: integer,
  frame: integer,
  time: moment,
  client: text,
  server: text,
  transport: text,
  share: text,
  pipe: text,
  user: text,
  anonymous: boolean,
  workstation: text,
  mechanism: text,
  operation: text,
  clsid: text,
  class: text,
  auth_type: integer,
  auth_level: integer,
  level_from: text,
  answer: text,
  status: integer,
  outcome: text,
  as_of: text,
  decision: text,
  rule: text,
  reason: text,
  event_id: integer,
  unconfirmed: boolean,
  finding: text,
  severity: text,
  count: integer,
  detail: text,
  refused_by: text,
  facts: text,
} as const;

type ColumnName = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as ColumnName[];
const SCHEMA = [
  { name: 'audit', num_children: NAMES.length },
  ...NAMES.map((name) => ({ name, ...COLUMNS[name], repetition_type: 'OPTIONAL' as const })),
];

/** Rows that are written together: what is kept in memory, and what a reader can skip. */
const ROWS = 10_000;

type Cell = string | bigint | boolean | null;

/** Activations and findings as Apache Parquet, in memory that does not grow with their number. */
export class AuditParquet {
  readonly #write: (octets: Uint8Array) => void;
  readonly #octets = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows: Cell[][] = [];

  constructor(write: (octets: Uint8Array) => void) {
    this.#write = write;
    this.#parquet = new ParquetWriter({ writer: this.#octets, schema: SCHEMA, createdBy: 'dcom-harness' });
  }

  add(item: AuditItem): void {
    const values = { ...item, event_id: 'event' in item ? item.event : null } as Readonly<Record<string, unknown>>;
    this.#rows.push(NAMES.map((name) => cell(name, values[name])));
    if (this.#rows.length === ROWS) this.#group();
  }

  /** Writes what is left, and the footer, without which it is no Parquet. */
  end(): void {
    if (this.#rows.length > 0) this.#group();
    this.#parquet.finish();
    this.#flush();
  }

  #group(): void {
    const rows = this.#rows;
    this.#rows = [];
    const columnData = NAMES.map((name, index) => ({ name, data: rows.map((row) => row[index] as Cell) }));
    this.#parquet.write({ columnData, rowGroupSize: ROWS });
    this.#flush();
  }

  #flush(): void {
    this.#write(new Uint8Array(this.#octets.buffer, 0, this.#octets.index));
    this.#octets.index = 0;
  }
}

function cell(name: ColumnName, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (name === 'time') return nanoseconds(value as string);
  if (name === 'facts') return JSON.stringify(plain(value));
  return typeof value === 'number' ? BigInt(value) : (value as string | boolean);
}

/** Since 1970, of a time with nine places. */
function nanoseconds(time: string): bigint | null {
  const [, whole = '', fraction = ''] = /^(.+)\.(\d{9})Z$/.exec(time) ?? [];
  const milliseconds = Date.parse(`${whole}Z`);
  return Number.isNaN(milliseconds) ? null : BigInt(milliseconds) * 1_000_000n + BigInt(fraction);
}
