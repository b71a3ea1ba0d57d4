import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assertMayCall, assertMayCallHost, MethodCallRefused } from '../../../src/client/may-call.js';
import { changedNetwork, type Network, SOCKETS } from '../../../src/net/network.js';
import { SimulatedNetwork, VirtualTime } from '../../../src/net/simulation/index.js';

const LOOPBACK = ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'];
const ELSEWHERE = ['10.0.0.2', '192.168.1.1', '8.8.8.8', 'fe80::1', '2001:db8::1', '128.0.0.1', '0.0.0.0'];

const simulation = (): SimulatedNetwork => {
  const network = new SimulatedNetwork({ time: new VirtualTime({ start: 0 }) });
  network.addHost('server', ['10.0.0.2']);
  return network;
};
const calls = (address: string, network: Network) => () => assertMayCall({ address, port: 135 }, network);

describe('methods of objects', () => {
  test.each(LOOPBACK)('are called on this machine: %s', (address) => {
    expect(calls(address, SOCKETS)).not.toThrow();
  });

  test.each(ELSEWHERE)('are not called by sockets elsewhere: %s', (address) => {
    expect(calls(address, SOCKETS)).toThrow(MethodCallRefused);
  });

  test('are called on hosts of a simulated network, by whatever leads over it', () => {
    const network = simulation();
    const over = changedNetwork(network.of('server'), { connect: (next, ...how) => next(...how) });
    for (const each of [network, network.of('server'), over, changedNetwork(over, {})])
      for (const address of ELSEWHERE) expect(calls(address, each)).not.toThrow();
  });

  test.each<[string, () => Network]>([
    ['a network that says so of itself', () => ({ ...SOCKETS, simulated: true }) as Network],
    [
      'the sockets, with the look of a simulation',
      () => Object.assign(Object.create(simulation()), SOCKETS) as Network,
    ],
    ['a copy of a simulated network that connects by sockets', () => ({ ...simulation().of('server'), ...SOCKETS })],
    ['sockets by way of something else', () => changedNetwork(SOCKETS, {})],
  ])('ask the network whether it is simulated: %s is not', (_, network) => {
    expect(calls('10.0.0.2', network())).toThrow(MethodCallRefused);
  });

  test('are not called on a host by name before it is known where it leads', async () => {
    await expect(assertMayCallHost('127.0.0.1')).resolves.toBeUndefined();
    await expect(assertMayCallHost('10.0.0.2')).rejects.toThrow(MethodCallRefused);
    await expect(assertMayCallHost('::1')).resolves.toBeUndefined();
  });
});

test('nothing but the simulation declares a network simulated, and the rule stands in one place', () => {
  const src = join(import.meta.dirname, '../../../src');
  const naming = (word: string): string[] =>
    (readdirSync(src, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts') && readFileSync(join(src, file), 'utf8').includes(word))
      .sort();
  expect(naming('declareSimulated(')).toEqual(['net/network.ts', 'net/simulation/network.ts']);
  expect(naming('new MethodCallRefused(')).toEqual(['client/may-call.ts']);
});
