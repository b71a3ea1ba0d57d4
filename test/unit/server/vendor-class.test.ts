import { expect, test } from 'vitest';
import { type dcom, oaut } from '../../../src/api/codec.js';
import { activate, automationClass, type DcomServer, Secret, startServer } from '../../../src/index.js';
import { bind, orpcthis } from '../../support/live.js';

const CLSID = '6bc0989b-0ce6-11d1-baae-00c04fc2e20d';

test('a vendor adds a class of its own, and reads back what its client did', async () => {
  const tags: Record<string, unknown> = {};
  const gateway = automationClass(CLSID, 'Vendor.Gateway', () => ({
    WriteTag: {
      parameters: [
        { name: 'Name', type: 'string' },
        { name: 'Value', type: 'number' },
      ],
      invoke: (call, name, value) => {
        tags[String(name)] = value;
        call.record({ member: 'WriteTag', arguments: [name, value] });
        return Object.keys(tags).length;
      },
    },
  }));
  const server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:Pässw0rd'], classes: [gateway] });

  expect(await runMyClient(server)).toBe(1);
  expect(tags).toEqual({ Boiler: 21.5 });
  expect(server.activations).toMatchObject([{ clsid: CLSID, level: 5, outcome: 'accepted' }]);
  expect(server.invocations).toMatchObject([
    { object: 'Vendor.Gateway', member: 'WriteTag', arguments: ['Boiler', 21.5], identity: { user: 'op' }, level: 5 },
  ]);
  expect(server.refusedCalls).toEqual([]);
  await server.close();
});

/** Stands for the program under test: activates the class and calls WriteTag('Boiler', 21.5). */
async function runMyClient(server: DcomServer): Promise<unknown> {
  const { address: host, port } = server.address;
  const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('Pässw0rd') };
  const authentication = { authType: 10, level: 5, target: `RPCSS/${host}`, random: Buffer.alloc, credentials };
  const iids = [oaut.IID_IDispatch];
  const { reply } = await activate({ host, port, clsid: CLSID, iids, authentication });
  const ipid = ipidOf(reply?.interfaces[0]?.objref);
  const { call, connection } = await bind(server.exporter, oaut.IDispatch, { password: 'Pässw0rd' });
  const names = { riid: '00000000-0000-0000-0000-000000000000', rgszNames: ['WriteTag'], lcid: 0 };
  const { rgDispId } = await call(oaut.GetIDsOfNames, { ORPCthis: orpcthis(), ...names }, ipid);
  const dispIdMember = rgDispId[0] ?? -1;
  const request = oaut.invokeRequest({ ORPCthis: orpcthis(), dispIdMember, args: ['Boiler', 21.5] });
  const { pVarResult } = await call(oaut.Invoke, request, ipid);
  connection.close();
  return oaut.fromVariant(pVarResult);
}

const ipidOf = (pointer: dcom.InterfacePointer | null | undefined): string =>
  pointer && 'std' in pointer ? pointer.std.ipid : '';
