// The simulated network and the lab: activations with NTLM and a recording, whether their time grows in a straight line,
// a lab of 200 hosts, and the whole lab that npm start runs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import {
  DcomClient,
  parseScenario,
  runScenario,
  Secret,
  SimulatedNetwork,
  seededRandom,
  startServer,
  VirtualTime,
} from '../dist/index.js';
import { row } from './measure.mjs';

const COUNT = 10_000;
const SECONDS = { activations: 30, hosts: 30, lab: 20 };
const CLSID = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const IID = '00020400-0000-0000-c000-000000000046';

const seconds = async (run) => {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
};

/** Activations one after the other, each over connections of its own; how long each tenth of them took. */
async function activations() {
  const time = new VirtualTime({ start: Date.UTC(2023, 2, 14) });
  let recorded = 0;
  const network = new SimulatedNetwork({ time, record: (block) => (recorded += block.length) });
  network.addHost('server', ['10.0.0.2']);
  network.addHost('client', ['10.0.0.11']);
  const random = seededRandom(1);
  const shared = { random, clock: time.now, timers: time };
  const password = 'bench';
  const tenths = [];
  await time.run(
    (async () => {
      const server = await startServer({
        ...shared,
        network: network.of('server'),
        listen: '10.0.0.2:135',
        accounts: [{ domain: 'LAB', user: 'op', password }],
      });
      const credentials = { domain: 'LAB', user: 'op', secret: Secret.password(password) };
      const once = async () => {
        const profile = CLIENT_PROFILES['windows-2023-03'];
        const client = new DcomClient({
          ...shared,
          host: '10.0.0.2',
          profile,
          credentials,
          network: network.of('client'),
        });
        const { outcome } = await client.activation({ clsid: CLSID, iids: [IID] });
        if (!outcome.accepted) throw new Error(outcome.text);
        await client.close();
      };
      for (let i = 0; i < COUNT / 20; i++) await once();
      for (let tenth = 0; tenth < 10; tenth++) {
        tenths.push(
          await seconds(async () => {
            for (let i = 0; i < COUNT / 10; i++) await once();
          }),
        );
      }
      await server.close();
    })(),
  );
  return { tenths, recorded };
}

/** 199 clients, each at every level, on a server of every phase. */
function manyHosts() {
  const clients = Array.from({ length: 199 }, (_, index) => `client-${index}`);
  const hosts = { server: { address: '10.9.0.2', windows: 'Windows Server 2019', serves: ['generic'] } };
  clients.forEach((name, index) => {
    hosts[name] = { address: `10.9.1.${index + 1}`, windows: 'Windows 10 1809', updates: ['2021-06-08'] };
  });
  const phases = ['2021-05', '2021-06-08', '2021-09', '2022-06-14', '2022-11-08', '2023-03-14'];
  const steps = [{ timeline: { server: 'server', clients, phases } }];
  return JSON.stringify({ name: 'many-hosts', title: '200 hosts', hosts, steps });
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const limit = (what, ours, reference) => row({ what, ours, reference, against: 'the limit', unit: 's', wanted: '< 1' });

const { tenths, recorded } = await activations();
limit(
  `${COUNT} simulated activations with NTLM, recorded (${Math.round(recorded / 1e6)} MB)`,
  sum(tenths),
  SECONDS.activations,
);
row({
  what: 'their last three tenths',
  ours: sum(tenths.slice(-3)),
  reference: sum(tenths.slice(0, 3)),
  against: 'their first three',
  unit: 's',
  wanted: '< 1.25',
});

const scenario = parseScenario(manyHosts());
let run;
const hosts = await seconds(async () => {
  run = await runScenario(scenario, { record: () => undefined });
});
if (run.findings.some(({ ok }) => !ok)) throw new Error('the lab of 200 hosts did not come out as KB5004442 has it');
limit(`a lab of 200 hosts, ${run.activations.length} activations`, hosts, SECONDS.hosts);

const folder = mkdtempSync(join(tmpdir(), 'bench-lab-'));
try {
  const main = join(import.meta.dirname, '../dist/cli/main.js');
  const whole = await seconds(() => {
    const { status } = spawnSync(process.execPath, [main, 'lab', '--out', folder], { stdio: 'ignore' });
    if (status !== 0) throw new Error(`the lab ended with ${status}`);
  });
  limit('the whole lab, as npm start runs it', whole, SECONDS.lab);
} finally {
  rmSync(folder, { recursive: true });
}
