import { expect, test } from 'vitest';
import type { Accept, Channel } from '../../../src/net/channel.js';
import { changedNetwork, SOCKETS } from '../../../src/net/network.js';
import { CallingClient, callingClass, sinkOf } from '../../support/calling-back.js';
import { serve } from '../../support/live.js';

test('a closed server keeps none of the connections over which it calls clients back', async () => {
  const open = new Set<Channel>();
  const network = changedNetwork(SOCKETS, {
    async connect(next, target, accept, timeout) {
      const told: Accept = (channel) => {
        const events = accept(channel);
        const closed = (error?: Error): void => {
          open.delete(channel);
          events.closed(error);
        };
        return { data: (bytes) => events.data(bytes), closed };
      };
      const channel = await next(target, told, timeout);
      open.add(channel);
      return channel;
    },
  });
  const server = await serve({ classes: [callingClass()], network });
  const client = await CallingClient.at(server);
  await client.advise(sinkOf().object);
  expect(open.size).toBeGreaterThan(0);
  await server.close();
  await expect.poll(() => open.size).toBe(0);
  await client.close();
});
