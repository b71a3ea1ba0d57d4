import { execFileSync } from 'node:child_process';
import { type AddressInfo, createServer, connect as openSocket, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Listener } from '../../../src/net/channel.js';
import { TransportError } from '../../../src/net/error.js';
import { CLIENT_CLOSE_MILLISECONDS, connect, listen } from '../../../src/net/tcp.js';
import type { Timers } from '../../../src/net/timers.js';

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

  /** Timers that the test lets run out, with what each was set to. */
  class Held implements Timers {
    readonly held = new Map<() => void, number>();
    after(milliseconds: number, run: () => void) {
      this.held.set(run, milliseconds);
      return { stop: () => void this.held.delete(run) };
    }
    every = this.after;
    runOut(): void {
      for (const run of [...this.held.keys()]) run();
    }
  }

  /** A peer that takes connections, and does with them what it is told. */
  async function peer(takes: (socket: Socket) => void): Promise<{ port: number; close(): void; ended: Promise<void> }> {
    let tell = (): void => {};
    const ended = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const sockets: Socket[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('end', tell).resume();
      takes(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    const { port } = server.address() as AddressInfo;
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { port, close, ended };
  }

  test.each([
    ['says nothing more', () => {}],
    ['goes on sending', (socket: Socket) => void socket.write('x'.repeat(1024))],
  ])('that is ended tells a peer so, and waits half a second for one that %s', async (_, takes) => {
    const { port, close, ended } = await peer(takes);
    const timers = new Held();
    let isClosed = (): void => {};
    const closing = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const channel = await connect({ host: HOST, port, timers }, () => ({ data: () => {}, closed: () => isClosed() }));
    expect([...timers.held]).toEqual([]);
    channel.end();
    await ended;
    await expect.poll(() => [...timers.held.values()]).toEqual([CLIENT_CLOSE_MILLISECONDS]);
    timers.runOut();
    await closing;
    expect([...timers.held]).toEqual([]);
    close();
  });

  test('what waits to be sent when it is ended still arrives, and the half second counts from then on', async () => {
    const octets: Buffer[] = [];
    const { port, close, ended } = await peer((socket) => {
      socket.on('data', (bytes) => octets.push(bytes)).pause();
      setImmediate(() => socket.resume());
    });
    const timers = new Held();
    const channel = await connect({ host: HOST, port, timers }, () => ({ data: () => {}, closed: () => {} }));
    channel.send(Buffer.alloc(8 * 1024 * 1024, 7));
    channel.end();
    expect([...timers.held.values()]).toEqual([5_000]);
    await ended;
    expect(Buffer.concat(octets).length).toBe(8 * 1024 * 1024);
    channel.destroy();
    close();
  });

  test('that both sides have ended waits for nothing', async () => {
    const { port, close } = await peer((socket) => socket.on('end', () => socket.end()));
    const timers = new Held();
    let isClosed = (): void => {};
    const closing = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const channel = await connect({ host: HOST, port, timers }, () => ({ data: () => {}, closed: () => isClosed() }));
    channel.end();
    channel.end();
    await closing;
    expect([...timers.held]).toEqual([]);
    close();
  });
});
