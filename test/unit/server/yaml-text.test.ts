import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../../src/server/yaml-text.js';

const schema = z.strictObject({
  items: z.record(z.string(), z.strictObject({ type: z.enum(['R8', 'BSTR']), rate: z.int().optional() })),
  title: z
    .string()
    .regex(/^[A-Z]/, 'it begins with a capital')
    .optional(),
  hosts: z.array(z.string()).optional(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.record(z.string(), z.string())])).optional(),
});
const parse = (text: string) => parseYaml(text, 'plant.yaml', schema, (line) => new RangeError(line));

describe('a mistake in a file is one line with its place, in words of the file', () => {
  test.each([
    ['a key that is missing', 'title: Plant\n', 'plant.yaml:1:1: items: it is missing'],
    ['a key that nobody knows', 'items: {}\nitem: 1\n', 'plant.yaml:2:1: item: no such key'],
    ['such a key, lines before its value', 'items: {}\nitem:\n  - 1\n', 'plant.yaml:2:1: item: no such key'],
    ['a name of no type', 'items:\n  A: {type: R9}\n', 'plant.yaml:2:13: items.A.type: expected R8 or BSTR'],
    ['a list for a map', 'items: [A]\n', 'plant.yaml:1:8: items: expected a map'],
    [
      'a text for a number',
      'items:\n  A: {type: R8, rate: fast}\n',
      'plant.yaml:2:23: items.A.rate: expected a number',
    ],
    ['a text for a list', 'items: {}\nhosts: one\n', 'plant.yaml:2:8: hosts: expected a list'],
    ['what a schema says itself', 'items: {}\ntitle: plant\n', 'plant.yaml:2:8: title: it begins with a capital'],
    [
      'a value that may be of several kinds',
      'items: {}\nvalues: {A: [1]}\n',
      'plant.yaml:2:13: values.A: expected a text or a number or a map',
    ],
    ['an alias of nothing', 'items: *plant\n', 'plant.yaml:1:8: nothing before is marked &plant'],
    ['merging what is no map', 'items: {}\n<<: 1\n', 'plant.yaml:1:1: Merge sources must be maps or map aliases'],
    [
      "a name of JavaScript's own",
      'items:\n  __proto__: {type: R8}\n',
      "plant.yaml:2:3: nothing can be named '__proto__'",
    ],
    ['no map at all', '- A\n', 'plant.yaml:1:1: expected a map'],
    ['an empty file', '', 'plant.yaml:1:1: items: it is missing'],
  ])('%s', (_, text, line) => {
    expect(() => parse(text)).toThrow(new RangeError(line));
  });

  test('what is no YAML is told with its line', () => {
    expect(() => parse('items: {\n')).toThrow(/^plant\.yaml:2:1: /);
  });

  test('more aliases than any file has are one too', () => {
    const rows = [
      'a: &a [x]',
      ...['b: &b', 'c: &c', 'd: &d'].map((key, n) => `${key} [${'*'}${'abc'[n]}${`, *${'abc'[n]}`.repeat(9)}]`),
    ];
    expect(() => parse(`${rows.join('\n')}\n`)).toThrow(/^plant\.yaml:1:1: Excessive alias count/);
  });
});

test('what the schema describes is given, JSON too, and merge keys are followed', () => {
  expect(parse('{"items": {"A": {"type": "R8"}}}')).toEqual({ items: { A: { type: 'R8' } } });
  expect(parse('items:\n  A: &a {type: R8}\n  B: {<<: *a, rate: 1}\n').items.B).toEqual({ type: 'R8', rate: 1 });
});
