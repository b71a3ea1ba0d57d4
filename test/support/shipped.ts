import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPdus } from '../../src/capture/pdu/pdus.js';

const CAPTURES = join(import.meta.dirname, '../../pcaps');

/** The password of the account in the captures that the project ships. */
export const SHIPPED_PASSWORD = 'P4ssw0rd.Lab';
export const SHIPPED = ['activation-at-connect.pcapng', 'activation-at-pkt-integrity.pcapng'] as const;
export const shippedPath = (file: (typeof SHIPPED)[number]): string => join(CAPTURES, file);

/** The PDUs of the captures that the project ships, in their order: impacket's, and this project's server's. */
export async function shippedPdus(): Promise<{ direction: 'toServer' | 'toClient'; bytes: Buffer }[]> {
  const pdus: { direction: 'toServer' | 'toClient'; bytes: Buffer }[] = [];
  for (const file of SHIPPED)
    for await (const item of readPdus(readFileSync(shippedPath(file))))
      if (item.kind === 'pdu') pdus.push({ direction: item.direction, bytes: Buffer.from(item.bytes) });
  return pdus;
}
