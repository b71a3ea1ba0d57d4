import type { CaptureSource } from '../../../../src/capture/file/source.js';
import { type CaptureItem, readPdus } from '../../../../src/capture/pdu/pdus.js';
import { pduOf, type Sent } from '../../../support/segments.js';

export async function items(source: CaptureSource, assemblyBytes?: number): Promise<CaptureItem[]> {
  const all: CaptureItem[] = [];
  const options = assemblyBytes === undefined ? {} : { limits: { assemblyBytes } };
  for await (const item of readPdus(source, options)) all.push(item);
  return all;
}

/** One line an item: `type length frame`, `cut type length/missing`, a problem's text, or the end of a stream. */
export function line(item: CaptureItem): string {
  if (item.kind === 'end') return `end ${item.stream}`;
  if (item.kind === 'problem') return `${item.severity}: ${item.message}`;
  if (item.kind === 'cut') return `cut ${item.type} ${item.bytes.length}+${item.missing}`;
  return `${item.type} ${item.bytes.length} @${item.firstFrame}${item.frame === item.firstFrame ? '' : `-${item.frame}`}`;
}

export const SYN: Sent = { flags: 'SYN', sequence: 999 };

/** A client's stream from its SYN on, each argument a segment of it; a number leaves that many octets out. */
export function sent(...parts: (Uint8Array | string | number)[]): Sent[] {
  let sequence = 1000;
  const all: Sent[] = [];
  for (const part of parts) {
    if (typeof part !== 'number') all.push({ sequence, data: part });
    sequence += typeof part === 'number' ? part : part.length;
  }
  return all;
}

export const bind = pduOf({ type: 11, body: 56 });
export const request = pduOf({ type: 0, body: 20 });
