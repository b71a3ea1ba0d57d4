import { isIP } from 'node:net';
import { isLoopback } from '../net/loopback.js';
import { changedNetwork, isSimulated, type Network, SOCKETS } from '../net/network.js';

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

/** Throws `RelayRefused` unless the address is numeric and loopback, or of a simulated host. Names are not looked up. */
export function assertConfined(host: string, network: Network = SOCKETS): void {
  if (!isSimulated(network) && (isIP(host) === 0 || !isLoopback(host))) throw new RelayRefused(host);
}

/** The one way from the relay to any network: refuses every other address before a socket is made. */
export const confine = (network: Network = SOCKETS): Network =>
  changedNetwork(network, {
    async listen(next, at, accept) {
      assertConfined(at.host, network);
      return next(at, accept);
    },
    async connect(next, target, accept, timeout) {
      assertConfined(target.host, network);
      return next(target, accept, timeout);
    },
  });
