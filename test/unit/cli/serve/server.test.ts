import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type ServerCommandOptions, startServing } from '../../../../src/cli/serve/server.js';
import { TransportError } from '../../../../src/net/error.js';
import { Heard } from '../../../support/heard.js';

const OPTIONS: ServerCommandOptions = {
  listen: '127.0.0.1:0',
  kdc: '127.0.0.1:0',
  user: [{ domain: 'LAB', user: 'op', password: 'secret' }],
  profile: 'windows-server-2022',
  allowAnonymous: false,
  logLevel: 'silent',
};
const NOBODY = { activated: () => {}, observers: [] };

/** Whether something listens on the port that the KDC said it has. */
const kdcListens = (out: Heard): Promise<boolean> =>
  new Promise((resolve) => {
    const said = out.records.find((record) => 'realm' in record) as unknown as { port: number };
    const socket = connect(said.port, '127.0.0.1');
    const tell = (listens: boolean) => (): void => {
      socket.destroy();
      resolve(listens);
    };
    socket.once('connect', tell(true)).once('error', tell(false));
  });

afterEach(() => vi.restoreAllMocks());

test('the KDC does not stay where the server cannot listen', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const listen = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const out = new Heard({ json: true });
  try {
    await expect(startServing(out, { ...OPTIONS, listen }, NOBODY)).rejects.toThrow(TransportError);
    expect(await kdcListens(out)).toBe(false);
  } finally {
    other.close();
  }
});

test('the KDC is closed with the server, also where closing the server fails', async () => {
  const out = new Heard({ json: true });
  const { server, close } = await startServing(out, OPTIONS, NOBODY);
  expect(await kdcListens(out)).toBe(true);
  const { close: closeServer } = server;
  vi.spyOn(server, 'close').mockImplementation(async () => {
    await closeServer.call(server);
    throw new Error('too late');
  });
  await expect(close()).rejects.toThrow('too late');
  expect(await kdcListens(out)).toBe(false);
});
