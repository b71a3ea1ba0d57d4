import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonLine } from './cli.js';

/** docs/records.schema.json. */
export const SCHEMA = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/records.schema.json'), 'utf8'));

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addSchema(SCHEMA);

/** What the definition of its kind has against a record. */
export function recordFaults(record: JsonLine): readonly unknown[] {
  const check = ajv.getSchema(`${SCHEMA.$id}#/$defs/${record.kind}`);
  if (check === undefined) return [`no definition ${record.kind}`];
  return check(record) ? [] : (check.errors ?? []);
}
