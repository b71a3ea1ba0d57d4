import { afterEach, describe, expect, test } from 'vitest';
import { DcomClient } from '../../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import type { Endpoint } from '../../../src/net/channel.js';
import type { DcomServer } from '../../../src/server/server.js';
import { authentication, CLSID, IID_IUnknown, serve } from '../../support/live.js';

describe('what a client keeps of a server', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  const clientOf = ({ address: host, port }: Endpoint, password?: string): DcomClient => {
    const { credentials, random } = authentication(password === undefined ? {} : { password });
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const client = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }) });
    open.push(client);
    return client;
  };
  const restart = async (server: DcomServer): Promise<DcomServer> => {
    const { address, port } = server.address;
    await server.close();
    return serve({ listen: `${address}:${port}` });
  };

  test('ends with the connection: a server that was started anew is connected to anew', async () => {
    const before = await serve();
    const client = clientOf(before.address);
    await client.activate(CLSID, IID_IUnknown);
    const after = await restart(before);
    open.push(after);
    await expect.poll(() => client.exporters).toBe(0);
    const found = await client.activate(CLSID, IID_IUnknown);
    expect(after.objects).toBe(1);
    expect(client.exporters).toBe(1);
    await found.release();
    expect(after.objects).toBe(0);
  });

  test('is not a connection that could not be authenticated: a later attempt is told the same', async () => {
    const server = await serve();
    open.push(server);
    const client = clientOf(server.address, 'wrong');
    const attempt = async () => (await client.activation({ clsid: CLSID, iids: [IID_IUnknown] })).outcome;
    const first = await attempt();
    expect(first.accepted).toBe(false);
    // The server closes after the fault; what comes before that meets the end of the connection.
    await expect.poll(attempt).toEqual(first);
  });
});
