import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { propose } from '../../../src/client/connection.js';
import { IObjectExporter, IRemoteSCMActivator, ServerAlive2 } from '../../../src/codec/dcom/index.js';
import { decodePdu, encodePdu, type Pdu } from '../../../src/codec/rpce/index.js';
import { AddOne, rpcecho, TestSleep } from '../../../src/codec/rpcecho/index.js';
import type { Endpoint } from '../../../src/net/channel.js';
import { echoService } from '../../../src/server/endpoint/rpcecho.js';
import { activates, bind, LEVEL, serve } from '../../support/live.js';
import { seeded } from '../../support/security.js';
import { pduOf } from '../../support/segments.js';

let server: Awaited<ReturnType<typeof serve>>;
const sockets: Socket[] = [];
let problems: unknown[] = [];
const note = (problem: unknown): void => void problems.push(problem);

beforeEach(() => {
  problems = [];
  process.on('uncaughtExceptionMonitor', note);
});
afterEach(async () => {
  process.off('uncaughtExceptionMonitor', note);
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  expect(problems).toEqual([]);
});

async function dial({ address, port }: Endpoint): Promise<Socket> {
  const socket = connect({ host: address, port, noDelay: true });
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything that the server sends until it closes, which a test waits for. */
async function answerTo(socket: Socket, octets: Uint8Array): Promise<Pdu[]> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  const closed = once(socket, 'close');
  socket.write(octets);
  await closed;
  return pdusOf(Buffer.concat(pieces));
}

function pdusOf(octets: Buffer): Pdu[] {
  const pdus: Pdu[] = [];
  for (let at = 0; at < octets.length; at += octets.readUInt16LE(at + 8)) pdus.push(decodePdu(octets.subarray(at)));
  return pdus;
}

const bindPdu = (interfaces = [IObjectExporter]): Buffer =>
  encodePdu({
    PTYPE: 'bind',
    pfc_flags: 3,
    call_id: 1,
    max_xmit_frag: 5840,
    max_recv_frag: 5840,
    assoc_group_id: 0,
    p_context_elem: interfaces.flatMap((one, index) => propose(one, index)),
  });

/** The server still does what it is there for. */
async function stillServes(): Promise<void> {
  expect((await activates(server)).outcome.accepted).toBe(true);
}

describe('what no client sends', () => {
  test.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\nHost: server\r\n\r\n')],
    ['zeros', Buffer.alloc(4096)],
    ['ones', Buffer.alloc(4096, 0xff)],
    ['SMB', Buffer.from('00000054fe534d4240000000000000000000000000000000', 'hex')],
    ['a request before a bind', pduOf({ type: 0 })],
    ['an answer', pduOf({ type: 12, body: 40 })],
    ['version 4', Buffer.concat([Buffer.of(4), pduOf().subarray(1)])],
    ['a frag_length below the header', pduOf({ type: 11, fragLength: 3 })],
    [
      'a bind with a list that is too long',
      Buffer.concat([bindPdu().subarray(0, 24), Buffer.of(255), bindPdu().subarray(25)]),
    ],
  ])('%s: the connection is closed after at most one PDU, and the server goes on', async (_, octets) => {
    server = await serve();
    for (const endpoint of [server.address, server.exporter]) {
      const pdus = await answerTo(await dial(endpoint), octets);
      expect(pdus.length).toBeLessThanOrEqual(1);
      for (const { PTYPE } of pdus) expect(['bind_nak', 'fault']).toContain(PTYPE);
    }
    await stillServes();
  });

  test('random octets, a hundred times, behind a bind that is right', async () => {
    server = await serve();
    const random = seeded('garbage');
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const socket = await dial(index % 2 === 0 ? server.address : server.exporter);
        const octets = Buffer.from(random(64 + index * 7));
        // Half of them look like a header that is followed by something else.
        if (index % 4 < 2) pduOf({ type: index % 20, fragLength: octets.length }).copy(octets);
        socket.write(bindPdu());
        socket.end(octets);
        socket.resume();
        await once(socket, 'close');
      }),
    );
    await stillServes();
  });

  test('a bind in pieces of one octet is a bind', async () => {
    server = await serve();
    const socket = await dial(server.address);
    const octets = bindPdu();
    const answered = once(socket, 'data');
    for (const octet of octets) socket.write(Buffer.of(octet));
    const [bytes] = (await answered) as [Buffer];
    expect(decodePdu(bytes)).toMatchObject({ PTYPE: 'bind_ack', results: [{ result: 0 }] });
  });

  test('half a PDU and the end: the connection is closed', async () => {
    server = await serve();
    const socket = await dial(server.address);
    socket.resume();
    socket.end(bindPdu().subarray(0, 40));
    await once(socket, 'close');
    await stillServes();
  });
});

describe('peers that take their time, or too much', () => {
  test('half a PDU, and then nothing: the connection is closed when the time for it is over', async () => {
    let now = 0;
    server = await serve({ clock: () => now, limits: { handshakeMilliseconds: 1e9, fragmentMilliseconds: 30_000 } });
    const socket = await dial(server.address);
    socket.write(bindPdu().subarray(0, 40));
    socket.resume();
    // Nobody knows when the server has got it: the time goes on until then, and after that.
    for (; !socket.closed; await sleep(20)) now += 30_001;
    now = 0;
    await stillServes();
  });

  test('a connection without a bind: closed when the time for the handshake is over', async () => {
    let now = 0;
    server = await serve({ clock: () => now, limits: { handshakeMilliseconds: 5_000 } });
    const socket = await dial(server.address);
    socket.resume();
    // Nobody knows when the server has accepted it.
    for (; !socket.closed; await sleep(20)) now += 5_001;
    now = 0;
    await stillServes();
  });

  test('more connections than one peer may have: the further ones are closed, and after them the server goes on', async () => {
    server = await serve({ maxConnections: 8 });
    const flood = await Promise.all(Array.from({ length: 40 }, () => dial(server.address)));
    for (const socket of flood) socket.resume();
    await expect.poll(() => flood.filter((socket) => socket.closed).length).toBe(33);
    for (const socket of flood) socket.destroy();
    // Once the server has seen that they are gone.
    await expect.poll(async () => (await activates(server)).outcome.accepted).toBe(true);
  });

  test('idle connections of one machine: others still get in, and where it is crowded the idle ones have to go', async () => {
    let now = 0;
    server = await serve({ clock: () => now, maxConnections: 8, limits: { handshakeMilliseconds: 1e9 } });
    const flood = await Promise.all(Array.from({ length: 7 }, () => dial(server.address)));
    for (const socket of flood) socket.resume();
    const { address: host, port } = server.address;
    const other = connect({ host, port, localAddress: '127.0.0.2' });
    sockets.push(other);
    other.write(bindPdu());
    await once(other, 'data');
    now = 299_000;
    server.tick();
    flood[0]?.write(bindPdu());
    await once(flood[0] as Socket, 'data');
    now = 301_000;
    server.tick();
    await Promise.all(flood.slice(1).map((socket) => socket.closed || once(socket, 'close')));
    expect(flood[0]?.closed).toBe(false);
    flood[0]?.destroy();
  });

  test('a client that waits for an answer is not idle, nor is one that has just got it', async () => {
    let now = 0;
    let answer: () => void = () => {};
    let asked: () => void = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const delay = (): Promise<void> =>
      new Promise((resolve) => {
        answer = resolve;
        asked();
      });
    server = await serve({ clock: () => now, maxConnections: 3, services: [echoService(delay)] });
    const [waiting, other] = [
      await bind(server.address, rpcecho, { level: LEVEL.NONE }),
      await bind(server.address, rpcecho, { level: LEVEL.NONE }),
    ];
    const slept = waiting.call(TestSleep, { seconds: 1 });
    await isAsked;
    now = 301_000;
    await other.call(AddOne, { in_data: 1 });
    server.tick();
    answer();
    expect(await slept).toEqual({ ReturnValue: 1 });
    server.tick();
    expect(await waiting.call(AddOne, { in_data: 1 })).toEqual({ out_data: 2 });
    for (const { connection } of [waiting, other]) connection.close();
  });

  test('requests without an end: those beyond the limit end the connection, and no other', async () => {
    server = await serve({ limits: { maxRequestStub: 20_000 } });
    const other = await bind(server.address, IObjectExporter, { level: LEVEL.NONE });
    const socket = await dial(server.address);
    const fragment = (flags: number): Buffer =>
      encodePdu({
        PTYPE: 'request',
        pfc_flags: flags,
        call_id: 2,
        alloc_hint: 0,
        p_cont_id: 0,
        opnum: 5,
        stub: Buffer.alloc(4000),
      });
    const flood = Buffer.concat([bindPdu(), fragment(1), ...Array.from({ length: 8 }, () => fragment(0))]);
    const pdus = await answerTo(socket, flood);
    expect(pdus.map(({ PTYPE }) => PTYPE)).toEqual(['bind_ack', 'fault']);
    expect(pdus.at(-1)).toMatchObject({ status: 5 });
    expect((await other.call(ServerAlive2, {})).ReturnValue).toBe(0);
    other.connection.close();
  });

  test('a client that sends and does not read: the server goes on for others', async () => {
    server = await serve();
    const socket = await dial(server.address);
    socket.pause();
    const request = (call_id: number): Buffer =>
      encodePdu({
        PTYPE: 'request',
        pfc_flags: 3,
        call_id,
        alloc_hint: 0,
        p_cont_id: 0,
        opnum: 5,
        stub: Buffer.alloc(0),
      });
    socket.write(bindPdu());
    socket.write(Buffer.concat(Array.from({ length: 20_000 }, (_, index) => request(index + 2))));
    await stillServes();
  });
});

describe('the end of the server', () => {
  test('ends every connection; who waits for an answer is told', async () => {
    server = await serve();
    const { connection, call } = await bind(server.address, IRemoteSCMActivator);
    await server.close();
    await expect(call(ServerAlive2, {})).rejects.toMatchObject({ name: 'TransportError' });
    connection.close();
  });

  test('a recording is complete when it has closed', async () => {
    const blocks: Buffer[] = [];
    server = await serve({ record: (block) => void blocks.push(block) });
    await bind(server.address, IObjectExporter, { level: LEVEL.NONE });
    await server.close();
    const before = blocks.length;
    await sleep(30);
    expect(blocks.length).toBe(before);
    // Section, interface, three of the handshake, bind, bind_ack, two FINs and their ACKs at least.
    expect(before).toBeGreaterThanOrEqual(9);
  });

  test('its ports are free again', async () => {
    server = await serve();
    const listen = `127.0.0.1:${server.address.port}`;
    await expect(serve({ listen })).rejects.toMatchObject({ name: 'TransportError', code: 'EADDRINUSE' });
    await server.close();
    server = await serve({ listen });
    await stillServes();
  });
});
