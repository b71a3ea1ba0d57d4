import type { Endpoint } from '../../codec/inet/address.js';
import type { Connection } from './connection.js';

/** A connection that was asked for by a SYN and never came about. */
export interface ConnectionAttempt {
  readonly stream: number;
  readonly file: string;
  /** Of the SYN. */
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** By RST, or there was no answer in the capture. */
  readonly outcome: 'refused' | 'silent';
}

/** Undefined where it came about, or its SYN was not captured. */
export function attemptOf(connection: Connection, file: string): ConnectionAttempt | undefined {
  const { client, forward, backward, stream, asked } = connection;
  if (asked === undefined || connection.consumer !== undefined) return undefined;
  const [from, to] = client === 'second' ? [backward, forward] : [forward, backward];
  if (to.started) return undefined;
  return {
    stream,
    file,
    ...asked,
    client: from.source,
    server: from.destination,
    outcome: connection.reset ? 'refused' : 'silent',
  };
}
