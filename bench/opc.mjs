// Item changes a second that a server calls back over TCP at PKT_INTEGRITY, beside the calls a second of the same
// connection's kind: 1,000 items in 10 groups, each of which changes in every period.
import { DcomClient } from '../dist/client/dcom-client.js';
import { OpcClient } from '../dist/client/opc/client.js';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import { IOPCDataCallback } from '../dist/codec/opc/index.js';
import { Secret } from '../dist/security/index.js';
import { addressSpace, dataSink, opcClasses } from '../dist/server/classes/opc/index.js';
import { exportObjects } from '../dist/server/export-objects.js';
import { startServer } from '../dist/server/server.js';
import { median, row } from './measure.mjs';

const [GROUPS, ITEMS, RATE, SECONDS, ROUNDS] = [10, 100, 10, 2, 5];
const account = { domain: 'LAB', user: 'op', password: 'secret' };

const names = Array.from({ length: GROUPS * ITEMS }, (_, index) => `Area${index % GROUPS}.Item${index}`);
const value = { ramp: [0, 3_600_000], period: '3600s', every: `${RATE}ms` };
const space = addressSpace({ items: Object.fromEntries(names.map((name) => [name, { type: 'I4', value }])) });
const server = await startServer({ listen: '127.0.0.1:0', accounts: [account], classes: opcClasses([space]) });
const exported = await exportObjects({ accounts: [account] });
const client = new DcomClient({
  host: server.address.address,
  port: server.address.port,
  profile: CLIENT_PROFILES['windows-2023-03'],
  credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
});
const opc = await OpcClient.connect(client, space.data.clsid);

/** How often GetStatus is answered in a second, one call after the other. */
async function calls() {
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < SECONDS * 1_000; count++) await opc.status();
  return count / SECONDS;
}

const heard = { changes: 0, calls: 0 };
const sink = dataSink({
  changed: ({ phClientItems }) => {
    heard.changes += phClientItems.length;
    heard.calls++;
  },
});

const plain = [];
for (let round = 0; round < ROUNDS; round++) plain.push(await calls());
for (let group = 0; group < GROUPS; group++) {
  const items = names.filter((name) => name.startsWith(`Area${group}.`));
  const added = await opc.addGroup({ items, rate: RATE, clientHandle: group });
  await added.advise(exported.export(sink, IOPCDataCallback.uuid));
}
const measured = [];
for (let round = 0; round < ROUNDS; round++) {
  heard.changes = 0;
  heard.calls = 0;
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  measured.push({ changes: heard.changes / SECONDS, calls: heard.calls / SECONDS });
}
row({
  what: `item changes called back over TCP, ${ITEMS} a call`,
  ours: median(measured.map(({ changes }) => changes)),
  reference: median(plain),
  against: 'GetStatus calls/s',
  unit: 'items/s',
});
await client.close();
await exported.close();
await server.close();
