import { expect, test } from 'vitest';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { type Attempted, attempt, type Stimulus } from '../../../src/conform/client/attempt.js';
import { Places } from '../../../src/conform/client/places.js';
import { calledClient } from '../../../src/conform/client/under-test.js';
import { suiteHosts, useObject } from '../../support/own-client.js';

/** One run of this project's client, at a level, on a simulated network. */
async function attempted(level: number, stimulus: Stimulus): Promise<Attempted> {
  const { time, server, client } = suiteHosts();
  const profile = { ...CLIENT_PROFILES['windows-2023-03'], activationLevel: () => level, objectLevel: () => level };
  const places = await time.run(Places.found([{ address: '10.0.0.2', port: 135 }], server.network));
  return time.run(
    attempt(
      {
        ...server,
        ...{ places, check: 'middle', limit: 60_000 },
        account: { domain: 'LAB', user: 'op', password: 'secret' },
        client: calledClient((place) => useObject(place, client, profile)),
      },
      stimulus,
    ),
  );
}

test.each([
  ['CONNECT', 2],
  ['PKT_INTEGRITY', 5],
  ['PKT_PRIVACY', 6],
])('an answer that nobody changes goes out as the server made it, signature and all, at %s', async (_name, level) => {
  const made: string[] = [];
  const { ended, history } = await attempted(level, {
    server: {
      observers: [
        { octets: (from, bytes) => void (from === 'server' && made.push(Buffer.from(bytes).toString('hex'))) },
      ],
    },
  });
  expect(ended).toEqual({ how: 'succeeded' });
  const sent = history.pdus.filter(({ from }) => from === 'server').map(({ bytes }) => bytes.toString('hex'));
  expect(made.length).toBeGreaterThan(8);
  expect(sent).toEqual(made);
  expect(history.changedAt).toBeUndefined();
});

test('what a change throws is what the attempt rejects with, and the client sees nothing of it', async () => {
  const mistake = new Error('a mistake of the check');
  const failing = attempted(5, {
    change() {
      throw mistake;
    },
  });
  await expect(failing).rejects.toBe(mistake);
});
