import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCalls } from '../../src/capture/decode/captured-calls.js';
import { readCallRecords, readRecords } from '../../src/capture/decode/records.js';
import { CaptureError } from '../../src/capture/file/error.js';
import { whyNotReplayed } from '../../src/capture/replay/replay.js';
import { callLine } from '../../src/cli/decode/call-line.js';
import { pduLine } from '../../src/cli/decode/pdu-line.js';
import { CodecError } from '../../src/codec/error.js';
import { INTERFACES } from '../../src/codec/interfaces.js';
import type { NdrType } from '../../src/codec/ndr/index.js';
import { ndjson } from '../../src/report/ndjson.js';
import { edited, editsOf } from '../support/mutated.js';
import { observerOf } from '../support/observers.js';
import { SHIPPED, SHIPPED_PASSWORD, shippedPath } from '../support/shipped.js';

const files = SHIPPED.map((file) => readFileSync(shippedPath(file)));

/** Reads a capture as `decode --json`, `decode` and `replay` do; gives how many PDUs there were. */
async function readAll(bytes: Uint8Array): Promise<number> {
  let pdus = 0;
  const observe = observerOf(SHIPPED_PASSWORD);
  try {
    for await (const record of readRecords(bytes, { observe })) {
      pdus++;
      JSON.parse(ndjson(record));
      expect(pduLine(record, false)).not.toMatch(/\p{Cc}/u);
    }
    for await (const call of readCallRecords(bytes, { observe }))
      expect(callLine(JSON.parse(ndjson(call)), false)).not.toMatch(/\p{Cc}/u);
    await readCalls(bytes, whyNotReplayed, observe);
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError);
  }
  return pdus;
}

describe('a capture', () => {
  test('with any octets changed is read to its end, and what comes of it can be printed', async () => {
    let pdus = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), editsOf(8), async (file, edits) => {
        pdus += await readAll(edited(file, edits));
      }),
      { numRuns: 300 },
    );
    expect(pdus).toBeGreaterThan(1000);
  });

  test('that is cut anywhere is read up to there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (file, length) => {
        await readAll(file.subarray(0, length % file.length));
      }),
      { numRuns: 200 },
    );
  });
});

/** The stubs of every operation that is known here, in both directions. */
const types = INTERFACES.flatMap(({ name, operations }) =>
  [...operations.values()].flatMap(({ name: operation, request, response }) => [
    { name: `${name}::${operation} request`, type: request as NdrType<unknown> },
    { name: `${name}::${operation} response`, type: response as NdrType<unknown> },
  ]),
);

/** Octets that look like stubs: small numbers, referents and counts. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 0x20000, 0x20004, 0x7fffffff, 0xffffffff),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const stub = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.array(word, { maxLength: 60 }).map((words) => {
    const bytes = Buffer.alloc(words.length * 4);
    for (const [index, each] of words.entries()) bytes.writeUInt32LE(each, index * 4);
    return bytes;
  }),
);

describe('the stubs of every operation', () => {
  test('of any octets give a value that encodes to the same octets, or a CodecError', () => {
    let values = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        stub,
        fc.constantFrom('ndr20', 'ndr64'),
        fc.boolean(),
        ({ type }, bytes, syntax, little) => {
          try {
            const { value, layout } = type.decode(bytes, { syntax, little });
            values++;
            expect(type.encode(value, { syntax, little, layout }).toString('hex')).toBe(bytes.toString('hex'));
          } catch (error) {
            if (!(error instanceof CodecError)) throw error;
          }
        },
      ),
      { numRuns: 5000 },
    );
    expect(values).toBeGreaterThan(200);
  });

  test.each(types)('$name: counts and referents at their highest end in a value or a CodecError', ({ type }) => {
    for (const fill of [0xff, 0x7f, 0x01, 0x00])
      for (const syntax of ['ndr20', 'ndr64'] as const)
        try {
          type.decode(Buffer.alloc(50_000, fill), { syntax });
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
  });
});
