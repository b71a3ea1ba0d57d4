import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import {
  type Accept,
  type Channel,
  type ChannelEvents,
  type Endpoint,
  formatEndpoint,
  type Listener,
} from './channel.js';
import { TransportError } from './error.js';
import { type Stoppable, SYSTEM_TIMERS, type Timers } from './timers.js';

/** Octets that may wait for a peer that does not read, before nothing more is read from it. */
const HIGH_WATER = 1024 * 1024;
/** For what waits to be sent when a connection is ended, and for clients of a listener to end their side too. */
const CLOSE_MILLISECONDS = 5_000;
/**
 * For a server to end its side after a client has: it takes one way there and back, of which half a second is more than
 * any on this planet by cable. A silent one must not hold up a client that has all it came for.
 */
export const CLIENT_CLOSE_MILLISECONDS = 500;
/** Octets that may wait before the connection is given up. */
const MAX_WAITING = 64 * 1024 * 1024;

/** Where to listen. */
export interface ListenOptions {
  /** The timers; the machine's where absent. */
  readonly timers?: Timers;
  /** A numeric address of this host. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Connections at a time; further ones are closed at once. */
  readonly maxConnections?: number;
  /** How long a peer may take to close its side after this one is closed; 5,000 where absent. */
  readonly closeMilliseconds?: number;
}

/** Listens on a TCP port. Rejects with `TransportError`. */
export function listen(
  { host, port, maxConnections, closeMilliseconds = CLOSE_MILLISECONDS, timers = SYSTEM_TIMERS }: ListenOptions,
  accept: Accept,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    // A peer that has reset its connection already has no address, and nothing to be told.
    if (socket.remoteAddress === undefined) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    attach(socket, accept, { timers, grace: closeMilliseconds });
  });
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new TransportError(`cannot listen on ${formatEndpoint({ address: host, port })}`, error));
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.removeListener('error', failed);
      // Running out of file descriptors must not end the server; the connection that met it is gone.
      server.on('error', () => {});
      resolve({ address: addressOf(server), close: () => close(server, sockets) });
    });
  });
}

/** Opens a TCP connection. Rejects with `TransportError`, also where it takes too long. */
export function connect(
  {
    host,
    port,
    localAddress,
    timers = SYSTEM_TIMERS,
  }: { host: string; port: number; localAddress?: string; timers?: Timers },
  accept: Accept,
  timeoutMilliseconds = 10_000,
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = openSocket({ host, port, noDelay: true, ...(localAddress === undefined ? {} : { localAddress }) });
    const timer = timers.after(timeoutMilliseconds, () =>
      socket.destroy(new Error(`no connection within ${timeoutMilliseconds} ms`)),
    );
    const failed = (error: Error): void => {
      timer.stop();
      reject(new TransportError(`cannot connect to ${formatEndpoint({ address: host, port })}`, error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      timer.stop();
      socket.removeListener('error', failed);
      resolve(attach(socket, accept, { timers, grace: CLIENT_CLOSE_MILLISECONDS }));
    });
  });
}

/** How a connection is ended. */
interface Ending {
  readonly timers: Timers;
  /** Milliseconds for the peer to end its side too. */
  readonly grace: number;
}

/** Joins a socket and its owner. */
function attach(socket: Socket, accept: Accept, ending: Ending): Channel {
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  const channel = new TcpChannel(socket, ending);
  const events: ChannelEvents = accept(channel);
  socket.on('data', (bytes: Buffer) => events.data(bytes));
  socket.on('drain', () => socket.resume());
  // The peer has sent all it wants to send; what waits for it still goes out.
  socket.on('end', () => socket.end());
  socket.once('close', () => events.closed(failure));
  return channel;
}

class TcpChannel implements Channel {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #ending: Ending;

  constructor(socket: Socket, ending: Ending) {
    this.#socket = socket;
    this.#ending = ending;
    this.local = { address: plain(socket.localAddress), port: socket.localPort ?? 0 };
    this.remote = { address: plain(socket.remoteAddress), port: socket.remotePort ?? 0 };
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_WAITING) this.#socket.destroy(new Error('the peer does not read'));
    else if (this.#socket.writableLength > HIGH_WATER) this.#socket.pause();
  }

  end(): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    const { timers, grace } = this.#ending;
    // A peer that never ends its side, goes on sending, or does not read would otherwise hold the socket for ever.
    const destroyAfter = (milliseconds: number): Stoppable => timers.after(milliseconds, () => socket.destroy());
    let timer = destroyAfter(Math.max(grace, CLOSE_MILLISECONDS));
    socket.once('finish', () => {
      timer.stop();
      timer = destroyAfter(grace);
    });
    socket.once('close', () => timer.stop());
    socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** An IPv4 peer of a socket that listens on IPv6 is shown as what it is. */
const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');

function addressOf(server: Server): Endpoint {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return { address: plain(address.address), port: address.port };
}

/** Resolves when every connection has told its owner that it is closed; the server itself says so before that. */
async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const ends = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  ends.push(new Promise((resolve) => server.close(resolve)));
  for (const socket of sockets) socket.destroy();
  await Promise.all(ends);
}
