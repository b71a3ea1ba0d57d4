import { afterEach, describe, expect, test } from 'vitest';
import { extraInterface } from '../../../src/cli/serve/extra-interface.js';
import { RemRelease } from '../../../src/codec/dcom/index.js';
import { ept, ept_map, packTower } from '../../../src/codec/epm/index.js';
import { NULL_CONTEXT_HANDLE } from '../../../src/codec/ndr/index.js';
import { NDR20_SYNTAX } from '../../../src/codec/rpce/index.js';
import { RPC_PROFILES } from '../../../src/rpc/index.js';
import { CLASSES } from '../../../src/server/classes/index.js';
import type { Service } from '../../../src/server/endpoint/service.js';
import { activates, bind, faultOf, LEVEL, orpcthis, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server?.close());

const NETLOGON = '12345678-1234-abcd-ef00-01234567cffb';

describe('an interface of other software of the machine', () => {
  test('is bound to and in the endpoint map, by its version, and answers every operation by nca_s_op_rng_error', async () => {
    server = await serve({ services: [extraInterface(`${NETLOGON.toUpperCase()}:1.0`) as Service] });
    const bound = await bind(server.address, { uuid: NETLOGON, version: { major: 1, minor: 0 } });
    for (const opnum of [0, 4, 65535])
      expect((await faultOf(bound.raw(opnum, Buffer.alloc(8)))).status).toBe(0x1c010002);
    bound.connection.close();
    const newer = bind(server.address, { uuid: NETLOGON, version: { major: 2, minor: 0 } });
    await expect(newer).rejects.toMatchObject({ name: 'ContextRejected' });
    const mapper = await bind(server.address, ept, { level: LEVEL.NONE });
    const { ITowers } = await mapper.call(ept_map, {
      obj: null,
      map_tower: packTower({
        interface: { uuid: NETLOGON, major: 1, minor: 0 },
        transferSyntax: { uuid: NDR20_SYNTAX.uuid, major: 2, minor: 0 },
        protseq: 'ncacn_ip_tcp',
        address: '0.0.0.0',
        endpoint: '0',
      }),
      entry_handle: NULL_CONTEXT_HANDLE,
      max_towers: 4,
    });
    expect(ITowers).toHaveLength(1);
    mapper.connection.close();
  });

  test.each(['netlogon', `${NETLOGON}`, `${NETLOGON}:x`, `${NETLOGON}:70000`, '1234:1.0'])('%s is none', (text) => {
    expect(() => extraInterface(text)).toThrow(/rpcecho or UUID:MAJOR.MINOR/);
  });

  test('rpcecho is one by its name', () => expect(extraInterface('rpcecho')).toBe('rpcecho'));
});

test('EventSystem has IEventSystem, by which impacket activates it', async () => {
  server = await serve({ classes: [CLASSES.eventsystem], profile: RPC_PROFILES['windows-server-2022'] });
  const iid = '4e14fb9f-2e22-11d1-9964-00c04fbbb345';
  const { reply } = await activates(server, { clsid: CLASSES.eventsystem.clsid as string, iids: [iid] });
  const objref = reply?.interfaces[0]?.objref;
  const ipid = objref && 'std' in objref ? objref.std.ipid : '';
  const { raw, connection } = await bind(server.exporter, { uuid: iid, version: { major: 0, minor: 0 } });
  const stub = RemRelease.request.encode({ ORPCthis: orpcthis(), InterfaceRefs: [] });
  // Query, opnum 7, which nobody has written.
  expect((await faultOf(raw(7, stub, ipid))).status).toBe(0x80004001);
  connection.close();
});
