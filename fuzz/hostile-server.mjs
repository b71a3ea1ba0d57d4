// The whole client against a server whose octets are changed on the way: whatever comes, each of its calls ends, with
// an error of a kind that it documents, in simulated time.
import { strict as assert } from 'node:assert';
import { DcomClient } from '../dist/client/dcom-client.js';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import { IDispatch } from '../dist/codec/oaut/index.js';
import { changedNetwork } from '../dist/net/network.js';
import { SimulatedNetwork, VirtualTime } from '../dist/net/simulation/index.js';
import { Secret } from '../dist/security/index.js';
import { startServer } from '../dist/server/server.js';
import { NOW } from './conversations.mjs';
import { mutate } from './mutate.mjs';
import { counting } from './random.mjs';

const CLSID = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const IID_IUnknown = '00000000-0000-0000-c000-000000000046';
const KINDS = [
  'ProtocolError',
  'Refused',
  'RpcFault',
  'BindRejected',
  'ContextRejected',
  'TransportError',
  'SecurityError',
  'CodecError',
];
const GetTypeInfoCount = [...IDispatch.operations.values()][0];

/** What a client makes of what a connection brings: from some PDU on, each is changed. */
const hostile = (network, random) => {
  let clean = random.below(12);
  const change = (octets) => (clean-- > 0 ? [octets] : mutate([octets], random, [octets]));
  return changedNetwork(network, {
    connect: (next, target, accept, timeout) =>
      next(
        target,
        (channel) => {
          const events = accept(channel);
          return {
            ...events,
            data: (octets) => {
              for (const piece of change(octets)) events.data(piece);
            },
            closed: (error) => events.closed(error),
          };
        },
        timeout,
      ),
  });
};

/** Activates, asks for interfaces, calls, adds references, pings and releases. */
async function session(client, count) {
  const step = async (name, work) => {
    try {
      const result = await work();
      count(`${name} answered`);
      return result;
    } catch (error) {
      assert.ok(KINDS.includes(error.name), `${name}: ${error.stack}`);
      count(`${name}: ${error.name}`);
      return undefined;
    }
  };
  const object = await step('activate', () => client.activate(CLSID, IDispatch.uuid));
  if (object !== undefined) {
    await step('query', () => object.queryInterface(IID_IUnknown));
    await step('call', () => object.call(IDispatch, GetTypeInfoCount, {}));
    await step('add references', () => object.addRef());
    await step('release', () => object.release());
  }
  await step('activate again', () => client.activate(CLSID, IDispatch.uuid));
  await step('close', () => client.close());
}

export async function hostileServer(random, { count }) {
  const time = new VirtualTime({ start: NOW });
  const network = new SimulatedNetwork({ time });
  network.addHost('server', ['10.0.0.1']);
  network.addHost('client', ['10.0.0.2']);
  const shared = { timers: time, clock: time.now, monotonic: time.monotonic };
  await time.run(
    (async () => {
      const server = await startServer({
        ...{ ...shared, network: network.of('server'), listen: '10.0.0.1:135', random: counting(3) },
        accounts: ['LAB\\op:password'],
      });
      const client = new DcomClient({
        ...{ ...shared, network: hostile(network.of('client'), random), random: counting(random.next()) },
        ...{
          host: '10.0.0.1',
          profile: random.pick(Object.values(CLIENT_PROFILES)),
          level: random.pick([1, 2, 4, 5, 6]),
        },
        credentials: { domain: 'LAB', user: 'op', secret: Secret.password('password') },
      });
      try {
        await session(client, count);
      } finally {
        await server.close();
      }
    })(),
  );
}
