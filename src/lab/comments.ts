import { callName } from '../codec/interfaces.js';
import type { SimulatedNetwork } from '../net/simulation/index.js';
import type { Listening } from './audience.js';

/** Writes into a recording, at the packets that matter, what the server made of them. */
export const comments = (network: SimulatedNetwork, address: string): Listening => ({
  onActivation: ({ client, method, outcome, refusedBy, reason, event }) => {
    const who = outcome === 'accepted' ? 'accepted' : `refused by ${refusedBy}`;
    const logged = event === undefined ? '' : ` (event ${event.id})`;
    network.annotate(client, address, 'toClient', `${method} ${who}${logged}: ${reason}`);
  },
  onInvocation: ({ client, object, member, identity }) =>
    network.annotate(
      client,
      address,
      'toClient',
      `${object}.${member} asked for as ${identity === undefined ? 'nobody' : `${identity.domain}\\${identity.user}`}; written down, not run`,
    ),
  onRefusedCall: ({ client, interface: name, opnum, refusedBy, reason }) =>
    network.annotate(client, address, 'toClient', `${callName(name, opnum)} refused by ${refusedBy}: ${reason}`),
  onFailedLogon: ({ client, reason }) =>
    network.annotate(client, address, 'toClient', `authentication failed: ${reason}`),
  association(event, client) {
    if (event.type === 'fault' || event.type === 'bind_nak')
      network.annotate(client, address, 'toClient', `${event.type} by ${event.refusedBy}: ${event.why}`);
  },
});
