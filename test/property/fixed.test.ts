import { Parser } from 'binary-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Field, f, fixedHeader, type Kind } from '../../src/codec/fixed.js';
import { type Endian, readUuid, uuidToBytes } from '../../src/codec/uuid.js';

test('a UUID is read right whatever was read before it', () => {
  const octets = fc.uint8Array({ minLength: 16, maxLength: 16 });
  // One octet, changed, makes another UUID: no two of them may share a text.
  const changes = fc.array(fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(octets, changes, fc.constantFrom<Endian>('little', 'big'), (bytes, each, endian) => {
      for (const [at, value] of each) {
        bytes[at] = value;
        expect(uuidToBytes(readUuid(bytes, 0, endian), endian)).toEqual(Buffer.from(bytes));
      }
    }),
  );
});

/** What binary-parser reads by the same table: it is slower, and somebody else's. */
function byBinaryParser(fields: readonly Field[], bytes: Uint8Array, endian: Endian): Record<string, unknown> {
  const parser = new Parser().endianness(endian);
  for (const { name, kind } of fields) {
    if (kind === 'u8') parser.uint8(name);
    else if (kind === 'u16') parser.uint16(name);
    else if (kind === 'u32') parser.uint32(name);
    else if (kind === 'u64') parser.uint64(name);
    else parser.buffer(name, { length: kind === 'uuid' ? 16 : kind });
  }
  const row = parser.parse(bytes) as Record<string, unknown>;
  for (const { name, kind } of fields) if (kind === 'uuid') row[name] = readUuid(row[name] as Uint8Array, 0, endian);
  return row;
}

const kind = fc.oneof(fc.constantFrom<Kind>('u8', 'u16', 'u32', 'u64', 'uuid'), fc.integer({ min: 1, max: 40 }));
const tables = fc
  .array(kind, { minLength: 1, maxLength: 12 })
  .map((kinds) => kinds.map((each, index) => f(`field${index}`, each, '')));

test('any table of fields reads what binary-parser reads by it, in both byte orders, at any offset', () => {
  const cases = fc
    .tuple(tables, fc.constantFrom<Endian>('little', 'big'), fc.nat({ max: 5 }))
    .chain(([table, ...rest]) => {
      const { size } = fixedHeader('header', '', table);
      return fc.tuple(
        fc.constant(table),
        fc.uint8Array({ minLength: size + 5, maxLength: size + 9 }),
        ...rest.map(fc.constant),
      ) as fc.Arbitrary<[Field[], Uint8Array, Endian, number]>;
    });
  fc.assert(
    fc.property(cases, ([table, bytes, endian, offset]) => {
      const header = fixedHeader('header', '', table);
      const at = Buffer.from(bytes.subarray(offset, offset + header.size));
      expect(header.decode(bytes, offset, endian)).toEqual(byBinaryParser(table, at, endian));
    }),
  );
});
