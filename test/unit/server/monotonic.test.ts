import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ComplexPing, IObjectExporter, SimplePing } from '../../../src/codec/dcom/index.js';
import { encodePdu } from '../../../src/codec/rpce/index.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { element } from '../../support/associations.js';
import { activates, bind, serve } from '../../support/live.js';
import { bindPdu } from '../../support/raw-server.js';

const DAY = 86_400_000;
const MINUTE = 60_000;

let server: Awaited<ReturnType<typeof serve>>;
/** What the machine's time is set to, and what has passed. */
let time = 0;
let passed = 0;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const start = async (options: ServerOptions = {}): Promise<void> => {
  time = Date.parse('2026-01-01');
  passed = 0;
  server = await serve({ clock: () => time + passed, monotonic: () => passed, ...options });
};

const pass = (milliseconds: number): void => {
  passed += milliseconds;
  server.tick();
};

/** A connection that the server knows of. */
async function dial(): Promise<Socket> {
  const { address: host, port } = server.address;
  const socket = connect({ host, port });
  sockets.push(socket);
  await once(socket, 'connect');
  socket.resume();
  return socket;
}

const bound = encodePdu(bindPdu([element(0)]));

/** Once the server has taken what was sent on one connection, it has taken what was sent before on others. */
async function taken(): Promise<void> {
  const socket = await dial();
  socket.write(bound);
  await once(socket, 'data');
  socket.destroy();
}

describe.each([
  ['a day forward', DAY],
  ['a day back', -DAY],
])('the machine’s time is set %s', (_how, jump) => {
  test('a handshake has the time that it had, and no more', async () => {
    await start({ limits: { handshakeMilliseconds: 5_000 } });
    const socket = await dial();
    await taken();
    time += jump;
    pass(5_000);
    await taken();
    expect(socket.closed).toBe(false);
    pass(1);
    await once(socket, 'close');
  });

  test('so has half a PDU', async () => {
    await start({ limits: { handshakeMilliseconds: 1e9, fragmentMilliseconds: 30_000 } });
    const socket = await dial();
    socket.write(bound.subarray(0, 40));
    await taken();
    time += jump;
    pass(30_000);
    await taken();
    expect(socket.closed).toBe(false);
    pass(1);
    await once(socket, 'close');
  });

  test('an idle connection of a crowded server has its five minutes', async () => {
    await start({ maxConnections: 2, limits: { handshakeMilliseconds: 1e9 } });
    const socket = await dial();
    socket.write(bound);
    await once(socket, 'data');
    const other = connect({ host: '127.0.0.1', port: server.address.port, localAddress: '127.0.0.2' });
    sockets.push(other);
    other.write(bound);
    await once(other, 'data');
    time += jump;
    pass(300_000);
    other.write(encodePdu({ ...bindPdu([element(0)], { call_id: 2 }), PTYPE: 'alter_context' }));
    await once(other, 'data');
    expect(socket.closed).toBe(false);
    pass(1);
    await once(socket, 'close');
    expect(other.closed).toBe(false);
  });

  test('an object that is pinged lives for six minutes after the last ping, and one that is not, for eight', async () => {
    await start();
    const { reply } = await activates(server);
    const objref = reply?.interfaces[0]?.objref;
    if (!objref || !('std' in objref)) throw new Error('no object');
    await activates(server);
    const { call, connection } = await bind(server.address, IObjectExporter);
    const AddToSet = [objref.std.oid];
    const made = await call(ComplexPing, { pSetId: 0n, SequenceNum: 1, AddToSet, DelFromSet: null });
    time += jump;
    pass(5 * MINUTE);
    expect(await call(SimplePing, { pSetId: made.pSetId })).toEqual({ ReturnValue: 0 });
    pass(3 * MINUTE - 1);
    expect(server.objects).toBe(2);
    pass(10_001);
    expect(server.objects).toBe(1);
    pass(3 * MINUTE);
    expect(server.objects).toBe(0);
    connection.close();
  });
});
