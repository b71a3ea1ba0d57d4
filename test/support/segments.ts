import { TCP_FLAG } from '../../src/codec/inet/headers.js';
import { frameOf, type Segment } from '../../src/net/frames.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../src/net/pcapng.js';

const CLIENT = Buffer.of(10, 0, 0, 1);
const SERVER = Buffer.of(10, 0, 0, 2);

/** A segment of a client at 10.0.0.1:50000 to a server at 10.0.0.2:40000, or the other way. */
export interface Sent {
  readonly from?: 'client' | 'server';
  readonly flags?: keyof typeof TCP_FLAG | 'SYN+ACK' | 'FIN+ACK' | 'RST+ACK';
  readonly sequence: number;
  readonly acknowledgment?: number;
  readonly data?: Uint8Array | string;
  readonly clientPort?: number;
  readonly serverPort?: number;
}

export function ethernetFrame(sent: Sent): Buffer {
  const { from = 'client', flags = 'ACK', sequence, acknowledgment = 0, data = '', clientPort = 50_000 } = sent;
  const { serverPort = 40_000 } = sent;
  const client = from === 'client';
  const segment: Segment = {
    source: client ? CLIENT : SERVER,
    destination: client ? SERVER : CLIENT,
    sourcePort: client ? clientPort : serverPort,
    destinationPort: client ? serverPort : clientPort,
    sequence,
    acknowledgment,
    flags: flags.split('+').reduce((bits, name) => bits | TCP_FLAG[name as keyof typeof TCP_FLAG], 0),
    window: 65_535,
    data: typeof data === 'string' ? Buffer.from(data) : data,
    identification: 0,
  };
  return frameOf(segment);
}

/** A pcapng file of these frames, one a millisecond. */
export function pcapngOf(frames: readonly Uint8Array[], linkType = 1): Buffer {
  const blocks = [sectionHeader('test'), interfaceDescription({ name: 'test', linkType })];
  for (const [index, bytes] of frames.entries())
    blocks.push(enhancedPacket({ time: 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n, bytes }));
  return Buffer.concat(blocks);
}

export const captureOf = (...sent: readonly Sent[]): Buffer => pcapngOf(sent.map(ethernetFrame));

export interface PduForm {
  readonly type?: number;
  readonly callId?: number;
  readonly body?: Uint8Array | number;
  readonly bigEndian?: boolean;
  readonly fragLength?: number;
}

/** A connection-oriented PDU with a common header (C706 12.6.3.1) and a body of so many octets. */
export function pduOf({ type = 0, callId = 1, body = 8, bigEndian = false, fragLength }: PduForm = {}): Buffer {
  const content = typeof body === 'number' ? Buffer.alloc(body, 0xee) : body;
  const header = Buffer.alloc(16);
  header[0] = 5;
  header[2] = type;
  header[3] = 3;
  header[4] = bigEndian ? 0 : 0x10;
  const length = fragLength ?? 16 + content.length;
  if (bigEndian) header.writeUInt16BE(length, 8);
  else header.writeUInt16LE(length, 8);
  if (bigEndian) header.writeUInt32BE(callId, 12);
  else header.writeUInt32LE(callId, 12);
  return Buffer.concat([header, content]);
}
