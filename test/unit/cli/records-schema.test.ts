import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { Auditor } from '../../../src/capture/audit/audit.js';
import { readCallRecords, readRecords } from '../../../src/capture/decode/records.js';
import { serverResults } from '../../../src/cli/serve/expectations.js';
import { shownResults } from '../../../src/cli/serve/judged.js';
import { type ServerCommandOptions, startServing } from '../../../src/cli/serve/server.js';
import { ndjson } from '../../../src/report/ndjson.js';
import { understoodRecord } from '../../../src/report/understood.js';
import { Heard } from '../../support/heard.js';
import { activates, LEVEL } from '../../support/live.js';
import { SHIPPED, shippedPath } from '../../support/shipped.js';

const SCHEMA = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/records.schema.json'), 'utf8'));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).addSchema(SCHEMA);
const NAMES = (SCHEMA.oneOf as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1) as string);

/** What the definition has against a record as it is printed. */
function faults(record: object, name: string): readonly unknown[] {
  const check = ajv.getSchema(`${SCHEMA.$id}#/$defs/${name}`);
  if (check === undefined) throw new Error(`no definition ${name}`);
  return check(JSON.parse(ndjson(record))) ? [] : (check.errors ?? []);
}

/** The definitions that a record fits. */
const kindsOf = (record: object): string[] => NAMES.filter((name) => faults(record, name).length === 0);

describe('the schema of records', () => {
  test('has a version', () => {
    expect(SCHEMA.$id).toBe('urn:dcom-harness:records:1');
  });

  test.each(SHIPPED)('fits the PDUs and calls of %s', async (name) => {
    let records = 0;
    for await (const record of readRecords(shippedPath(name))) {
      expect(faults(record, 'pdu')).toEqual([]);
      records++;
    }
    for await (const call of readCallRecords(shippedPath(name))) {
      expect(kindsOf(call)).toEqual(['call']);
      records++;
    }
    expect(records).toBeGreaterThan(5);
  });

  test('fits an audit', async () => {
    const items: object[] = [];
    const auditor = new Auditor({});
    for (const name of SHIPPED) {
      const { understood } = await auditor.file(shippedPath(name), { item: (item) => items.push(item) });
      items.push({ ...understoodRecord(understood), activations: 1 });
    }
    const kinds = new Set(items.flatMap(kindsOf));
    expect(kinds).toEqual(new Set(['audit-activation', 'audit-finding', 'understood']));
    for (const item of items) expect(kindsOf(item)).toHaveLength(1);
  });

  test('fits what serve tells', async () => {
    const out = new Heard({ json: true });
    const options: ServerCommandOptions = {
      ...{ listen: '127.0.0.1:0', kdc: '127.0.0.1:0', profile: 'windows-server-2022', allowAnonymous: false },
      ...{ user: [{ domain: 'LAB', user: 'op', password: 'P4ss & w0rd' }], logLevel: 'silent' },
    };
    const { server, close } = await startServing(out, options, { activated: () => {}, observers: [] });
    await activates(server);
    await activates(server, { level: LEVEL.CONNECT });
    await activates(server, { password: 'wrong' });
    const { records } = shownResults(out, serverResults(server, []));
    await close();
    const told = [...out.records, ...records()];
    for (const record of told)
      expect({ record, kinds: kindsOf(record) }).toEqual({ record, kinds: [expect.any(String)] });
    expect(new Set(told.flatMap(kindsOf))).toEqual(
      new Set(['kdc', 'listening', 'activation', 'log', 'association', 'result']),
    );
  });

  test('fits no record with a member that it does not have', async () => {
    for await (const record of readRecords(shippedPath(SHIPPED[0])))
      expect(kindsOf({ ...record, wurst: 1 })).toEqual([]);
  });
});
