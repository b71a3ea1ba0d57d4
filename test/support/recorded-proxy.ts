import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../src/net/channel.js';
import { recording } from '../../src/server/endpoint/recording.js';

/** Stands before a server of another project and records what its clients say, as a sniffer beside it would. */
export interface RecordedProxy {
  readonly close: () => Promise<void>;
}

export async function recordedProxy(
  at: Endpoint,
  to: Endpoint,
  write: (block: Buffer) => void,
): Promise<RecordedProxy> {
  const observer = recording(write, Date.now);
  const server = createServer((client) => {
    const from = { address: client.remoteAddress as string, port: client.remotePort as number };
    const upstream = connect({ host: to.address, port: to.port });
    observer.connected?.(from, at);
    const passes = (source: Socket, sink: Socket, side: 'client' | 'server'): void => {
      source.on('data', (octets) => {
        observer.octets?.(side, octets, from, at);
        sink.write(octets);
      });
      source.on('end', () => sink.end());
      source.on('error', () => sink.destroy());
    };
    passes(client, upstream, 'client');
    passes(upstream, client, 'server');
    client.on('close', () => {
      upstream.destroy();
      observer.disconnected?.(from, at, undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: at.address, port: at.port }, resolve);
  });
  return { close: () => closed(server) };
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
