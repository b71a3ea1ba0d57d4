import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import { VT_ARRAY, VT_BOOL, VT_BSTR, VT_I4, VT_NULL, VT_R8, VT_UI1 } from '../../src/codec/oaut/index.js';
import {
  EncodingUnit,
  IWbemContextBuffer,
  type ObjectArrayItem,
  objectArray,
  objectsOf,
} from '../../src/codec/wmi/index.js';
import { instances, objects } from '../support/cim-objects.js';
import { edited, editsOf, expectRefusedOrKept } from '../support/mutated.js';
import * as vectors from '../vectors/wmio.js';

const edits = editsOf(4);

describe('a CIM object', () => {
  test('of any kind comes back as it was, and nothing of it needs a layout', () => {
    fc.assert(
      fc.property(objects(2), (object) => {
        const { value, layout } = EncodingUnit.decode(EncodingUnit.encode(object));
        expect(value).toEqual(object);
        expect(layout).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('with some of its octets changed is a CodecError, or a value that encodes to the same octets', () => {
    const octets = fc.oneof(
      fc.constantFrom(...Object.values(vectors)),
      objects(1).map((object) => EncodingUnit.encode(object)),
    );
    fc.assert(
      fc.property(octets, edits, (bytes, changes) => expectRefusedOrKept(EncodingUnit, edited(bytes, changes))),
      { numRuns: 2000 },
    );
  });

  test('cut off anywhere is a CodecError', () => {
    for (const bytes of Object.values(vectors))
      for (let size = 0; size < 8 + bytes.readUInt32LE(4); size++)
        expect(() => EncodingUnit.decode(bytes.subarray(0, size))).toThrow(CodecError);
  });
});

describe('an ObjectArray', () => {
  test('sends a class with the first of its instances, and the others come back whole', () => {
    fc.assert(
      fc.property(instances(1), fc.integer({ min: 1, max: 5 }), fc.uuid(), (one, count, classId) => {
        const items = Array.from(
          { length: count },
          (_, i) => ({ type: i === 0 ? 2 : 3, classId, object: one }) as ObjectArrayItem,
        );
        const octets = objectArray().encode({ packetType: 1, objects: items });
        const { value, layout } = objectArray().decode(octets);
        expect(objectsOf(value)).toEqual(items.map(() => one));
        expect(layout).toBeUndefined();
        expect(objectArray().encode(value)).toEqual(octets);
      }),
      { numRuns: 100 },
    );
  });

  test('keeps the octets of an instance whose class it has not seen', () => {
    fc.assert(
      fc.property(instances(0), fc.uuid(), (object, classId) => {
        const octets = objectArray().encode({ packetType: 1, objects: [{ type: 3, classId, object }] });
        const { value } = objectArray().decode(octets);
        expect(value.objects[0]).toMatchObject({ type: 3, classId, raw: expect.any(Uint8Array) });
        expect(objectArray().encode(value)).toEqual(octets);
      }),
      { numRuns: 100 },
    );
  });

  test('with some of its octets changed is a CodecError, or a value that encodes to the same octets', () => {
    fc.assert(
      fc.property(instances(1), fc.uuid(), edits, (object, classId, changes) => {
        const octets = objectArray().encode({ packetType: 1, objects: [{ type: 2, classId, object }] });
        expectRefusedOrKept(objectArray(), edited(octets, changes));
      }),
      { numRuns: 500 },
    );
  });
});

describe('an IWbemContext', () => {
  const values = fc.oneof(
    fc.record({ type: fc.constant(VT_I4), value: fc.integer() }),
    fc.record({ type: fc.constant(VT_BOOL), value: fc.boolean() }),
    fc.record({ type: fc.constant(VT_BSTR), value: fc.string() }),
    fc.record({ type: fc.constant(VT_R8), value: fc.double({ noNaN: true }) }),
    fc.record({ type: fc.constant(VT_NULL), value: fc.constant(null) }),
    fc.record({ type: fc.constant(VT_BSTR | VT_ARRAY), value: fc.array(fc.string(), { maxLength: 4 }) }),
    fc.record({ type: fc.constant(VT_UI1 | VT_ARRAY), value: fc.array(fc.nat(255), { maxLength: 9 }) }),
  );
  const contexts = fc.record({
    guids: fc.array(fc.uuid(), { minLength: 1, maxLength: 1 }),
    properties: fc.array(
      fc.tuple(fc.string(), values).map(([name, value]) => ({ name, flags: 0, ...value })),
      { maxLength: 5 },
    ),
  });

  test('comes back as it was', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        expect(IWbemContextBuffer.decode(IWbemContextBuffer.encode(context))).toEqual({
          value: context,
          layout: undefined,
        });
      }),
    );
  });

  test('with some of its octets changed is a value with the same octets, or a CodecError', () => {
    fc.assert(
      fc.property(contexts, edits, (context, changes) =>
        expectRefusedOrKept(IWbemContextBuffer, edited(IWbemContextBuffer.encode(context), changes)),
      ),
      { numRuns: 500 },
    );
  });
});
