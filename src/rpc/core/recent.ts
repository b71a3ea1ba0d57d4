const MAX_ITEMS = 10_000;
const MAX_OCTETS = 16 * 1024 * 1024;
/** What an item takes beside the values in it. */
const ITEM = 512;
const VALUE = 16;

/** A list that forgets its oldest items: beyond 10,000 of them, or what takes more than some 16 MiB. */
export class Recent<T extends object> {
  readonly items: T[] = [];
  readonly #sizes: number[] = [];
  readonly #maxItems: number;
  readonly #maxOctets: number;
  #octets = 0;

  constructor({ maxItems = MAX_ITEMS, maxOctets = MAX_OCTETS } = {}) {
    this.#maxItems = maxItems;
    this.#maxOctets = maxOctets;
  }

  /** Adds an item. The latest one is kept, whatever its size. */
  push(item: T): void {
    const size = ITEM + sizeOf(item);
    this.items.push(item);
    this.#sizes.push(size);
    this.#octets += size;
    while (this.items.length > this.#maxItems || (this.#octets > this.#maxOctets && this.items.length > 1)) {
      this.items.shift();
      this.#octets -= this.#sizes.shift() ?? 0;
    }
  }
}

/** Octets that a value takes, near enough for a limit. */
function sizeOf(value: object): number {
  let total = 0;
  // A set visits what is added while it is visited, and nothing twice.
  const parts = new Set<object>([value]);
  for (const part of parts) {
    if (ArrayBuffer.isView(part)) {
      total += part.byteLength;
      continue;
    }
    for (const item of Object.values(part) as unknown[]) {
      total += typeof item === 'string' ? VALUE + 2 * item.length : VALUE;
      if (typeof item === 'object' && item !== null) parts.add(item);
    }
  }
  return total;
}
