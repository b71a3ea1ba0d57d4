// 1,000 items in 10 groups that each change in every period of 100 ms, for ten minutes of a simulated network: whether every
// change arrives, in its order, and what the process has grown by meanwhile.
import { DcomClient } from '../dist/client/dcom-client.js';
import { OpcClient } from '../dist/client/opc/client.js';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import { IOPCDataCallback } from '../dist/codec/opc/index.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../dist/net/simulation/index.js';
import { Secret } from '../dist/security/index.js';
import { addressSpace, dataSink, opcClasses } from '../dist/server/classes/opc/index.js';
import { exportObjects } from '../dist/server/export-objects.js';
import { startServer } from '../dist/server/server.js';
import { row } from './measure.mjs';

const [GROUPS, ITEMS, RATE, MINUTES] = [10, 100, 100, 10];
const [SERVER, CLIENT] = ['10.3.0.2', '10.3.0.20'];
const account = { domain: 'LAB', user: 'op', password: 'secret' };
/** What the logs of calls back and of connections take, which forget their oldest. */
const GROWTH_LIMIT = 32 * 1024 * 1024;

const time = new VirtualTime({ start: Date.parse('2026-11-28T00:00:00Z') });
const network = new SimulatedNetwork({ time, link: {} });
network.addHost('server', [SERVER]);
network.addHost('client', [CLIENT]);
const shared = { timers: time, clock: time.now, accounts: [account] };
const names = Array.from({ length: GROUPS * ITEMS }, (_, index) => `Area${index % GROUPS}.Item${index}`);
// Counts up by one in each period.
const value = { ramp: [0, 36_000], period: '3600s', every: `${RATE}ms` };
const space = addressSpace({ items: Object.fromEntries(names.map((name) => [name, { type: 'I4', value }])) });

const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const [first, last] = [new Map(), new Map()];
let [changes, wrong] = [0, 0];
function hear(group, { phClientItems, pvValues }) {
  for (const [index, handle] of phClientItems.entries()) {
    const key = group * ITEMS + handle;
    const [before, now] = [last.get(key), pvValues[index].value];
    if (before === undefined) first.set(key, now);
    else if (now !== before + 1) wrong++;
    last.set(key, now);
    changes++;
  }
}

async function subscribed() {
  const server = await startServer({
    ...{ listen: `${SERVER}:135`, network: network.of('server'), random: seededRandom(1, 'server') },
    ...{ classes: opcClasses([space]), ...shared },
  });
  const own = network.of('client');
  const exported = await exportObjects({
    ...{ listen: `${CLIENT}:0`, network: own, random: seededRandom(1, 'sink'), ...shared },
  });
  const client = new DcomClient({
    ...{
      host: SERVER,
      profile: CLIENT_PROFILES['windows-2023-03'],
      random: seededRandom(1, 'client'),
    },
    credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
    ...{ network: own, timers: time, clock: time.now },
  });
  const opc = await OpcClient.connect(client, space.data.clsid);
  for (let group = 0; group < GROUPS; group++) {
    const items = names.filter((name) => name.startsWith(`Area${group}.`));
    const added = await opc.addGroup({ items, rate: RATE, clientHandle: group });
    await added.advise(exported.export(dataSink({ changed: (change) => hear(group, change) }), IOPCDataCallback.uuid));
  }
  return async () => {
    await client.close();
    await exported.close();
    await server.close();
  };
}

const started = performance.now();
const grown = await time.run(
  (async () => {
    const close = await subscribed();
    await time.wait(60_000);
    const early = heap();
    await time.wait((MINUTES - 1) * 60_000);
    const late = heap();
    await close();
    return Math.max(0, late - early);
  })(),
);
const seconds = (performance.now() - started) / 1_000;
// From the first to the last value of an item there is one change for each: fewer were lost, more came twice.
const expected = [...last].reduce((all, [key, value]) => all + value - first.get(key) + 1, 0);
if (
  wrong > 0 ||
  last.size !== GROUPS * ITEMS ||
  changes !== expected ||
  expected < GROUPS * ITEMS * (MINUTES * 600 - 2)
)
  throw new Error(`${changes} changes of ${expected}, of ${last.size} items, ${wrong} out of order`);
row({
  what: `${changes} item changes in ${MINUTES} simulated minutes, none lost or out of order`,
  ours: changes / seconds,
  reference: (GROUPS * ITEMS * 1_000) / RATE,
  against: 'as fast as they happen',
  unit: 'items/s',
  wanted: '>= 1',
});
row({
  what: 'what the heap has grown by from the first minute to the last',
  ours: grown / 1024 ** 2,
  reference: GROWTH_LIMIT / 1024 ** 2,
  against: 'the limit',
  unit: 'MiB',
  wanted: '< 1',
});
