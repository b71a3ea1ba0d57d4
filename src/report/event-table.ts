import type { EventRow } from '../hardening/event-log.js';
import { type Column, type Style, table } from './table.js';

/** Events of one host or of several as a table for people. */
export const eventTable = (
  rows: readonly EventRow[],
  options: { readonly colour: boolean; readonly width?: number | undefined },
): string => table(rows, { columns: COLUMNS, ...options });

const STYLES: Readonly<Record<EventRow['event'], Style>> = { 10036: 'red', 10037: 'yellow', 10038: 'yellow' };

const COLUMNS: readonly Column<EventRow>[] = [
  { title: 'time', value: ({ time }) => time },
  { title: 'computer', value: ({ computer }) => computer },
  { title: 'event', value: ({ event }) => event, style: ({ event }) => STYLES[event] },
  { title: 'what', value: ({ what }) => what },
];
