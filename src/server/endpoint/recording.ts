import type { Endpoint } from '../../net/channel.js';
import { type ConnectionRecorder, Recorder } from '../../net/recorder.js';
import type { Milliseconds } from '../../security/index.js';
import type { EndpointObserver } from './endpoint.js';

const key = (client: Endpoint, server: Endpoint): string => `${client.address}|${client.port}|${server.port}`;

/** Records every connection of a server as pcapng, block by block, as a sniffer beside it would. */
export function recording(write: (block: Buffer) => void, clock: () => Milliseconds): EndpointObserver {
  const recorder = new Recorder({ write });
  const connections = new Map<string, ConnectionRecorder>();
  const now = (): bigint => BigInt(Math.round(clock() * 1000)) * 1000n;
  return {
    connected(client, server) {
      const connection = recorder.connection({ client, server });
      connections.set(key(client, server), connection);
      connection.open(now());
    },
    octets(from, bytes, client, server) {
      connections.get(key(client, server))?.data(now(), from === 'client' ? 'toServer' : 'toClient', bytes);
    },
    disconnected(client, server, why) {
      const connection = connections.get(key(client, server));
      connections.delete(key(client, server));
      // It is not known here who closed first; the server did where it had a reason.
      const order = why === undefined ? (['toServer', 'toClient'] as const) : (['toClient', 'toServer'] as const);
      for (const direction of order) connection?.close(now(), direction);
    },
  };
}
