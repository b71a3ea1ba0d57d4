import pino from 'pino';
import { expect, test } from 'vitest';
import { IID_IUnknown } from '../../../src/codec/dcom/index.js';
import { changedNetwork, SOCKETS } from '../../../src/net/network.js';
import type { ListenOptions } from '../../../src/net/tcp.js';
import { exportObjects } from '../../../src/server/export-objects.js';
import { CallingClient, callingClass, sinkOf } from '../../support/calling-back.js';
import { serve } from '../../support/live.js';

test('at an address that nobody can call it needs to be told another', async () => {
  await expect(exportObjects({ listen: '0.0.0.0:0' })).rejects.toThrow(/addresses\.hosts/);
});

test('takes as many connections at a time as a server: 1,000 where nothing is said', async () => {
  const listened: ListenOptions[] = [];
  const network = changedNetwork(SOCKETS, {
    listen(next, at, accept) {
      listened.push(at);
      return next(at, accept);
    },
  });
  for (const options of [{ network }, { network, maxConnections: 3 }]) await (await exportObjects(options)).close();
  expect(listened.map(({ maxConnections }) => maxConnections)).toEqual([2_000, 6]);
});

test('a client exports as many objects of its own as it says, and not one more', async () => {
  const exported = await exportObjects({ maxObjects: 8 });
  try {
    for (let n = 0; n < 8; n++) exported.export(sinkOf().object, IID_IUnknown);
    expect(() => exported.export(sinkOf().object, IID_IUnknown)).toThrow('there are too many objects');
    expect(exported.objects).toBe(8);
  } finally {
    await exported.close();
  }
});

test('an object that throws when it is released is logged, and thrown by close', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => void lines.push(line) });
  await using server = await serve({ classes: [callingClass()] });
  const client = await CallingClient.at(server, { logger });
  const sink = sinkOf();
  const mistake = new Error('a mistake of the class');
  sink.object.released = () => {
    throw mistake;
  };
  const { cookie } = await client.advise(sink.object);
  await client.unadvise(cookie);
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toContain('a mistake of the class');
  await expect(client.close()).rejects.toBe(mistake);
});
