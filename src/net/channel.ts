import { isIPv6 } from 'node:net';
import type { Endpoint } from '../codec/inet/address.js';

export type { Endpoint };

/** What the owner of a channel is told. */
export interface ChannelEvents {
  data(bytes: Buffer): void;
  /** Exactly once, and nothing after it. `error` where the connection did not end in order. */
  closed(error?: Error): void;
}

/** A byte stream between two endpoints: a TCP socket, or a connection of the simulated network. */
export interface Channel {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Sends in the order of the calls. A peer that does not read is not read from either, until it does. */
  send(bytes: Uint8Array): void;
  /** Sends what is waiting, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Opens channels, and is told of those that others open. */
export interface Listener {
  readonly address: Endpoint;
  close(): Promise<void>;
}

/** Called for each connection; gives the events that its channel is to report to. */
export type Accept = (channel: Channel) => ChannelEvents;

/** `127.0.0.1:135`, `[::1]:135`. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** `HOST:PORT`, `[IPV6]:PORT` or `HOST` with the port that is given. Undefined for anything else. */
export function parseEndpoint(text: string, defaultPort: number): { host: string; port: number } | undefined {
  if (isIPv6(text)) return { host: text, port: defaultPort };
  const [, address, name, digits] = /^(?:\[(.+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = address === undefined ? name : isIPv6(address) ? address : undefined;
  const port = digits === undefined ? defaultPort : Number(digits);
  return host === undefined || port > 0xffff ? undefined : { host, port };
}
