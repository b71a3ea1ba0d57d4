/** An entry, between the ones that came before and after it in any of the maps. */
export interface Entry<K, V> {
  readonly map: AgedMap<K, V>;
  readonly key: K;
  readonly value: V;
  weight: number;
  older: Entry<K, V> | undefined;
  newer: Entry<K, V> | undefined;
}

/**
 * The entries of all maps that share it: beyond the limit the oldest give way, whichever map has them. A list of its
 * own, as a `Set` whose first members are deleted again and again looks for its first one ever longer.
 */
export class Allowance<K, V> {
  readonly #limit: number;
  readonly #dropped: (value: V) => void;
  #weight = 0;
  #oldest: Entry<K, V> | undefined;
  #newest: Entry<K, V> | undefined;

  /** Of the weights of all entries, which is their number where none is given. `dropped` is told what gave way. */
  constructor(limit: number, dropped: (value: V) => void = () => {}) {
    this.#limit = limit;
    this.#dropped = dropped;
  }

  add(entry: Entry<K, V>): void {
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#weight += entry.weight;
  }

  remove(entry: Entry<K, V>): void {
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    this.#weight -= entry.weight;
  }

  weigh(entry: Entry<K, V>, weight: number): void {
    this.#weight += weight - entry.weight;
    entry.weight = weight;
  }

  makeRoom(): void {
    while (this.#weight > this.#limit && this.#oldest !== undefined) {
      const { map, key, value } = this.#oldest;
      map.delete(key);
      this.#dropped(value);
    }
  }
}

/** The entries of one connection, in the order in which they were set; bounded together with those of all others. */
export class AgedMap<K, V> {
  readonly #allowance: Allowance<K, V>;
  /** Made when there is an entry: of most connections only the handshake is followed, and there are many. */
  #entries: Map<K, Entry<K, V>> | undefined;

  constructor(allowance: Allowance<K, V>) {
    this.#allowance = allowance;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key)?.value;
  }

  /** The entry is the newest of all, and may itself be too much. */
  set(key: K, value: V, weight = 1): void {
    this.delete(key);
    const entry: Entry<K, V> = { map: this, key, value, weight, older: undefined, newer: undefined };
    this.#entries ??= new Map();
    this.#entries.set(key, entry);
    this.#allowance.add(entry);
    this.#allowance.makeRoom();
  }

  /** The entry has become heavier; its age stays. */
  weigh(key: K, weight: number): void {
    const entry = this.#entries?.get(key);
    if (entry === undefined) return;
    this.#allowance.weigh(entry, weight);
    this.#allowance.makeRoom();
  }

  /** Gives what was there. */
  delete(key: K): V | undefined {
    const entry = this.#entries?.get(key);
    if (entry === undefined) return undefined;
    this.#entries?.delete(key);
    this.#allowance.remove(entry);
    return entry.value;
  }

  values(): V[] {
    return [...(this.#entries?.values() ?? [])].map(({ value }) => value);
  }

  clear(): void {
    for (const entry of this.#entries?.values() ?? []) this.#allowance.remove(entry);
    this.#entries = undefined;
  }
}
