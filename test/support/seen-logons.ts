import type { LogonMessage, SeenLogon } from '../../src/capture/logon/logon.js';
import { readCapture } from '../../src/capture/pdu/pdus.js';
import type { CaptureLimits } from '../../src/capture/pdu/reader.js';
import type { Said } from './logons.js';
import { captureOf, type Sent } from './segments.js';

/** What a logon was, without what tests do not look at; a token as text. */
export interface Told {
  readonly frame: number;
  readonly transport: SeenLogon['transport'];
  readonly direction: SeenLogon['direction'];
  readonly exchange: string;
  readonly target: string | undefined;
  readonly said: string;
}

const textOf = (message: LogonMessage): string =>
  message.kind === 'token' ? Buffer.from(message.octets).toString('latin1') : message.kind;

/** The logons of a capture, and how often a connection of them has ended. */
export async function logonsIn(capture: Buffer, limits: CaptureLimits = {}) {
  const told: Told[] = [];
  const client: string[] = [];
  let ends = 0;
  const openLogons = () => ({
    logon(seen: SeenLogon): void {
      const { frame, transport, direction, exchange, target, message } = seen;
      told.push({ frame, transport, direction, exchange, target, said: textOf(message) });
      client.push(seen.client.address);
    },
    end: () => void ends++,
  });
  await readCapture(capture, { open: () => ({ pdu: () => {}, cut: () => {} }), openLogons }, { limits });
  return { told, client, ends };
}

/** How the messages of a connection are cut into segments. */
export interface Cutting {
  /** Octets of each segment. */
  readonly size?: number;
  /** Without the SYN of both sides. */
  readonly joined?: boolean;
  readonly serverPort?: number;
  /** Segments that are not in the capture, by their number. */
  readonly lost?: readonly number[];
}

/** A capture of one connection. */
export function connectionOf(
  said: readonly Said[],
  { size = 1460, joined = false, serverPort = 8080, lost = [] }: Cutting = {},
) {
  const next = { client: 1000, server: 5000 };
  const sent: Sent[] = joined
    ? []
    : [
        { serverPort, flags: 'SYN', sequence: 999 },
        { serverPort, from: 'server', flags: 'SYN+ACK', sequence: 4999, acknowledgment: 1000 },
      ];
  let segment = 0;
  for (const { direction, bytes } of said) {
    const from = direction === 'toServer' ? 'client' : 'server';
    const peer = from === 'client' ? 'server' : 'client';
    for (let at = 0; at < bytes.length; at += size) {
      const data = bytes.subarray(at, at + size);
      if (!lost.includes(segment++))
        sent.push({ serverPort, from, sequence: next[from], acknowledgment: next[peer], data });
      next[from] += data.length;
    }
  }
  return captureOf(...sent);
}
