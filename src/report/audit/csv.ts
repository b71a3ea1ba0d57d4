import type { AuditedActivation, AuditFinding, AuditItem } from '../../capture/audit/audit.js';
import { printable } from '../printable.js';

const COLUMNS = [
  'kind',
  'file',
  'stream',
  'frame',
  'time',
  'client',
  'server',
  'transport',
  'share',
  'pipe',
  'user',
  'workstation',
  'mechanism',
  'operation',
  'clsid',
  'class',
  'auth_type',
  'auth_level',
  'outcome',
  'status',
  'as_of',
  'decision',
  'rule',
  'reason',
  'event',
  'finding',
  'severity',
  'count',
  'refused_by',
  'detail',
] as const satisfies readonly (keyof AuditedActivation | keyof AuditFinding)[];

/** The names of the columns, as the first line. */
export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** An activation or finding as a line of CSV (RFC 4180); what it does not have is empty. */
export function csvLine(item: AuditItem): string {
  const values = item as unknown as Readonly<Record<string, unknown>>;
  return `${COLUMNS.map((name) => cell(values[name])).join(',')}\r\n`;
}

/** Text that a table calculation would take for a formula, which a hostile peer can put into a name, gets a quote. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = printable(value);
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
