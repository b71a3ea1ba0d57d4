import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { likePattern, parseNamespace, parseObjectPath, parseWql, WqlError } from '../../src/codec/wql/index.js';

/** A value, or an error that names a place within the text or at its end. */
function settles(text: string, read: (text: string) => unknown): 'read' | 'refused' {
  try {
    read(text);
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(WqlError);
    const { position, message } = error as WqlError;
    expect(Number.isInteger(position) && position >= 0 && position <= text.length).toBe(true);
    expect(message).toContain(`at character ${position + 1}: `);
    return 'refused';
  }
}

const RESERVED = /^(?:true|false|null|not|and|or|is|isa|like|where|within|group|from)$/i;
const names = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/).filter((name) => !RESERVED.test(name));
const quoted = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('"', "'"))
  .map(([text, mark]) => `${mark}${text.replace(/[\\"']/g, '\\$&')}${mark}`);
const values = fc.oneof(
  quoted,
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const operators = fc.constantFrom('=', '<>', '!=', '<', '<=', '>', '>=');

/** A condition of the grammar ([MS-WMI] 2.2.1.1, EXPR). */
const { condition: conditions } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(names, operators, values).map((parts) => parts.join(' ')),
    fc
      .tuple(names, fc.constantFrom('IS NULL', 'IS NOT NULL', 'NOT LIKE "a%"', 'ISA "C"'))
      .map((parts) => parts.join(' ')),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'or'), tie('condition'))
      .map(([one, word, other]) => `${one} ${word} ${other}`),
    tie('condition').map((inner) => `NOT (${inner})`),
  ),
}));

const paths = fc
  .tuple(names, fc.uniqueArray(fc.tuple(names, values), { minLength: 1, maxLength: 3, selector: ([name]) => name }))
  .map(([name, keys]) => `${name}.${keys.map(([key, value]) => `${key}=${value}`).join(',')}`);

const queries = fc.oneof(
  fc
    .tuple(fc.oneof(fc.constant('*'), fc.array(names, { minLength: 1, maxLength: 3 })), names, fc.option(conditions))
    .map(([list, from, where]) => `SELECT ${list} FROM ${from}${where === null ? '' : ` WHERE ${where}`}`),
  fc
    .tuple(fc.constantFrom('ASSOCIATORS', 'REFERENCES'), paths, fc.option(names))
    .map(([kind, path, result]) => `${kind} OF {${path}}${result === null ? '' : ` WHERE ResultClass=${result}`}`),
);

const WORDS =
  'SELECT * FROM WHERE NOT AND OR IS NULL LIKE ISA ( ) , . = < " \' { } \\ : @ OF 1e9 -.5 WITHIN GROUP é \0'.split(' ');
const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(' '));
const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), soup);

/** A text with one piece of it taken out, or another in its place. */
const damaged = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(5), fc.oneof(fc.constant(''), fc.constantFrom(...WORDS)))
    .map(([at, length, instead]) => text.slice(0, at) + instead + text.slice(at + length));

describe('WQL', () => {
  test('text of any kind gives a query, or an error with its position', () => {
    fc.assert(
      fc.property(texts, (text) => void settles(text, parseWql)),
      { numRuns: 2_000 },
    );
  });

  test('what the grammar allows is a query', () => {
    fc.assert(
      fc.property(queries, (text) => void expect(settles(text, parseWql)).toBe('read')),
      { numRuns: 500 },
    );
  });

  test('a query with a piece missing, or another in its place, is a query or an error with its position', () => {
    fc.assert(
      fc.property(queries.chain(damaged), (text) => void settles(text, parseWql)),
      { numRuns: 1_000 },
    );
  });

  test('text of any kind is an object path, or an error with its position; a namespace it always is', () => {
    const all = fc.oneof(texts, paths, paths.chain(damaged));
    fc.assert(
      fc.property(all, (text) => {
        settles(text, parseObjectPath);
        expect(parseNamespace(text)).toHaveProperty('namespace');
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(paths, (text) => void expect(settles(text, parseObjectPath)).toBe('read')),
      { numRuns: 300 },
    );
  });

  test('any text is a pattern of LIKE; without wildcards it fits itself', () => {
    fc.assert(
      fc.property(texts, texts, (pattern, text) => {
        likePattern(pattern)(text);
        const plain = text.replace(/[%_[]/g, '');
        expect(likePattern(plain)(plain)).toBe(true);
      }),
    );
  });
});
