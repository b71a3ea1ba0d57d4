import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { structures } from '../../src/codec/structures/index.js';
import { decodedUnlessRefused } from '../support/mutated.js';

/** What counts, tags, levels and pointers look like, so that decoders get further than their first check. */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x20000, max: 0x20020 }).map((id) => id & ~3) },
  { weight: 1, arbitrary: fc.nat(0xffffffff) },
);
const words = fc.array(word, { maxLength: 40 }).map((list) => {
  const octets = Buffer.alloc(list.length * 4);
  for (const [i, value] of list.entries()) octets.writeUInt32LE(value >>> 0, i * 4);
  return octets;
});
const octets = fc.oneof(words, fc.uint8Array({ maxLength: 200 }));

describe('every structure', () => {
  test.each(structures().map((each) => [`${each.name} (${each.section})`, each] as const))(
    '%s decodes anything to a value that encodes to the same octets, or to a CodecError',
    (_, { forms }) => {
      fc.assert(
        fc.property(octets, fc.constantFrom(...forms), (given, form) => {
          const again = decodedUnlessRefused(() => form.decode(given));
          if (again === undefined) return;
          const { taken, made } = again();
          expect(Buffer.from(made).toString('hex')).toBe(Buffer.from(taken).toString('hex'));
        }),
        { numRuns: 150 },
      );
    },
  );
});
