import type { Accept } from '../../net/channel.js';
import type { Network } from '../../net/network.js';

/** An address and a port that a server of one attempt can have. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** The places that attempts share: as many can go on at a time as there are. */
export class Places {
  readonly #free: Place[];
  readonly #waiting: ((place: Place) => void)[] = [];

  private constructor(places: readonly Place[]) {
    this.#free = [...places];
  }

  /** Rejects with `TransportError` where one of them cannot be listened on. */
  static async found(places: readonly Place[], network: Network): Promise<Places> {
    for (const { address: host, port } of places) await (await network.listen({ host, port }, NOBODY)).close();
    return new Places(places);
  }

  /** Settles when one is free. */
  take(): Promise<Place> {
    const place = this.#free.shift();
    if (place !== undefined) return Promise.resolve(place);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The one that was given back last comes last: a client that is slow to notice meets nobody it knows. */
  giveBack(place: Place): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(place);
    else next(place);
  }
}

const NOBODY: Accept = (channel) => {
  channel.destroy();
  return { data: () => undefined, closed: () => undefined };
};
