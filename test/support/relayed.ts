import { join } from 'node:path';
import { readPdus } from '../../src/capture/pdu/pdus.js';
import { type RecordedDirection, Recorder } from '../../src/net/recorder.js';

const SHIPPED = join(import.meta.dirname, '../../pcaps/activation-at-connect.pcapng');

interface RecordedPdu {
  readonly direction: RecordedDirection;
  readonly bytes: Buffer;
}

/** The PDUs of one stream of a capture: by default of an activation over NTLM at CONNECT. */
export async function pdusOf(file = SHIPPED, stream = 0): Promise<RecordedPdu[]> {
  const pdus: RecordedPdu[] = [];
  for await (const item of readPdus(file)) {
    if (item.kind === 'pdu' && item.stream === stream) pdus.push({ direction: item.direction, bytes: item.bytes });
  }
  return pdus;
}

export interface RecordedConnection {
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  readonly pdus: readonly RecordedPdu[];
}

export const VICTIM = { address: '10.0.0.5', port: 50_000 };
export const ATTACKER = '10.0.0.66';
export const TARGET = { address: '10.0.0.10', port: 135 };

/** What the victim says to the attacker, and the attacker to the target. */
export const relayed = (victim: readonly RecordedPdu[], target: readonly RecordedPdu[] = victim) => [
  { client: VICTIM, server: { address: ATTACKER, port: 135 }, pdus: victim },
  { client: { address: ATTACKER, port: 40_000 }, server: TARGET, pdus: target },
];

/** A capture of connections that are open at the same time, one PDU of each in turn. */
export function recordingOf(connections: readonly RecordedConnection[], start = 1_700_000_000_000_000_000n): Buffer {
  const blocks: Buffer[] = [];
  const recorder = new Recorder({ write: (block) => blocks.push(block) });
  const open = connections.map((each) => ({ ...each, recorded: recorder.connection(each) }));
  let time = start;
  for (const { recorded } of open) recorded.open(time++);
  const longest = Math.max(...connections.map(({ pdus }) => pdus.length));
  for (let index = 0; index < longest; index++) {
    for (const { recorded, pdus } of open) {
      const pdu = pdus[index];
      if (pdu !== undefined) recorded.data(time++, pdu.direction, pdu.bytes);
    }
  }
  for (const { recorded } of open) {
    recorded.close(time++, 'toServer');
    recorded.close(time++, 'toClient');
  }
  return Buffer.concat(blocks);
}
