// The client suite over the simulated network, with the client of this project under test.

const START = Date.parse('2026-01-15T12:00:00Z');
const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const IUNKNOWN = '00000000-0000-0000-c000-000000000046';
/** How long the client keeps its object, so that it has to ping twice. */
const KEPT = 250_000;

/** The report of the checks. `from` imports a built module. */
export async function clientRun(from, only) {
  const { DcomClient } = await from('client/dcom-client.js');
  const { CLIENT_PROFILES } = await from('client/profiles.js');
  const { GetTypeInfoCount, IDispatch } = await from('codec/oaut/index.js');
  const { clientSuite } = await from('conform/client/suite.js');
  const { calledClient } = await from('conform/client/under-test.js');
  const { SimulatedNetwork, seededRandom, VirtualTime } = await from('net/simulation/index.js');
  const { Secret } = await from('security/index.js');
  const time = new VirtualTime({ start: START });
  const network = new SimulatedNetwork({ time });
  network.addHost('client', ['10.0.0.1']);
  network.addHost('server', ['10.0.0.2']);
  const environment = { timers: time, clock: time.now, random: seededRandom(1, 'environment') };
  const own = { ...environment, network: network.of('client') };

  /** What an application does with it: activates, asks for an interface, calls, waits, releases. */
  async function useObject({ address: host, port, level, domain, user, password }) {
    const client = new DcomClient({
      ...own,
      ...{ host, port, profile: CLIENT_PROFILES['windows-2023-03'] },
      credentials: { domain, user, secret: Secret.password(password) },
      ...(level !== undefined && { level }),
    });
    try {
      const object = await client.activate(MMC20, IDispatch.uuid);
      const unknown = await object.queryInterface(IUNKNOWN);
      await object.call(IDispatch, GetTypeInfoCount, {});
      await new Promise((resolve) => void time.after(KEPT, resolve));
      await object.call(IDispatch, GetTypeInfoCount, {});
      await unknown.release();
      await object.release();
    } finally {
      await client.close();
    }
  }

  return time.run(
    clientSuite({
      ...environment,
      network: network.of('server'),
      client: calledClient(useObject, { takesLevel: true }),
      addresses: ['10.0.0.2'],
      limit: 900_000,
      seed: 1,
      ...(only.length > 0 && { only }),
    }),
  );
}
