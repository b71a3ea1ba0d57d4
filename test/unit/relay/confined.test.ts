import { describe, expect, test } from 'vitest';
import { changedNetwork, type Network } from '../../../src/net/network.js';
import { SimulatedNetwork, VirtualTime } from '../../../src/net/simulation/index.js';
import { assertConfined, confine } from '../../../src/relay/confined.js';
import { RelayRefused, relay } from '../../../src/relay/index.js';

const ELSEWHERE = [
  '10.0.0.1',
  '192.168.1.20',
  '0.0.0.0',
  '128.0.0.1',
  '::',
  'fe80::1',
  '::ffff:10.0.0.1',
  '2001:db8::1',
];
/** Names are not looked up: what they stand for can change. */
const NAMES = ['localhost', 'server.example', '127.0.0.1.example', '', '127.1'];

describe('the relay touches loopback and simulated hosts only', () => {
  test.each(['127.0.0.1', '127.0.0.66', '127.255.255.254', '::1', '::ffff:127.0.0.1'])('%s is loopback', (host) => {
    expect(() => assertConfined(host)).not.toThrow();
  });

  test.each([...ELSEWHERE, ...NAMES])('%s is refused', (host) => {
    expect(() => assertConfined(host)).toThrow(RelayRefused);
  });

  test('the error says in one line what is allowed and what was asked for', () => {
    expect(() => assertConfined('10.0.0.1')).toThrow(
      /^the relay works on loopback addresses \(127\.0\.0\.0\/8, ::1\) and simulated hosts only, not on 10\.0\.0\.1;[^\n]+$/,
    );
  });

  test.each(['victim', 'attacker', 'server'] as const)(
    'an address elsewhere for the %s starts nothing',
    async (role) => {
      for (const host of ELSEWHERE) {
        const attempt = relay({ variant: 'connect', asOf: '2021-05', addresses: { [role]: host } });
        await expect(attempt).rejects.toThrow(RelayRefused);
      }
    },
  );

  test('neither listening nor connecting gets as far as the network', async () => {
    const asked: string[] = [];
    const network: Network = {
      listen: ({ host }) => Promise.reject(new Error(asked.push(host).toString())),
      connect: ({ host }) => Promise.reject(new Error(asked.push(host).toString())),
    };
    const confined = confine(network);
    const nothing = () => ({ data: () => undefined, closed: () => undefined });
    for (const host of [...ELSEWHERE, ...NAMES]) {
      await expect(confined.listen({ host, port: 0 }, nothing)).rejects.toThrow(RelayRefused);
      await expect(confined.connect({ host, port: 135 }, nothing, 1_000)).rejects.toThrow(RelayRefused);
    }
    expect(asked).toEqual([]);
    await expect(confined.connect({ host: '127.0.0.1', port: 135 }, nothing, 1_000)).rejects.toThrow('1');
    expect(asked).toEqual(['127.0.0.1']);
  });

  test('hosts of a simulated network may have any address', async () => {
    const asked: string[] = [];
    const refuse = ({ host }: { host: string }) => {
      asked.push(host);
      return Promise.reject(new Error('no such host'));
    };
    const simulated = new SimulatedNetwork({ time: new VirtualTime({ start: 0 }) });
    const confined = confine(changedNetwork(simulated, { connect: (_, target) => refuse(target) }));
    const nothing = () => ({ data: () => undefined, closed: () => undefined });
    await expect(confined.connect({ host: '10.0.0.1', port: 135 }, nothing, 1_000)).rejects.toThrow('no such host');
    expect(asked).toEqual(['10.0.0.1']);
  });
});
