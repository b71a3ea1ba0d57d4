import type { Channel } from '../net/channel.js';
import { changedNetwork, type Network } from '../net/network.js';
import type { EndpointObserver } from './endpoint/endpoint.js';

/** Connections that the server itself opens, told of as those that it accepts: then it is the client. */
export const observedNetwork = (network: Network, observers: readonly EndpointObserver[]): Network =>
  changedNetwork(network, {
    async connect(next, target, accept, timeout) {
      const channel = await next(
        target,
        (opened) => {
          const events = accept(watched(opened, observers));
          const [own, peer] = [opened.local, opened.remote];
          for (const observer of observers) observer.connected?.(own, peer);
          return {
            data(bytes) {
              for (const observer of observers) observer.octets?.('server', bytes, own, peer);
              events.data(bytes);
            },
            closed(error) {
              events.closed(error);
              for (const observer of observers) observer.disconnected?.(own, peer, error?.message);
            },
          };
        },
        timeout,
      );
      return watched(channel, observers);
    },
  });

const watched = (channel: Channel, observers: readonly EndpointObserver[]): Channel => ({
  local: channel.local,
  remote: channel.remote,
  send(bytes) {
    for (const observer of observers) observer.octets?.('client', bytes, channel.local, channel.remote);
    channel.send(bytes);
  },
  end: () => channel.end(),
  destroy: () => channel.destroy(),
});
