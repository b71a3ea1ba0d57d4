import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditItem, Auditor } from '../../src/capture/audit/audit.js';
import { CaptureError } from '../../src/capture/file/error.js';
import { csvLine } from '../../src/report/audit/csv.js';
import { AuditGroups } from '../../src/report/audit/groups.js';
import { auditResults } from '../../src/report/audit/results.js';
import { whatMustChange } from '../../src/report/audit/tasks.js';
import { ndjson } from '../../src/report/ndjson.js';
import { tap } from '../../src/report/tap.js';
import { corpus, KNOWN_PASSWORD, knownKey } from '../support/corpus.js';
import { edited, editsOf } from '../support/mutated.js';
import { observerOf } from '../support/observers.js';
import { SHIPPED, shippedPath } from '../support/shipped.js';

const SMALL = 40_000;
/** The shipped captures, and of the others the small ones where they are there. */
const files = [...SHIPPED.map(shippedPath), ...[...corpus, ...knownKey].map(({ path }) => path)]
  .map((path) => readFileSync(path))
  .filter(({ length }) => length < SMALL);

/** Audits a capture as the command does, with every report; gives how many activations and findings there were. */
async function auditAll(bytes: Uint8Array): Promise<number> {
  const groups = new AuditGroups();
  let items = 0;
  const item = (each: AuditItem): void => {
    items++;
    groups.add(each);
    JSON.parse(ndjson(each));
    expect(csvLine(each)).toMatch(/^[^\r\n]*\r\n$/);
  };
  try {
    await new Auditor({ observe: observerOf(KNOWN_PASSWORD) }).file(bytes, { item });
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError);
  }
  whatMustChange(groups);
  tap(auditResults(groups));
  return items;
}

describe('an audit', () => {
  test('of a capture with any octets changed ends, and what comes of it can be printed', async () => {
    let items = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), editsOf(12), async (file, edits) => {
        items += await auditAll(edited(files[file] as Buffer, edits));
      }),
      { numRuns: 1000 },
    );
    expect(items).toBeGreaterThan(100);
  });
});
