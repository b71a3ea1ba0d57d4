import { expect, test } from 'vitest';
import { waitingClient } from '../../../../src/cli/conform/waiting-client.js';
import { VirtualTime } from '../../../../src/net/simulation/index.js';

/** When the attempt is over of a client that has so many connections at these times, in milliseconds. */
async function overAt(connections: Readonly<Record<number, number>>, abortAt?: number): Promise<number> {
  const time = new VirtualTime({ start: 0 });
  const client = waitingClient(time);
  const stop = new AbortController();
  for (const [at, open] of Object.entries(connections)) time.after(Number(at), () => client.happened?.(open));
  if (abortAt !== undefined) time.after(abortAt, () => stop.abort());
  expect(await time.run(client.run({} as never, stop.signal))).toEqual({ how: 'unknown' });
  return time.now();
}

test('an attempt of a client that connects by itself is over when it has had no connection for 1.5 s', async () => {
  expect(await overAt({ 10: 1, 1000: 0 })).toBe(2_500);
});

test('a pause between two connections is none where it is shorter, or another one is open', async () => {
  expect(await overAt({ 10: 1, 1000: 0, 2400: 1, 3000: 0 })).toBe(4_500);
  expect(await overAt({ 10: 1, 20: 2, 1000: 1, 9000: 0 })).toBe(10_500);
});

test('a client that does not connect is waited for until the time of the check is up', async () => {
  expect(await overAt({}, 60_000)).toBe(60_000);
});
