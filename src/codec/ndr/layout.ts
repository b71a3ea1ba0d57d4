/** The nth place of its kind, counted in order of encounter, and what was sent there. */
export type Deviation<T> = readonly [slot: number, sent: T];

/**
 * What a value does not tell about its octets. A list holds only the places where the sender chose otherwise than
 * `encode` would, so most layouts are small or absent. Handing a layout to `encode` reproduces the octets; a layout
 * that no longer fits the value changes nothing but the octets.
 */
export interface Layout {
  /** Referent ids of pointers that are not null; by default 0x20000, 0x20004, … */
  readonly referents?: readonly Deviation<number | bigint>[];
  /** max_count, offset and actual_count, and the words of serialization headers. */
  readonly words?: readonly Deviation<number | bigint>[];
  /** Alignment gaps that are not all zero. */
  readonly padding?: readonly Deviation<Uint8Array>[];
  /** Octets after the end of a buffer's last value. */
  readonly tails?: readonly Deviation<Uint8Array>[];
}

const isZero = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
};

/** Counts slots while decoding and keeps the deviations. */
export class LayoutRecorder {
  #referents = 0;
  #words = 0;
  #padding = 0;
  #tails = 0;
  readonly #found: { [K in keyof Layout]-?: Deviation<never>[] } = { referents: [], words: [], padding: [], tails: [] };

  referent(sent: number | bigint, expected: number): void {
    const slot = this.#referents++;
    if (sent !== expected) this.#found.referents.push([slot, sent as never]);
  }

  /** A place for a word whose expected content is known only later; see `word`. */
  wordSlot(): number {
    return this.#words++;
  }

  /** The place that `wordSlot` gave last. */
  get lastWordSlot(): number {
    return this.#words - 1;
  }

  word(slot: number, sent: number | bigint, expected: number | bigint): void {
    if (sent !== expected) this.#found.words.push([slot, sent as never]);
  }

  padding(bytes: Uint8Array, at: number, size: number): void {
    const slot = this.#padding++;
    for (let i = at; i < at + size; i++) {
      if (bytes[i] === 0) continue;
      this.#found.padding.push([slot, new Uint8Array(bytes.buffer, bytes.byteOffset + at, size) as never]);
      return;
    }
  }

  /** A gap that was cut short. */
  missing(rest: Uint8Array): void {
    this.#found.padding.push([this.#padding++, rest as never]);
  }

  tail(rest: Uint8Array, zeros: number): void {
    const slot = this.#tails++;
    if (rest.length !== zeros || !isZero(rest)) this.#found.tails.push([slot, rest as never]);
  }

  /** Undefined where nothing deviates. */
  result(): Layout | undefined {
    const kinds = Object.entries(this.#found).filter(([, list]) => list.length > 0);
    return kinds.length === 0 ? undefined : (Object.fromEntries(kinds) as Layout);
  }
}

/** A layout may come from a file or a test: what could not be sent is passed over. */
const isNumber = ([, sent]: Deviation<number | bigint>): boolean =>
  typeof sent === 'bigint' || Number.isSafeInteger(sent);
const isBlob = ([, sent]: Deviation<Uint8Array>): boolean => sent instanceof Uint8Array;

/** Counts slots while encoding and says what to send instead of the default. */
export class LayoutSource {
  #referentSlots = 0;
  #wordSlots = 0;
  #paddingSlots = 0;
  #tailSlots = 0;
  readonly #referents: ReadonlyMap<number, number | bigint>;
  readonly #words: ReadonlyMap<number, number | bigint>;
  readonly #padding: ReadonlyMap<number, Uint8Array>;
  readonly #tails: ReadonlyMap<number, Uint8Array>;

  constructor(layout: Layout) {
    this.#referents = new Map(layout.referents?.filter(isNumber));
    this.#words = new Map(layout.words?.filter(isNumber));
    this.#padding = new Map(layout.padding?.filter(isBlob));
    this.#tails = new Map(layout.tails?.filter(isBlob));
  }

  referent(): number | bigint | undefined {
    return this.#referents.get(this.#referentSlots++);
  }

  word(): number | bigint | undefined {
    return this.#words.get(this.#wordSlots++);
  }

  padding(): Uint8Array | undefined {
    return this.#padding.get(this.#paddingSlots++);
  }

  tail(): Uint8Array | undefined {
    return this.#tails.get(this.#tailSlots++);
  }
}
