import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type Endpoint, formatEndpoint, type Listener } from './channel.js';
import { TransportError } from './error.js';
import { SYSTEM_TIMERS, type Timers } from './timers.js';

/** Sends one datagram and gives the answer to it. Rejects with `TransportError`, also where none comes in time. */
export function askByDatagram(
  { host, port }: { host: string; port: number },
  request: Uint8Array,
  timeoutMilliseconds: number,
  timers: Timers = SYSTEM_TIMERS,
): Promise<Buffer> {
  const peer = formatEndpoint({ address: host, port });
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const failed = (why: Error | string): void => {
      timer.stop();
      socket.close();
      reject(new TransportError(`no answer of ${peer} over UDP`, why));
    };
    const timer = timers.after(timeoutMilliseconds, () => failed(`none within ${timeoutMilliseconds} ms`));
    socket.once('error', failed);
    socket.once('message', (answer) => {
      timer.stop();
      socket.close();
      resolve(answer);
    });
    // A connected socket takes only datagrams of its peer, and learns that nobody listens there.
    socket.connect(port, host, () => socket.send(request));
  });
}

/** Answers datagrams. Rejects with `TransportError` where the port cannot be had. */
export function listenForDatagrams(
  { host, port }: { host: string; port: number },
  answer: (request: Buffer, from: Endpoint) => Uint8Array | undefined,
): Promise<Listener> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new TransportError(`cannot listen on ${formatEndpoint({ address: host, port })} for UDP`, error));
    socket.once('error', failed);
    socket.bind(port, host, () => {
      socket.removeListener('error', failed);
      // An error that one peer's network reports for an answer must not end the server.
      socket.on('error', () => {});
      socket.on('message', (request, from) => {
        const reply = answer(request, from);
        if (reply !== undefined) socket.send(reply, from.port, from.address);
      });
      const { address, port: bound } = socket.address();
      const close = () => new Promise<void>((closed) => socket.close(() => closed()));
      resolve({ address: { address, port: bound }, close });
    });
  });
}
