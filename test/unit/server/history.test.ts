import { expect, test } from 'vitest';
import { EventLog } from '../../../src/hardening/event-log.js';
import { activates, LEVEL, serve } from '../../support/live.js';

test('the history of a server has all its lists in the order in which things happened', async () => {
  await using server = await serve({ clock: () => 1_000 });
  await activates(server, { level: LEVEL.CONNECT });
  await activates(server, { password: 'wrong' }).catch(() => undefined);
  await activates(server, { level: LEVEL.PKT_INTEGRITY });
  const { history, activations, events, failedLogons } = server;
  expect(history.map(({ kind, time }) => [kind, time])).toEqual([
    ['activation', 1_000],
    ['event', 1_000],
    ['failedLogon', 1_000],
    ['activation', 1_000],
  ]);
  expect(history.map(({ entry }) => entry)).toEqual([activations[0], events[0], failedLogons[0], activations[1]]);
});

test('what others wrote into the event log of its machine is no part of its history', async () => {
  const eventLog = new EventLog();
  await using other = await serve({ eventLog });
  await using server = await serve({ eventLog });
  await activates(other, { level: LEVEL.CONNECT });
  expect(server.events).toHaveLength(1);
  expect(server.history).toEqual([]);
});
