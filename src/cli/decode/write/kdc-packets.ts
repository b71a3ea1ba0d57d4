import type { Place } from './deliveries.js';

/** Packets of KDCs that are kept in mind until their client is chosen. */
const MOST = 262_144;

/** The packets of KDCs, by the address of their client: they say whose tickets it shows to servers later. */
export class KdcPackets {
  readonly #byClient = new Map<string, Place[]>();
  #places = 0;

  add(client: string, place: Place): void {
    if (this.#places >= MOST) this.#forget();
    const places = this.#byClient.get(client) ?? [];
    if (places.length === 0) this.#byClient.set(client, places);
    places.push(place);
    this.#places++;
  }

  /** Those of a client that were not taken yet. */
  take(client: string): readonly Place[] {
    const places = this.#byClient.get(client) ?? [];
    this.#byClient.delete(client);
    this.#places -= places.length;
    return places;
  }

  /** Those of the client that was seen first. */
  #forget(): void {
    const [oldest] = this.#byClient.keys();
    if (oldest !== undefined) this.take(oldest);
  }
}
