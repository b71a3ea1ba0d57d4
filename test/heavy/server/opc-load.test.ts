import { describe, expect, test } from 'vitest';
import { DcomClient } from '../../../src/client/dcom-client.js';
import { OpcClient } from '../../../src/client/opc/client.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { IOPCDataCallback } from '../../../src/codec/opc/index.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../src/net/simulation/index.js';
import { addressSpace, type DataChange, dataSink, opcClasses } from '../../../src/server/classes/opc/index.js';
import { exportObjects } from '../../../src/server/export-objects.js';
import { startServer } from '../../../src/server/server.js';
import { ACCOUNT, authentication } from '../../support/live.js';
import { octetsInUse } from '../../support/memory.js';
import { START } from '../../support/opc.js';

const [GROUPS, ITEMS, RATE, SECONDS] = [10, 100, 100, 60];
/** When memory is looked at first. */
const EARLY = 20_000;
const [SERVER, CLIENT] = ['10.3.0.2', '10.3.0.20'];

/** Each item counts up by one in each update period. */
const COUNTING = { ramp: [0, 36_000] as [number, number], period: '3600s', every: '100ms' };

describe(`${GROUPS * ITEMS} items in ${GROUPS} groups at ${RATE} ms for ${SECONDS} simulated seconds`, () => {
  test('every change arrives, in its order, and memory stays what it is', async () => {
    const time = new VirtualTime({ start: START });
    const network = new SimulatedNetwork({ time, link: {} });
    network.addHost('server', [SERVER]);
    network.addHost('client', [CLIENT]);
    const names = Array.from({ length: GROUPS * ITEMS }, (_, index) => `Area${index % GROUPS}.Item${index}`);
    const space = addressSpace({
      items: Object.fromEntries(names.map((name) => [name, { type: 'I4', value: COUNTING }])),
    });
    const shared = { timers: time, clock: time.now, accounts: [ACCOUNT] };
    await time.run(
      (async () => {
        const server = await startServer({
          ...{ listen: `${SERVER}:135`, network: network.of('server'), random: seededRandom(1, 'server') },
          classes: opcClasses([space]),
          ...shared,
        });
        const own = network.of('client');
        const exported = await exportObjects({
          listen: `${CLIENT}:0`,
          network: own,
          random: seededRandom(1, 'sink'),
          ...shared,
        });
        const { credentials } = authentication({});
        const client = new DcomClient({
          ...{
            host: SERVER,
            profile: CLIENT_PROFILES['windows-2023-03'],
            random: seededRandom(1, 'client'),
          },
          network: own,
          timers: time,
          clock: time.now,
          ...(credentials && { credentials }),
        });
        const opc = await OpcClient.connect(client, space.data.clsid);
        const last = new Map<string, number>();
        const wrong: string[] = [];
        let changes = 0;
        const hear = (group: number, { phClientItems, pvValues }: DataChange): void => {
          for (const [index, handle] of phClientItems.entries()) {
            const key = `${group} ${handle}`;
            const value = pvValues[index]?.value as number;
            const before = last.get(key);
            if (before !== undefined && value !== before + 1) wrong.push(`${key}: ${value} after ${before}`);
            last.set(key, value);
            changes++;
          }
        };
        for (let group = 0; group < GROUPS; group++) {
          const items = names.filter((name) => name.startsWith(`Area${group}.`));
          const added = await opc.addGroup({ items, rate: RATE, clientHandle: group });
          const sink = dataSink({ changed: (change) => hear(group, change) });
          await added.advise(exported.export(sink, IOPCDataCallback.uuid));
        }
        await time.wait(EARLY);
        const early = octetsInUse();
        await time.wait(SECONDS * 1_000 - EARLY);
        // The log of calls back forgets its oldest beyond 10,000; nothing else may grow.
        expect(octetsInUse() - early).toBeLessThan(32 * 1024 * 1024);
        const expected = (GROUPS * ITEMS * SECONDS * 1_000) / RATE;
        expect(wrong).toEqual([]);
        expect([...last.keys()]).toHaveLength(GROUPS * ITEMS);
        expect(changes).toBeGreaterThan(expected * 0.99);
        expect(server.callBacks.filter(({ outcome }) => !outcome.accepted)).toEqual([]);
        await client.close();
        await exported.close();
        await server.close();
      })(),
    );
  });
});
