import { describe, expect, test } from 'vitest';
import { fromVariant, variant } from '../../../../src/codec/oaut/index.js';
import { OPC_QUALITY, OPC_RESULT } from '../../../../src/codec/opc/index.js';
import { converted } from '../../../../src/server/classes/opc/conversion.js';
import { addressSpace, type SpaceItem } from '../../../../src/server/classes/opc/index.js';
import { TYPES } from '../../../../src/server/classes/opc/schema.js';
import { wildcards } from '../../../../src/server/classes/opc/wildcards.js';

const START = 1_000_000;

/** What an item is after so many milliseconds. */
function valuesOf(value: unknown, times: readonly number[], type = 'R8', seed = 1): unknown[] {
  const space = addressSpace({ seed, items: { Item: { type, value } } });
  space.begin(START);
  const item = space.items.get('Item') as SpaceItem;
  return times.map((at) => fromVariant(space.sample(item, START + at).value));
}

describe('an item shows', () => {
  test.each([
    ['a constant', 'I2', 7, [0, 1_000], [7, 7]],
    ['text', 'BSTR', 'on', [0], ['on']],
    ['an array', 'I2[]', [1, 2], [0], [[1, 2]]],
    [
      'one of a list after the other, over and over',
      'I4',
      { list: [1, 2, 3], every: '1s' },
      [0, 999, 1_000, 2_500, 3_000],
      [1, 1, 2, 3, 1],
    ],
    ['a ramp, which begins again', 'R8', { ramp: [0, 100], period: '10s' }, [0, 5_000, 9_000, 10_000], [0, 50, 90, 0]],
    ['a ramp in steps', 'R8', { ramp: [0, 100], period: '10s', every: '5s' }, [4_999, 5_000, 9_999], [0, 50, 50]],
    [
      'whole numbers of a ramp, as Windows rounds them',
      'I4',
      { ramp: [0, 10], period: '10s' },
      [500, 1_500, 2_501],
      [0, 2, 3],
    ],
  ] as const)('%s', (_, type, value, times, expected) => {
    expect(valuesOf(value, times, type)).toEqual(expected);
  });

  test('a sine between its ends', () => {
    const [first, top, middle, bottom] = valuesOf(
      { sine: [60, 90], period: '4s' },
      [0, 1_000, 2_000, 3_000],
    ) as number[];
    expect([first, top, middle, bottom].map((each) => Number(each?.toFixed(9)))).toEqual([75, 90, 75, 60]);
  });

  test('noise that follows from the seed alone, in whatever order it is asked', () => {
    const noise = { noise: [4, 5], every: '1s' };
    const once = valuesOf(noise, [0, 1_000, 2_000, 3_000]) as number[];
    expect(valuesOf(noise, [3_000, 1_500, 0])).toEqual([once[3], once[1], once[0]]);
    expect(valuesOf(noise, [0], 'R8', 2)).not.toEqual([once[0]]);
    expect(once.every((each) => each >= 4 && each < 5)).toBe(true);
    expect(new Set(once).size).toBe(4);
  });
});

describe('a write', () => {
  const space = () => {
    const made = addressSpace({
      items: { A: { type: 'I2', value: 1, access: 'read-write' }, B: { type: 'I2', value: 1 } },
    });
    made.begin(START);
    return { made, a: made.items.get('A') as SpaceItem, b: made.items.get('B') as SpaceItem };
  };

  test('stays, in the type of the item', () => {
    const { made, a } = space();
    expect(made.write(a, variant('12'), START)).toBe(0);
    expect(made.sample(a, START + 5_000)).toMatchObject({
      value: { vt: 2, value: 12 },
      quality: OPC_QUALITY.GOOD,
      time: START,
    });
  });

  test.each([
    ['too large', variant(40_000), OPC_RESULT.OPC_E_RANGE],
    ['no number', variant('on'), OPC_RESULT.OPC_E_BADTYPE],
    ['nothing', null, OPC_RESULT.OPC_E_BADTYPE],
    ['an array', variant([1, 2]), OPC_RESULT.OPC_E_BADTYPE],
  ])('of what is %s is refused', (_, value, hresult) => {
    const { made, a } = space();
    expect(made.write(a, value, START)).toBe(hresult);
  });

  test('to an item without the right is refused', () => {
    const { made, b } = space();
    expect(made.write(b, variant(1), START)).toBe(OPC_RESULT.OPC_E_BADRIGHTS);
  });
});

describe('a fault', () => {
  const faulty = addressSpace({
    items: { 'A.One': { type: 'I4', value: 1 }, 'B.One': { type: 'I4', value: 1 } },
    faults: [
      { at: '10s', for: '5s', items: ['a.*'], quality: 'COMM_FAILURE' },
      { at: '20s', for: '5s', delay: '2s' },
      { at: '30s', callbacks: 'lost' },
      { at: '40s', state: 'SUSPENDED' },
    ],
  });
  faulty.begin(START);
  const [a, b] = [...faulty.items.values()] as [SpaceItem, SpaceItem];
  const quality = (item: SpaceItem, at: number) => faulty.sample(item, START + at).quality;

  test('of quality is there from its time on, as long as it lasts, for the items that it names', () => {
    expect([9_999, 10_000, 14_999, 15_000].map((at) => quality(a, at))).toEqual([0xc0, 0x18, 0x18, 0xc0]);
    expect(quality(b, 12_000)).toBe(OPC_QUALITY.GOOD);
  });

  test('makes the device slow, loses calls back, or is a state of the server', () => {
    expect([faulty.delay(a.id, START), faulty.delay(a.id, START + 22_000)]).toEqual([0, 2_000]);
    expect([29_999, 30_000].map((at) => faulty.losesCallbacks(START + at))).toEqual([false, true]);
    expect([39_999, 40_000].map((at) => faulty.state(START + at))).toEqual([1, 4]);
  });

  test('can be asked for while the server runs', () => {
    const space = addressSpace({ items: { A: { type: 'I4', value: 1 } } });
    space.begin(START);
    space.fault({ at: 0, items: ['*'], quality: 'SENSOR_FAILURE' });
    expect(space.sample(space.items.get('A') as SpaceItem, START).quality).toBe(OPC_QUALITY.SENSOR_FAILURE);
  });
});

describe('a filter', () => {
  test.each([
    ['*', 'anything', true],
    ['', '', true],
    ['a*z', 'AbcZ', true],
    ['a*z', 'abcz!', false],
    ['?#', 'x7', true],
    ['?#', 'xx', false],
    ['[a-c]*', 'Boiler', true],
    ['[!a-c]*', 'Boiler', false],
    ['*.temp*', 'Boiler.Temperature', true],
    ['**a**b**', 'xaxbx', true],
  ])('%s of %s: %s', (pattern, name, fits) => {
    expect(wildcards(pattern)?.(name)).toBe(fits);
  });

  test.each(['[abc', '['.repeat(3), 'x'.repeat(257)])('%s is none', (pattern) => {
    expect(wildcards(pattern)).toBeUndefined();
  });
});

test.each([
  [true, TYPES.I4, -1],
  [1, TYPES.BOOL, true],
  ['true', TYPES.BOOL, true],
  [2.5, TYPES.I2, 2],
  [3.5, TYPES.I2, 4],
  [7, TYPES.BSTR, '7'],
  ['1.5', TYPES.R8, 1.5],
  [5, TYPES.I8, 5n],
] as const)('%s as type %i is %s', (from, to, expected) => {
  const result = converted(variant(from), to);
  expect('value' in result ? fromVariant(result.value) : result).toEqual(expected);
});

test.each([
  ['a type that does not exist', { items: { A: { type: 'I3', value: 1 } } }],
  ['a range the wrong way round', { items: { A: { type: 'I4', value: 1, range: [5, 1] } } }],
  ['a fault that is none', { items: {}, faults: [{ at: '1s' }] }],
  ['a key that nobody knows', { items: { A: { type: 'I4', value: 1, colour: 'red' } } }],
  ['a period of nothing', { items: { A: { type: 'I4', value: { ramp: [0, 1], period: '0s' } } } }],
])('%s is a mistake in an address space', (_, data) => {
  expect(() => addressSpace(data)).toThrow();
});
