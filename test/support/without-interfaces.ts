import { connect, createServer, type Server } from 'node:net';
import { RemoteActivation } from '../../src/codec/dcom/index.js';
import { CodecError } from '../../src/codec/error.js';
import type { Endpoint } from '../../src/net/channel.js';

const RESPONSE = 2;
const HEADER = 24;

/** An answer to RemoteActivation without its interface pointers; any other PDU as it is. */
function rewritten(pdu: Buffer): Buffer {
  if (pdu[2] !== RESPONSE || pdu.readUInt16LE(10) !== 0) return pdu;
  try {
    const answer = RemoteActivation.response.decode(pdu.subarray(HEADER)).value;
    if (!answer.ppInterfaceData.some((pointer) => pointer !== null)) return pdu;
    const stub = RemoteActivation.response.encode({
      ...answer,
      ppInterfaceData: answer.ppInterfaceData.map(() => null),
    });
    const header = Buffer.from(pdu.subarray(0, HEADER));
    header.writeUInt16LE(HEADER + stub.length, 8);
    header.writeUInt32LE(stub.length, 16);
    return Buffer.concat([header, stub]);
  } catch (error) {
    if (error instanceof CodecError) return pdu;
    throw error;
  }
}

/**
 * Stands before a server for smbtorture, which ends itself on an interface pointer: takes these out of unsigned
 * RemoteActivation answers, so that what comes after the activation is tested too.
 */
export function withoutInterfaces(host: string, to: Endpoint): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect({ host: to.address, port: to.port });
    let waiting: Buffer = Buffer.alloc(0);
    client.on('data', (octets) => upstream.write(octets));
    upstream.on('data', (octets) => {
      waiting = Buffer.concat([waiting, octets]);
      while (waiting.length >= 16 && waiting.length >= waiting.readUInt16LE(8)) {
        const length = waiting.readUInt16LE(8);
        client.write(rewritten(waiting.subarray(0, length)));
        waiting = waiting.subarray(length);
      }
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 135 }, () => resolve(server));
  });
}
