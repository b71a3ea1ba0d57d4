import { expect, test } from 'vitest';
import { Spool } from '../../../../src/cli/jobs/spool.js';

const given = (octet: number, length: number) => ({
  what: 'output' as const,
  octets: new Uint8Array(length).fill(octet),
});

test('what waits beyond 16 MiB waits in a file, and comes back in the order of its unit', () => {
  const spool = new Spool();
  const LENGTH = 1 << 20;
  for (let round = 0; round < 40; round++) spool.add(round % 2, given(round, LENGTH));
  const [even, odd] = [0, 1].map((unit) =>
    [...spool.take(unit)].map(({ octets }) => [octets.length, octets[0], octets.at(-1)]),
  );
  const expected = (first: number) =>
    Array.from({ length: 20 }, (_, index) => [LENGTH, first + 2 * index, first + 2 * index]);
  expect([even, odd]).toEqual([expected(0), expected(1)]);
  expect([...spool.take(0)]).toEqual([]);
  spool.close();
});
