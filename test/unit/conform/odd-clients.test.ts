import { describe, expect, test } from 'vitest';
import { clientSuite } from '../../../src/conform/client/suite.js';
import { type ClientPlace, calledClient } from '../../../src/conform/client/under-test.js';
import type { Channel } from '../../../src/net/channel.js';
import type { Environment } from '../../../src/net/environment.js';
import { suiteHosts, useObject } from '../../support/own-client.js';

type Run = (place: ClientPlace, own: Environment) => Promise<unknown>;

/** What comes of two checks with an odd client, first sanity check included. */
async function outcomes(run: Run) {
  const { time, server, client } = suiteHosts();
  const { results, endTells } = await time.run(
    clientSuite({
      ...server,
      client: calledClient((place) => run(place, client)),
      addresses: ['10.0.0.2'],
      limit: 900_000,
      only: ['c706/12.6.4.5/invalid-checksum', 'rpce/3.3.2.7.1/closed'],
    }),
  );
  return { endTells, outcomes: results.map(({ outcome }) => outcome) };
}

/** Connects and sends octets; what comes back is dropped. */
async function sends(
  { address: host, port }: ClientPlace,
  { network }: Environment,
  octets: Uint8Array,
): Promise<Channel> {
  const channel = await network.connect({ host, port }, () => ({ data() {}, closed() {} }));
  channel.send(octets);
  return channel;
}

const forEver = (): Promise<never> => new Promise(() => undefined);

describe('the client suite ends with a report for a client that', () => {
  test.each<[string, Run, string]>([
    ['never connects', async () => undefined, 'it did not connect'],
    ['throws', () => Promise.reject(new Error('no route')), 'no route'],
    ['never ends', forEver, 'it did not end within 900000 ms'],
    ['sends what is no PDU', (place, own) => sends(place, own, Buffer.alloc(4096, 0xff)), 'no activation'],
    ['sends half a PDU', (place, own) => sends(place, own, Buffer.from('05000b031000', 'hex')), 'no activation'],
    [
      'hangs up at once',
      async (place, own) => (await sends(place, own, Buffer.alloc(0))).destroy(),
      'it asked for no activation',
    ],
  ])('%s', async (_title, run, said) => {
    const { outcomes: all } = await outcomes(run);
    expect(all).toHaveLength(4);
    expect(all[0]).toMatchObject({ outcome: 'failed', actual: expect.stringContaining(said) });
    for (const outcome of all.slice(1)) expect(outcome).toMatchObject({ outcome: 'not run' });
  });

  test('ends as after a success whatever happens: the wire alone is judged', async () => {
    const { endTells, outcomes: all } = await outcomes((place, own) => useObject(place, own).catch(() => undefined));
    expect(endTells).toBe(false);
    expect(all).toEqual(all.map(() => ({ outcome: 'passed' })));
  });

  test('waits for ever on a connection that has ended: the check of that says so', async () => {
    const { outcomes: all } = await outcomes((place, own) => useObject(place, own).catch(forEver));
    expect(all).toMatchObject([
      { outcome: 'passed' },
      { outcome: 'passed' },
      { outcome: 'failed', actual: 'it waits on; it did not end within 900000 ms, and not when it was told to' },
      { outcome: 'passed' },
    ]);
  });
});
