import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DcomClient, type DcomClientOptions } from '../../../src/client/dcom-client.js';
import {
  assertMayCall,
  assertMayCallHost,
  type MethodCall,
  MethodCallRefused,
  networkCallingBack,
} from '../../../src/client/may-call.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { OptionError } from '../../../src/codec/input-error.js';
import { IDispatch } from '../../../src/codec/oaut/index.js';
import { IOPCItemIO, IOPCServer, IOPCSyncIO } from '../../../src/codec/opc/index.js';
import * as wmi from '../../../src/codec/wmi/index.js';
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

  test.each([
    ['a query', wmi.IWbemServices, wmi.ExecQuery],
    ['an object of WMI', wmi.IWbemServices, wmi.GetObject],
    ['the state of an OPC server', IOPCServer, IOPCServer.methods.GetStatus],
    ['a value of an item', IOPCSyncIO, IOPCSyncIO.methods.Read],
  ])('ask anywhere what changes nothing: %s', (_what, definition, operation) => {
    const remote = { address: '10.0.0.2', port: 135 };
    expect(() => assertMayCall(remote, SOCKETS, { definition, operation })).not.toThrow();
  });

  const changing = [...wmi.IWbemServices.operations.values()].filter(({ name }) => /Put|Delete|Method/.test(name));
  test.each<[string, MethodCall['definition'], MethodCall['operation']]>([
    ...changing.map(
      (operation) =>
        [operation.name, wmi.IWbemServices, operation] as [string, typeof wmi.IWbemServices, typeof operation],
    ),
    ['a value that is written', IOPCSyncIO, IOPCSyncIO.methods.Write],
    ['the same without a group', IOPCItemIO, IOPCItemIO.methods.WriteVQT],
    ['opnum of a query, at another interface', IDispatch, wmi.ExecQuery],
    [
      'opnum of a method under the name of a query',
      wmi.IWbemServices,
      { ...wmi.ExecMethod, name: 'ExecQuery' } as MethodCall['operation'],
    ],
    ...[...IDispatch.operations.values()].map(
      (operation) =>
        [`IDispatch::${operation.name}`, IDispatch, operation] as [string, typeof IDispatch, typeof operation],
    ),
  ])('do nothing elsewhere: %s', (_what, definition, operation) => {
    const remote = { address: '10.0.0.2', port: 135 };
    expect(() => assertMayCall(remote, SOCKETS, { definition, operation })).toThrow(MethodCallRefused);
    expect(() => assertMayCall({ ...remote, address: '127.0.0.1' }, SOCKETS, { definition, operation })).not.toThrow();
  });

  test('of a client that handed its object over are called at its own address and nowhere else', () => {
    const network = networkCallingBack(SOCKETS, '10.0.0.2');
    expect(calls('10.0.0.2', network)).not.toThrow();
    expect(calls('10.0.0.3', network)).toThrow(MethodCallRefused);
    expect(calls('10.0.0.2', { ...network })).toThrow(MethodCallRefused);
  });

  test('are no option of a client: nobody can name addresses beside', () => {
    const options = { host: '10.0.0.2', profile: CLIENT_PROFILES.impacket, callable: ['10.0.0.2'] };
    expect(() => new DcomClient(options as DcomClientOptions)).toThrow(OptionError);
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
  expect(naming('networkCallingBack(')).toEqual(['client/may-call.ts', 'server/objects/callbacks.ts']);
});
