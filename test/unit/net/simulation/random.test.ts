import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/net/simulation/index.js';

const TOTAL = 200;

/** The first octets of a sequence, asked for in pieces of these sizes in turn. */
function inPieces(sizes: readonly number[]): Buffer {
  const random = seededRandom('seed', 'purpose');
  const parts: Buffer[] = [];
  for (let have = 0, n = 0; have < TOTAL; n++) {
    const size = Math.min(sizes[n % sizes.length] as number, TOTAL - have);
    parts.push(random(size));
    have += size;
  }
  return Buffer.concat(parts);
}

describe('seeded octets', () => {
  test.each([[[1]], [[31, 1]], [[32]], [[33, 7]], [[0, 64]], [[TOTAL]]])(
    'are the same asked for in pieces of %j',
    (sizes) => {
      expect(inPieces(sizes)).toEqual(inPieces([8]));
    },
  );

  test('are as many as were asked for', () => {
    const random = seededRandom(1);
    expect([0, 1, 32, 33, 1000].map((length) => random(length).length)).toEqual([0, 1, 32, 33, 1000]);
  });

  test('do not repeat', () => {
    const random = seededRandom(1);
    const blocks = Array.from({ length: 100 }, () => random(32).toString('hex'));
    expect(new Set(blocks).size).toBe(100);
  });

  test.each([
    ['another seed', seededRandom(2, 'keys')],
    ['another purpose', seededRandom(1, 'names')],
    ['no purpose', seededRandom(1)],
    ['seed and purpose divided otherwise', seededRandom('1k', 'eys')],
  ])('%s gives others', (_name, other) => {
    expect(other(64)).not.toEqual(seededRandom(1, 'keys')(64));
  });

  test('a seed is the same as a number and as text', () => {
    expect(seededRandom(17)(16)).toEqual(seededRandom('17')(16));
  });

  test('are the receiver’s to change', () => {
    const [one, other] = [seededRandom(1), seededRandom(1)];
    one(5).fill(0);
    other(5);
    expect(one(40)).toEqual(other(40));
  });

  // Whoever has written a seed down relies on it.
  test('are those of the versions before', () => {
    expect(seededRandom(1, 'server')(16).toString('hex')).toMatchInlineSnapshot(`"63d3986d320b812d9cfb4c92cfb34ea6"`);
  });
});
