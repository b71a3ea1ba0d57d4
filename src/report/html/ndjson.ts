import type { AuditItem } from '../../capture/audit/audit.js';
import type { PduRecord } from '../../capture/decode/record.js';
import { patchLevel } from '../../hardening/timeline.js';
import { AuditGroups } from '../audit/groups.js';
import { auditHead } from './audit.js';
import type { PduBook } from './book.js';
import type { Block, Cell, ReportHead } from './model.js';
import { figuresOf, notesOf, operationsBlock } from './overview.js';

/** Records of one kind that are listed. */
const MOST = 500;
const MOST_COLUMNS = 10;

/** PDUs that a client sends. */
const FROM_CLIENT: ReadonlySet<unknown> = new Set([
  'request',
  'bind',
  'alter_context',
  'auth3',
  'co_cancel',
  'orphaned',
]);

type Loose = Readonly<Record<string, unknown>>;

/** Takes the lines that a command printed with --json, one by one, and makes a report of them. */
export class RecordsReport {
  readonly #book: PduBook;
  readonly #groups = new AuditGroups();
  readonly #others = new Map<string, Loose[]>();
  #asOf: string | undefined;

  constructor(book: PduBook) {
    this.#book = book;
  }

  take(record: Loose): void {
    if (record.kind === 'pdu')
      this.#book.record(record as unknown as PduRecord, FROM_CLIENT.has(record.header_ptype ?? record.ptype));
    else if (record.kind === 'activation' || record.kind === 'finding') {
      this.#groups.add({ ...record, event: record.event_id } as unknown as AuditItem);
      if (typeof record.as_of === 'string') this.#asOf ??= record.as_of;
    } else this.#other(record);
  }

  #other(record: Loose): void {
    const kind = typeof record.kind === 'string' ? record.kind : 'record';
    const known = this.#others.get(kind) ?? [];
    if (known.length < MOST) known.push(record);
    this.#others.set(kind, known);
  }

  head(file: string): ReportHead {
    const { rows } = this.#book;
    if (this.#asOf !== undefined) return auditHead(this.#groups, patchLevel(this.#asOf), [file], rows);
    const operations = operationsBlock(rows);
    return {
      title: `What is in ${file}`,
      subtitle: 'records of dcom-harness --json',
      figures: rows.length > 0 ? figuresOf(rows) : [],
      blocks: [
        ...[...this.#others].map(([kind, records]) => recordsBlock(kind, records)),
        ...(operations ? [operations] : []),
      ],
      notes: notesOf(rows),
    };
  }
}

/** The members that hold one value each. */
function recordsBlock(kind: string, records: readonly Loose[]): Block {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
    .filter((key) => key !== 'kind' && records.some((record) => isScalar(record[key])))
    .slice(0, MOST_COLUMNS);
  return {
    kind: 'table',
    title: kind,
    columns,
    rows: records.map((record) => columns.map((key): Cell => cellOf(record[key]))),
  };
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' && value !== undefined;

const TONES: Readonly<Record<string, Cell['tone']>> = {
  pass: 'good',
  accepted: 'good',
  fail: 'bad',
  refused: 'bad',
  true: 'good',
  false: 'bad',
};

function cellOf(value: unknown): Cell {
  const text = isScalar(value) ? String(value) : '';
  const tone = TONES[text];
  return { text, ...(tone !== undefined && { tone }) };
}
