import { execFileSync } from 'node:child_process';
import { connect as openSocket, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Listener } from '../../../src/net/channel.js';
import { TransportError } from '../../../src/net/error.js';
import { connect, listen } from '../../../src/net/tcp.js';

const HOST = '127.0.0.1';
const CONNECT_AND_RESET = `
  const { connect } = require('node:net');
  for (let i = 0; i < 20; i++) {
    const socket = connect(Number(process.argv[1]), '127.0.0.1', () => socket.resetAndDestroy());
    socket.on('error', () => {});
  }`;
let listener: Listener | undefined;

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

const connected = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('connect', () => resolve()));
const closed = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

describe('a listener', () => {
  test('never hands out a connection that was reset before it was taken, and goes on', async () => {
    const taken: Channel[] = [];
    listener = await listen({ host: HOST, port: 0 }, (channel) => {
      taken.push(channel);
      return { data: () => {}, closed: () => {} };
    });
    const { port } = listener.address;
    // This process stands still meanwhile, so that the connections are reset before anybody takes them.
    execFileSync(process.execPath, ['-e', CONNECT_AND_RESET, String(port)]);
    const last = openSocket({ host: HOST, port });
    await connected(last);
    await expect.poll(() => taken.some(({ remote }) => remote.port === last.localPort)).toBe(true);
    expect(taken.filter(({ remote }) => remote.address === '')).toEqual([]);
    last.destroy();
  });

  test('closes a connection that it has ended, although the peer goes on sending', async () => {
    listener = await listen({ host: HOST, port: 0, closeMilliseconds: 100 }, (channel) => ({
      data: () => channel.end(),
      closed: () => {},
    }));
    const socket = openSocket({ host: HOST, port: listener.address.port, allowHalfOpen: true });
    socket.on('error', () => {});
    const gone = closed(socket);
    await connected(socket);
    const talking = setInterval(() => socket.write('x'), 20);
    await gone;
    clearInterval(talking);
    expect(socket.destroyed).toBe(true);
  });

  test('an address that is taken is a TransportError that says what to do', async () => {
    listener = await listen({ host: HOST, port: 0 }, () => ({ data: () => {}, closed: () => {} }));
    const { port } = listener.address;
    const again = listen({ host: HOST, port }, () => ({ data: () => {}, closed: () => {} }));
    await expect(again).rejects.toThrow(TransportError);
    await expect(listen({ host: HOST, port }, () => ({ data: () => {}, closed: () => {} }))).rejects.toThrow(
      `cannot listen on ${HOST}:${port}: another program listens there; choose another address or port (EADDRINUSE)`,
    );
  });
});

describe('a connection', () => {
  test('to a port where nobody listens is a TransportError', async () => {
    listener = await listen({ host: HOST, port: 0 }, () => ({ data: () => {}, closed: () => {} }));
    const { port } = listener.address;
    await listener.close();
    await expect(connect({ host: HOST, port }, () => ({ data: () => {}, closed: () => {} }))).rejects.toMatchObject({
      name: 'TransportError',
      code: 'ECONNREFUSED',
    });
  });
});
