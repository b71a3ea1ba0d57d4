// The server suite over the simulated network, against the server of this project.

const START = Date.parse('2026-01-15T12:00:00Z');

/** The report of the checks, of all where `only` is empty. `from` imports a built module. */
export async function serverRun(from, only, seed = 1) {
  const { serverSuite } = await from('conform/server/suite.js');
  const { startServer } = await from('server/server.js');
  const { SimulatedNetwork, seededRandom, VirtualTime } = await from('net/simulation/index.js');
  const { Secret } = await from('security/index.js');
  const time = new VirtualTime({ start: START });
  const network = new SimulatedNetwork({ time });
  network.addHost('suite', ['10.0.0.1']);
  network.addHost('server', ['10.0.0.2']);
  const environment = { timers: time, clock: time.now, random: seededRandom(seed, 'server') };
  await startServer({
    ...environment,
    network: network.of('server'),
    listen: '10.0.0.2:135',
    accounts: [{ domain: 'LAB', user: 'op', password: 'secret' }],
    classes: ['wmi'],
  });
  return time.run(
    serverSuite({
      ...environment,
      network: network.of('suite'),
      host: '10.0.0.2',
      credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
      seed,
      slow: true,
      ...(only.length > 0 && { only }),
    }),
  );
}
