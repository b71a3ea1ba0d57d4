import { serverSuite } from '../../dist/conform/server/suite.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../dist/net/simulation/index.js';
import { Secret } from '../../dist/security/index.js';
import { startServer } from '../../dist/server/server.js';
import { SYN, segmentIn } from './streams.mjs';

const [SERVER, CLIENT] = ['10.0.0.2', '10.0.0.20'];
const ACCOUNT = { domain: 'LAB', user: 'op', password: 'P4ssw0rd.Lab' };

/** Runs checks of the conformance suite against a server of March 2023; each has to pass. */
export async function runChecks({ name, title, checks }, { record, witness }) {
  const time = new VirtualTime({ start: Date.parse('2023-03-14T09:00:00Z') });
  const part = new Part(record);
  const network = new SimulatedNetwork({ time, record: part.block });
  network.addHost('server', [SERVER]);
  network.addHost('client', [CLIENT]);
  const environment = (of) => ({
    timers: time,
    clock: time.now,
    random: seededRandom(1, `${name} ${of}`),
    network: network.of(of),
  });
  const { octets, association, answering, ...listeners } = witness.at(SERVER);
  const server = await startServer({
    ...environment('server'),
    listen: `${SERVER}:135`,
    asOf: '2023-03-14',
    accounts: [ACCOUNT],
    names: { netbiosName: 'SERVER', netbiosDomain: 'LAB' },
    classes: ['wmi'],
    observers: [{ octets, association, answering }],
    ...listeners,
  });
  const { password, ...account } = ACCOUNT;
  const credentials = { ...account, secret: Secret.password(password) };
  const suite = { ...environment('client'), host: SERVER, credentials, seed: 1, only: checks, told: part.told };
  const { results } = await time.run(serverSuite(suite));
  await time.run(server.close());
  const wrong = results.filter(({ outcome }) => outcome.outcome !== 'passed');
  if (wrong.length > 0)
    throw new Error(wrong.map(({ id, outcome }) => `${name} ${id}: ${JSON.stringify(outcome)}`).join('\n'));
  return { title, accounts: [{ user: `LAB\\${ACCOUNT.user}`, password }] };
}

/** The last check before those that were asked for: what comes before only finds out what the server has. */
const BEFORE = 'sanity/activation';

/** What of a recording belongs to the checks that were asked for: the connections that begin while they run. */
class Part {
  #record;
  #running = false;
  #kept = new Set();

  constructor(record) {
    this.#record = record;
  }

  told = ({ id }, { index, total }) => {
    if (id === BEFORE) this.#running = true;
    // One more asks whether the server still answers.
    if (index === total - 1) this.#running = false;
  };

  block = (block) => {
    const segment = segmentIn(block);
    if (segment !== undefined) {
      const { from, to, flags } = segment;
      const connection = [from, to].sort().join(' ');
      if (flags === SYN && this.#running) this.#kept.add(connection);
      if (!this.#kept.has(connection)) return;
    }
    this.#record(block);
  };
}
