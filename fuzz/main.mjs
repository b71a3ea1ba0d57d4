// Mutated conversations, structures, captures, scenarios, inputs and servers: npm run fuzz -- --seconds 60 --seed 1
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Recorder } from '../dist/net/recorder.js';
import { NOW } from './conversations.mjs';
import { Random } from './random.mjs';
import { TARGETS } from './targets.mjs';

const USAGE = `usage: npm run fuzz -- [--seconds N] [--executions N] [--seed S] [--only INDEX] [--pcapng FILE]
  --seconds N      how long (10)
  --executions N   how many cases, instead of a time
  --seed S         decides every case (1)
  --only INDEX     one case, as a failure names it
  --target NAME    these cases alone: ${Object.keys(TARGETS).join(', ')}
  --pcapng FILE    what the server answered, for another program to judge`;
const NUMBERS = ['seconds', 'executions', 'only'];
/** The heap may grow so much between two looks at it, once everything has been used. */
const GROWTH = 32 * 1024 * 1024;
const WARM_UP = 2000;
const LOOK_EVERY = 5000;

function options() {
  const string = { type: 'string' };
  const { values } = parseArgs({
    options: {
      seconds: string,
      executions: string,
      seed: string,
      only: string,
      target: string,
      pcapng: string,
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  for (const name of NUMBERS) {
    if (values[name] === undefined) continue;
    if (!/^\d+$/.test(values[name])) throw new TypeError(`--${name} ${values[name]} is not a number`);
    values[name] = Number(values[name]);
  }
  return { seconds: 10, seed: '1', ...values };
}

/** The server's answers as a capture: one connection a case, its answers alone. */
function recording(file) {
  if (file === undefined) return { begin: () => () => {}, close: () => {} };
  const handle = openSync(file, 'w');
  const recorder = new Recorder({ write: (block) => writeSync(handle, block), application: 'dcom-harness fuzz' });
  let time = BigInt(NOW) * 1_000_000n;
  const tick = () => {
    time += 1_000_000n;
    return time;
  };
  const begin = (index) => {
    const client = { address: '10.0.0.2', port: 1024 + (index % 64_000) };
    const connection = recorder.connection({ client, server: { address: '10.0.0.1', port: 135 } });
    connection.open(tick());
    return (pdu) => connection.data(tick(), 'toClient', pdu);
  };
  return { begin, close: () => closeSync(handle) };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const held = () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

function namesOf(wanted) {
  const all = Object.keys(TARGETS);
  if (wanted === undefined) return all;
  if (!all.includes(wanted)) throw new TypeError(`--target: one of ${all.join(', ')}`);
  return [wanted];
}

/** How a case is run again. */
const againOf = (seed, index, wanted) =>
  `npm run fuzz -- --seed ${seed} --only ${index}${wanted === undefined ? '' : ` --target ${wanted}`}`;

/** Whether there is nothing more to do. */
const doneWith = ({ only, executions, end }, index) => {
  if (only !== undefined) return index > only;
  return executions === undefined ? performance.now() >= end : index >= executions;
};

async function run({ seconds, executions, seed, only, pcapng, target: wanted }) {
  const names = namesOf(wanted);
  const counts = new Map();
  const countIn = (target) => (name) => {
    const key = `${target}: ${name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const { begin, close } = recording(pcapng);
  const end = performance.now() + seconds * 1000;
  let [index, failures, baseline, last] = [only ?? 0, 0];
  for (; !doneWith({ only, executions, end }, index); index++) {
    const target = names[index % names.length];
    try {
      await TARGETS[target](new Random(`${seed}:${index}`), {
        count: countIn(target),
        answer: target === 'server' ? begin(index) : () => {},
      });
    } catch (error) {
      failures++;
      console.error(`FAILED: ${target}, case ${index}: ${againOf(seed, index, wanted)}\n${error.stack}`);
      if (failures >= 10) break;
    }
    if (index === WARM_UP) baseline = held();
    if (baseline === undefined || index % LOOK_EVERY !== 0) continue;
    last = held();
    if (last - baseline > GROWTH) {
      failures++;
      console.error(`FAILED: the heap grew by ${last - baseline} octets in ${index - WARM_UP} cases`);
      break;
    }
  }
  close();
  const executed = only === undefined ? index : 1;
  for (const [name, number] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(number).padStart(10)}  ${name}`);
  const growth =
    last === undefined ? '' : `, heap ${((last - baseline) / 1024 / 1024).toFixed(1)} MiB larger than after ${WARM_UP}`;
  console.log(`${executed} cases, seed ${seed}, ${failures} failures${growth}`);
  return failures === 0;
}

try {
  process.exitCode = (await run(options())) ? 0 : 1;
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
