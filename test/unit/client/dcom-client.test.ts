import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DcomClient, type DcomClientOptions, Refused } from '../../../src/client/dcom-client.js';
import { MethodCallRefused } from '../../../src/client/may-call.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import type { ClientStep } from '../../../src/client/steps.js';
import { IID_IRemoteSCMActivator } from '../../../src/codec/dcom/index.js';
import { GetTypeInfoCount, IDispatch } from '../../../src/codec/oaut/index.js';
import { uuidToBytes } from '../../../src/codec/uuid.js';
import { changedNetwork, type Network, SOCKETS } from '../../../src/net/network.js';
import { CLASSES } from '../../../src/server/classes/index.js';
import type { DcomServer } from '../../../src/server/server.js';
import { authentication, CLSID, IID_IDispatch, IID_IUnknown, serve } from '../../support/live.js';

const NOBODY = '11111111-2222-4333-8444-555555555555';

/** TCP, with every octet that is sent passing through. */
const through = (change: (bytes: Buffer) => Buffer): Network =>
  changedNetwork(SOCKETS, {
    connect: async (next, ...how) => {
      const channel = await next(...how);
      return {
        local: channel.local,
        remote: channel.remote,
        send: (bytes) => channel.send(change(Buffer.from(bytes))),
        end: () => channel.end(),
        destroy: () => channel.destroy(),
      };
    },
  });

describe('a DCOM client', () => {
  let server: DcomServer;
  const clients: DcomClient[] = [];
  beforeEach(async () => {
    server = await serve({ classes: [CLASSES.mmc20] });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await server.close();
  });

  function create(options: Partial<DcomClientOptions> = {}): DcomClient {
    const { credentials, random } = authentication({});
    const { address: host, port } = server.address;
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const client = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }), ...options });
    clients.push(client);
    return client;
  }

  test('draws random octets by itself where none are given, other ones for each client', async () => {
    const { credentials } = authentication({});
    const { address: host, port } = server.address;
    const sent: string[] = [];
    for (let n = 0; n < 2; n++) {
      const octets = (from: 'client' | 'server', bytes: Uint8Array) =>
        void (from === 'client' && sent.push(Buffer.from(bytes).toString('hex')));
      const profile = CLIENT_PROFILES['windows-2023-03'];
      const client = new DcomClient({ host, port, profile, octets, ...(credentials && { credentials }) });
      clients.push(client);
      await client.activate(CLSID, IID_IDispatch);
    }
    expect(server.activations).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(sent.slice(0, sent.length / 2)).not.toEqual(sent.slice(sent.length / 2));
  });

  test('falls back to IActivation where the server does not know IRemoteSCMActivator', async () => {
    const [known, unknown] = [uuidToBytes(IID_IRemoteSCMActivator), uuidToBytes(NOBODY)];
    const network = through((bytes) => {
      const at = bytes.indexOf(known);
      if (at >= 0 && bytes[2] === 11) unknown.copy(bytes, at);
      return bytes;
    });
    await create({ network }).activate(CLSID, IID_IDispatch);
    expect(server.activations).toMatchObject([{ method: 'RemoteActivation', outcome: 'accepted' }]);
  });

  test('a client that has no fallback is refused in the bind', async () => {
    const network = through((bytes) => {
      const at = bytes.indexOf(uuidToBytes(IID_IRemoteSCMActivator));
      if (at >= 0 && bytes[2] === 11) uuidToBytes(NOBODY).copy(bytes, at);
      return bytes;
    });
    const { outcome } = await create({ network, profile: CLIENT_PROFILES.impacket }).activation({
      clsid: CLSID,
      iids: [IID_IDispatch],
    });
    expect(outcome).toMatchObject({ accepted: false, refusedBy: 'bind' });
  });

  test('resolves the OXID of a reference that it was handed by somebody else, and keeps what it found', async () => {
    const first = await create().activation({ clsid: CLSID, iids: [IID_IDispatch] });
    const objref = first.reply?.interfaces[0]?.objref;
    if (!objref || !('std' in objref)) throw new Error('no reference');
    const other = create();
    const here = await other.unmarshal(objref);
    const again = await other.unmarshal(objref);
    expect(other.exporters).toBe(1);
    expect(await here.call(IDispatch, GetTypeInfoCount, {})).toMatchObject({ ReturnValue: 0 });
    expect(again.exporter).toBe(here.exporter);
  });

  test('an OXID that nobody knows is refused by the resolver', async () => {
    const { reply } = await create().activation({ clsid: CLSID, iids: [IID_IDispatch] });
    const objref = reply?.interfaces[0]?.objref;
    if (!objref || !('std' in objref)) throw new Error('no reference');
    const wrong = { ...objref, std: { ...objref.std, oxid: 0x1234n } };
    const client = create();
    await expect(client.unmarshal(wrong)).rejects.toBeInstanceOf(Refused);
    expect(client.exporters).toBe(0);
  });

  test('tells of each step: what came of it, and which endpoints were tried', async () => {
    const told: unknown[] = [];
    const onStep = ({ step, outcome, tried }: ClientStep) => {
      told.push([step, outcome.text, ...tried.map(({ host, port }) => `${host}:${port}`)]);
    };
    const here = `${server.address.address}:${server.address.port}`;
    const exporter = `127.0.0.1:${server.exporter.port}`;
    const { reply } = await create({ onStep }).activation({ clsid: CLSID, iids: [IID_IDispatch] });
    expect(told.splice(0)).toEqual([['activation', 'accepted', here]]);
    const objref = reply?.interfaces[0]?.objref;
    if (!objref || !('std' in objref)) throw new Error('no reference');

    await create({ onStep }).unmarshal(objref);
    expect(told.splice(0)).toEqual([
      ['resolution', 'accepted', here],
      ['exporter', 'accepted', exporter],
    ]);

    const stringBindings = ['127.0.0.1[1]', '127.0.0.2[1]'].map((aNetworkAddr) => ({ wTowerId: 7, aNetworkAddr }));
    const lost = { ...objref, saResAddr: { stringBindings, securityBindings: [] } };
    await expect(create({ onStep }).unmarshal(lost)).rejects.toThrow(/none of 2 endpoints/);
    expect(told.splice(0)).toEqual([
      ['resolution', expect.stringContaining('cannot connect to 127.0.0.2:1'), '127.0.0.1:1', '127.0.0.2:1'],
    ]);

    const unknown = { ...objref, std: { ...objref.std, oxid: 0x1234n } };
    await expect(create({ onStep }).unmarshal(unknown)).rejects.toBeInstanceOf(Refused);
    expect(told).toEqual([['resolution', expect.stringContaining('OR_INVALID_OXID'), here]]);
  });

  test('a reference without references of its own is given some', async () => {
    const { reply } = await create().activation({ clsid: CLSID, iids: [IID_IDispatch] });
    const objref = reply?.interfaces[0]?.objref;
    if (!objref || !('std' in objref)) throw new Error('no reference');
    const object = await create().unmarshal({ ...objref, std: { ...objref.std, cPublicRefs: 0 } });
    expect(object.references).toBe(5);
    await object.release();
    expect(server.objects).toBe(1);
  });

  test('a reference of a form that has no interface is refused', async () => {
    const custom = {
      flags: 4,
      iid: IID_IUnknown,
      clsid: CLSID,
      cbExtension: 0,
      reserved: 0,
      pObjectData: Buffer.alloc(0),
    };
    await expect(create().unmarshal(custom as never)).rejects.toBeInstanceOf(Refused);
  });

  test('references add up, and are given back in one call', async () => {
    const object = await create().activate(CLSID, IID_IDispatch);
    await object.addRef(3);
    expect(object.references).toBe(8);
    await object.release();
    expect([object.references, server.objects]).toEqual([0, 0]);
  });

  test('several interfaces are asked for in one call, and each has its own answer', async () => {
    const object = await create().activate(CLSID, IID_IDispatch);
    const [unknown, nobody] = await object.queryInterfaces([IID_IUnknown, NOBODY]);
    expect(unknown).toMatchObject({ iid: IID_IUnknown, references: 5 });
    expect(nobody).toBeInstanceOf(Refused);
    expect((nobody as Refused).outcome.text).toBe('E_NOINTERFACE (0x80004002)');
    await expect(object.queryInterface(NOBODY)).rejects.toBeInstanceOf(Refused);
  });

  test('a method of an object elsewhere is not called: nothing is sent, and queries and releases still are', async () => {
    let elsewhere = false;
    let sent = 0;
    const network = changedNetwork(SOCKETS, {
      connect: async (next, target, ...how) => {
        const channel = await next(target, ...how);
        return {
          local: channel.local,
          get remote() {
            return elsewhere ? { address: '192.0.2.1', port: target.port } : channel.remote;
          },
          send: (bytes) => {
            sent++;
            channel.send(bytes);
          },
          end: () => channel.end(),
          destroy: () => channel.destroy(),
        };
      },
    });
    const object = await create({ network }).activate(CLSID, IID_IDispatch);
    elsewhere = true;
    const before = sent;
    await expect(object.call(IDispatch, GetTypeInfoCount, {})).rejects.toBeInstanceOf(MethodCallRefused);
    expect(sent).toBe(before);
    await (await object.queryInterface(IID_IUnknown)).release();
    await object.release();
    expect(server.objects).toBe(0);
  });

  test('identifiers may be in capitals', async () => {
    const object = await create().activate(CLSID.toUpperCase(), IID_IDispatch.toUpperCase());
    await (await object.queryInterface(IID_IUnknown.toUpperCase())).release();
    await object.release();
    expect(server.objects).toBe(0);
  });

  test('a host that does not answer is an outcome of the transport', async () => {
    const { port } = server.address;
    await server.close();
    const { outcome } = await create({ port }).activation({ clsid: CLSID, iids: [IID_IDispatch] });
    expect(outcome).toMatchObject({ accepted: false, refusedBy: 'transport' });
    server = await serve();
  });
});
