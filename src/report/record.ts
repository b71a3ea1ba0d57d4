import { jsonText } from './ndjson.js';

/**
 * What a line of `--json` can be, by its member `kind`; each has a definition of its name in docs/records.schema.json.
 * Other members are in snake_case, and names of others (fields of the wire, properties of classes) as those write them.
 */
export const RECORD_KINDS = [
  // decode
  ...['pdu', 'datagram', 'pdu-fields', 'call', 'capture-summary', 'operation-times', 'decoded-pdu', 'decoded-token'],
  // audit
  ...['activation', 'finding', 'understood', 'audit-unit'],
  // sanitize
  ...['sanitized', 'replaced', 'zeroed'],
  // serve, test, and others that have a server
  ...[
    'listening',
    'ready',
    'served-activation',
    'log',
    'served-invocation',
    'refused-call',
    'call-back',
    'association',
  ],
  ...['kdc', 'ticket', 'dropped'],
  // what is judged
  ...['result', 'verdict', 'check'],
  // replay
  ...['replayed', 'repeated', 'relay-what-if', 'captured-call', 'not-captured'],
  // activate
  ...['client-activation', 'client-resolution', 'client-exporter', 'client-interface', 'client-invocation'],
  // wmi and opc
  ...['wmi-instance', 'wmi-class', 'wmi-method', 'refused', 'unreached'],
  ...['opc-server', 'opc-status', 'opc-item', 'opc-value', 'opc-change', 'opc-written', 'opc-refused-item'],
  // lab, relay, demo, explain
  ...['lab-scenario', 'lab-finding', 'timeline', 'trace', 'relay', 'demo', 'explanation'],
] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

/** A record, as a command gives it to be printed. */
export type RecordParts = readonly [kind: RecordKind, members: object];

/** A record as one line of NDJSON, beginning with its kind. */
export function recordLine(kind: RecordKind, members: object): string {
  const rest = jsonText(members);
  return rest === '{}' ? `{"kind":"${kind}"}\n` : `{"kind":"${kind}",${rest.slice(1)}\n`;
}

/** A moment as all records have it: RFC 3339 in UTC, with nine places, as captures have them. */
export const recordTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('Z', '000000Z');

/** The members of a value of this program as records spell them. */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [snake(key), snakeCase(item)]));
}

/** The same for an object. */
export const members = (value: object): object => snakeCase(value) as object;

const snake = (key: string): string => key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
