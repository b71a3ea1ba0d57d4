import { DcomClient } from '../../src/client/dcom-client.js';
import type { ClientProfile } from '../../src/client/profile.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import { GetTypeInfoCount, IDispatch } from '../../src/codec/oaut/index.js';
import { type ClientSuiteOptions, type ClientSuiteReport, clientSuite } from '../../src/conform/client/suite.js';
import { type ClientPlace, calledClient } from '../../src/conform/client/under-test.js';
import type { Environment } from '../../src/net/environment.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../src/net/simulation/index.js';
import { Secret } from '../../src/security/index.js';
import { CLSID } from './live.js';

/** How long the client keeps an object: so that it has to ping it twice, where that is what is looked at. */
const keptFor = (check: string): number => (/^sanity|ping/.test(check) ? 250_000 : 0);

/** What an application does with this project's client: activates, asks for an interface, calls, waits, releases; twice. */
export async function useObject(
  { address: host, port, level, check, ...account }: ClientPlace,
  environment: Environment,
  profile: ClientProfile = CLIENT_PROFILES['windows-2023-03'],
): Promise<void> {
  const { domain, user, password } = account;
  const client = new DcomClient({
    ...environment,
    ...{ host, port, profile, credentials: { domain, user, secret: Secret.password(password) } },
    ...(level !== undefined && { level }),
  });
  try {
    const object = await client.activate(CLSID, IDispatch.uuid);
    const unknown = await object.queryInterface('00000000-0000-0000-c000-000000000046');
    await object.call(IDispatch, GetTypeInfoCount, {});
    await new Promise<void>((resolve) => void environment.timers.after(keptFor(check), resolve));
    const another = await client.activate(CLSID, IDispatch.uuid, 'RemoteActivation');
    await new Promise<void>((resolve) => void environment.timers.after(keptFor(check), resolve));
    await another.call(IDispatch, GetTypeInfoCount, {});
    await unknown.release();
    await object.release();
    await another.release();
  } finally {
    await client.close();
  }
}

/** A host for the servers of the suite and one for the client under test, with the time that passes for both. */
export function suiteHosts() {
  const time = new VirtualTime({ start: Date.parse('2026-01-15T12:00:00Z') });
  const network = new SimulatedNetwork({ time });
  network.addHost('client', ['10.0.0.1']);
  network.addHost('server', ['10.0.0.2']);
  const environment = {
    timers: time,
    clock: time.now,
    monotonic: time.monotonic,
    random: seededRandom(1, 'environment'),
  };
  return {
    time,
    server: { ...environment, network: network.of('server') },
    client: { ...environment, network: network.of('client') },
  };
}

/** A run of the client suite with this project's own client, on a simulated network. */
export function suiteWithOwnClient(
  options: Partial<ClientSuiteOptions> = {},
  profile?: ClientProfile,
): Promise<ClientSuiteReport> {
  const { time, server, client } = suiteHosts();
  return time.run(
    clientSuite({
      ...server,
      client: calledClient((place) => useObject(place, client, profile), { takesLevel: true }),
      addresses: ['10.0.0.2'],
      limit: 900_000,
      seed: 1,
      ...options,
    }),
  );
}
