import { isIP } from 'node:net';
import type { Accept, Channel, Listener } from '../net/channel.js';
import { isLoopback } from '../net/loopback.js';
import { connect, listen } from '../net/tcp.js';
import type { Milliseconds } from '../security/index.js';

/** The relay was to touch a machine that is neither this one nor simulated. */
export class RelayRefused extends Error {
  constructor(host: string) {
    super(
      `the relay works on loopback addresses (127.0.0.0/8, ::1) and simulated hosts only, not on ${host}; ` +
        'it demonstrates what the hardening stops, between this project’s own client and server',
    );
    this.name = 'RelayRefused';
  }
}

/** What carries the relay: sockets, or a simulated network. */
export interface RelayNetwork {
  /** True for a network whose hosts exist in this process alone, whatever their addresses. */
  readonly simulated: boolean;
  listen(at: { host: string; port: number }, accept: Accept): Promise<Listener>;
  connect(
    target: { host: string; port: number; localAddress?: string },
    accept: Accept,
    timeout: Milliseconds,
  ): Promise<Channel>;
}

const SOCKETS: RelayNetwork = { simulated: false, listen, connect };

/** Throws `RelayRefused` unless the address is numeric and loopback, or of a simulated host. Names are not looked up. */
export function assertConfined(host: string, simulated = false): void {
  if (!simulated && (isIP(host) === 0 || !isLoopback(host))) throw new RelayRefused(host);
}

/** The one way from the relay to any network: refuses every other address before a socket is made. */
export function confine(network: RelayNetwork = SOCKETS): RelayNetwork {
  const { simulated } = network;
  return {
    simulated,
    async listen(at, accept) {
      assertConfined(at.host, simulated);
      return network.listen(at, accept);
    },
    async connect(target, accept, timeout) {
      assertConfined(target.host, simulated);
      return network.connect(target, accept, timeout);
    },
  };
}
