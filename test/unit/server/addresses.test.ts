import { afterEach, describe, expect, test } from 'vitest';
import {
  bindingsOf,
  type DUALSTRINGARRAY,
  IObjectExporter,
  ResolveOxid2,
  ServerAlive2,
} from '../../../src/codec/dcom/index.js';
import type { AddressOptions } from '../../../src/server/objects/bindings.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { activates, bind, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server.close());

const hostsOf = (array: DUALSTRINGARRAY | null | undefined): string[] =>
  array === null || array === undefined ? [] : bindingsOf(array).stringBindings.map(({ aNetworkAddr }) => aNetworkAddr);

/** The bindings that a server gives in its four places. */
async function everywhere(addresses: AddressOptions, listen = '127.0.0.1:0', dcom: ServerOptions['dcom'] = {}) {
  server = await serve({ addresses, listen, dcom });
  const { reply } = await activates(server);
  const { call, connection } = await bind(server.address, IObjectExporter);
  const alive = await call(ServerAlive2, {});
  const resolved = await call(ResolveOxid2, { pOxid: reply?.oxid ?? 0n, arRequestedProtseqs: [7] });
  connection.close();
  const objref = reply?.interfaces[0]?.objref;
  return {
    security: bindingsOf(alive.ppdsaOrBindings as DUALSTRINGARRAY).securityBindings,
    resolver: [hostsOf(alive.ppdsaOrBindings), hostsOf(objref && 'saResAddr' in objref ? objref.saResAddr : null)],
    exporter: [hostsOf(reply?.bindings), hostsOf(resolved.ppdsaOxidBindings)],
  };
}

describe('the addresses of a server: [MS-DCOM] 2.2.19', () => {
  test('a dead one first, a name, IPv4 and IPv6, in this order, in every place', async () => {
    const hosts = ['192.0.2.1', 'dcom-lab', '127.0.0.1', '::1'];
    const { resolver, exporter } = await everywhere({ hosts, resolverPort: 135 });
    expect(resolver).toEqual([hosts, hosts]);
    const withPort = hosts.map((host) => `${host}[${server.exporter.port}]`);
    expect(exporter).toEqual([withPort, withPort]);
  });

  test('behind a NAT other ports and another address than those it listens on', async () => {
    const { resolver, exporter } = await everywhere({
      hosts: ['198.51.100.7'],
      exporterPort: 60_000,
      resolverPort: 135,
    });
    expect(resolver[0]).toEqual(['198.51.100.7']);
    expect(exporter).toEqual([['198.51.100.7[60000]'], ['198.51.100.7[60000]']]);
  });

  test('the computer’s name, then the address that the client reached, where nothing is said, as Windows has it', async () => {
    const { resolver, exporter } = await everywhere({ resolverPort: 135 });
    expect(resolver).toEqual([
      ['HARNESS', '127.0.0.1'],
      ['HARNESS', '127.0.0.1'],
    ]);
    const withPort = ['HARNESS', '127.0.0.1'].map((host) => `${host}[${server.exporter.port}]`);
    expect(exporter).toEqual([withPort, withPort]);
  });

  test('the address alone, where the options ask for it; a resolver elsewhere than on 135 says so', async () => {
    const { resolver, exporter } = await everywhere({}, '127.0.0.1:0', { stringBindings: 'address' });
    expect(resolver[0]).toEqual([`127.0.0.1[${server.address.port}]`]);
    expect(exporter[0]).toEqual([`127.0.0.1[${server.exporter.port}]`]);
  });

  test('reached over IPv6', async () => {
    const { exporter } = await everywhere({}, '[::1]:0');
    expect(exporter[0]).toEqual([`HARNESS[${server.exporter.port}]`, `::1[${server.exporter.port}]`]);
  });

  test('security services and principals as they are given', async () => {
    const { security } = await everywhere({ securityServices: [10, 16, 9], principal: 'RPCSS/dcom-lab' });
    expect(security).toEqual([10, 16, 9].map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: 'RPCSS/dcom-lab' })));
  });
});
