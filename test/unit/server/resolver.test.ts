import { afterEach, describe, expect, test } from 'vitest';
import {
  bindingsOf,
  IObjectExporter,
  ResolveOxid,
  ResolveOxid2,
  ServerAlive,
  ServerAlive2,
} from '../../../src/codec/dcom/index.js';
import { activates, bind, LEVEL, PHASES, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server.close());

const REQUEST = { arRequestedProtseqs: [7] };

describe('the object resolver', () => {
  test.each(PHASES)('answers ServerAlive and ServerAlive2 without authentication as of %s', async (asOf) => {
    server = await serve({ asOf, registry: { RequireIntegrityActivationAuthenticationLevel: 1 } });
    const { call, connection } = await bind(server.address, IObjectExporter, { level: LEVEL.NONE });
    expect(await call(ServerAlive, {})).toEqual({ ReturnValue: 0 });
    const alive = await call(ServerAlive2, {});
    expect(alive).toMatchObject({ pComVersion: { MajorVersion: 5, MinorVersion: 7 }, ReturnValue: 0 });
    expect(alive.ppdsaOrBindings === null ? null : bindingsOf(alive.ppdsaOrBindings)).toEqual({
      stringBindings: ['HARNESS', '127.0.0.1'].map((host) => ({
        wTowerId: 7,
        aNetworkAddr: `${host}[${server.address.port}]`,
      })),
      securityBindings: [
        { wAuthnSvc: 9, aPrincName: '' },
        { wAuthnSvc: 10, aPrincName: '' },
      ],
    });
    expect([server.activations, server.events]).toEqual([[], []]);
    connection.close();
  });

  test.each([LEVEL.CONNECT, LEVEL.PKT, LEVEL.PKT_INTEGRITY, LEVEL.PKT_PRIVACY])(
    'resolves the OXID of an activation at level %i: the hardening does not cover it',
    async (level) => {
      server = await serve({ asOf: '2023-03-14', registry: { LegacyAuthenticationLevel: 3 } });
      const { reply } = await activates(server);
      const pOxid = reply?.oxid as bigint;
      const { call, connection } = await bind(server.address, IObjectExporter, { level });
      const one = await call(ResolveOxid, { pOxid, ...REQUEST });
      const two = await call(ResolveOxid2, { pOxid, ...REQUEST });
      expect(one.ppdsaOxidBindings === null ? null : bindingsOf(one.ppdsaOxidBindings)?.stringBindings).toEqual([
        { wTowerId: 7, aNetworkAddr: `HARNESS[${server.exporter.port}]` },
        { wTowerId: 7, aNetworkAddr: `127.0.0.1[${server.exporter.port}]` },
      ]);
      expect(one).toMatchObject({ pipidRemUnknown: reply?.ipidRemUnknown, pAuthnHint: 3, ReturnValue: 0 });
      expect(two).toEqual({ ...one, pComVersion: { MajorVersion: 5, MinorVersion: 7 } });
      expect(server.events).toEqual([]);
      connection.close();
    },
  );

  test('answers OR_INVALID_OXID for an OXID that is not its own', async () => {
    server = await serve();
    const { call, connection } = await bind(server.address, IObjectExporter);
    const nothing = { ppdsaOxidBindings: null, pipidRemUnknown: '00000000-0000-0000-0000-000000000000', pAuthnHint: 0 };
    expect(await call(ResolveOxid, { pOxid: 1n, ...REQUEST })).toEqual({ ...nothing, ReturnValue: 0x776 });
    expect(await call(ResolveOxid2, { pOxid: 1n, ...REQUEST })).toMatchObject({ ...nothing, ReturnValue: 0x776 });
    connection.close();
  });
});
