import { type ServerSuiteOptions, serverSuite } from '../../src/conform/server/suite.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../src/net/simulation/index.js';
import { Secret } from '../../src/security/index.js';
import { type ServerOptions, startServer } from '../../src/server/server.js';

const ACCOUNT = { domain: 'LAB', user: 'op', secret: Secret.password('secret') };

/** A run over the simulated network against a server of this project. */
export async function suiteAgainst(
  server: ServerOptions = {},
  { anonymous = false, ...options }: Partial<ServerSuiteOptions> & { anonymous?: boolean } = {},
) {
  const time = new VirtualTime({ start: Date.parse('2026-01-15T12:00:00Z') });
  const network = new SimulatedNetwork({ time });
  network.addHost('suite', ['10.0.0.1']);
  network.addHost('server', ['10.0.0.2']);
  const environment = { timers: time, clock: time.now, random: seededRandom(1, 'server') };
  const running = await startServer({
    ...environment,
    network: network.of('server'),
    listen: '10.0.0.2:135',
    accounts: [{ domain: 'LAB', user: 'op', password: 'secret' }],
    classes: ['wmi'],
    ...server,
  });
  const report = await time.run(
    serverSuite({
      ...environment,
      network: network.of('suite'),
      host: '10.0.0.2',
      ...(!anonymous && { credentials: ACCOUNT }),
      seed: 1,
      slow: true,
      ...options,
    }),
  );
  await time.run(running.close());
  return report;
}
