import { describe, expect, test } from 'vitest';
import { Recent } from '../../../src/rpc/core/recent.js';

describe('what a server remembers', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, number) => ({ number }));

  test('is the latest, and no more of them than it may be', () => {
    const recent = new Recent<{ number: number }>({ maxItems: 3 });
    for (const item of numbered(10)) recent.push(item);
    expect(recent.items.map(({ number }) => number)).toEqual([7, 8, 9]);
  });

  test.each([
    ['text', (size: number) => 'x'.repeat(size / 2)],
    ['octets', (size: number) => new Uint8Array(size)],
    ['a list', (size: number) => new Array(size / 16).fill(0)],
    ['a list of texts inside another', (size: number) => [[new Array(size / 1024).fill('x'.repeat(512))]]],
  ])('is bounded in octets too: %s', (_, make) => {
    const recent = new Recent<{ number: number; value: unknown }>({ maxOctets: 1024 * 1024 });
    for (const { number } of numbered(100)) recent.push({ number, value: make(100 * 1024) });
    expect(recent.items.length).toBeGreaterThan(5);
    expect(recent.items.length).toBeLessThan(11);
    expect(recent.items.at(-1)?.number).toBe(99);
  });

  test('has the latest, however large', () => {
    const recent = new Recent<{ value: string }>({ maxOctets: 1000 });
    for (const value of ['x'.repeat(2000), 'y'.repeat(2000)]) recent.push({ value });
    expect(recent.items.map(({ value }) => value[0])).toEqual(['y']);
  });

  test('may hold objects that refer to each other', () => {
    const recent = new Recent<{ self?: object }>();
    const item: { self?: object } = {};
    item.self = item;
    recent.push(item);
    expect(recent.items).toHaveLength(1);
  });
});
