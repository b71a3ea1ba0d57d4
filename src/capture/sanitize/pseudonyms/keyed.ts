import { createHash, createHmac } from 'node:crypto';

/** Rounds of the small permutations; more than the three or four that any published attack on so few values needs. */
const ROUNDS = 8;

/** Pseudorandom octets and permutations under one key, which the seed is made into. */
export class Keyed {
  readonly #key: Buffer;

  constructor(seed: string) {
    this.#key = createHash('sha256').update(`dcom-harness sanitize\0${seed}`).digest();
  }

  /** `length` octets that depend on `label` and `data`, and tell nothing of them. */
  octets(label: string, data: Uint8Array | string, length: number): Buffer {
    const out = Buffer.alloc(length);
    const seed = createHmac('sha256', this.#key).update(`${label}\0`).update(data).digest();
    for (let at = 0, block = 0; at < length; at += 32, block++) {
      const part = createHmac('sha256', seed)
        .update(Buffer.of(block, block >>> 8, block >>> 16))
        .digest();
      part.copy(out, at);
    }
    return out;
  }

  /** A permutation of `0` to `count - 1`, another one for each `label`: `value` goes where this says. */
  permute(label: string, count: number, value: number): number {
    return this.#walk(label, count, value, false);
  }

  /** The same, but nothing stays where it is: in the order of the permutation, each goes where the next one is. */
  derange(label: string, count: number, value: number): number {
    return this.#walk(label, count, (this.permute(label, count, value) + 1) % count, true);
  }

  /** Cycle walking: what falls outside is permuted again until it falls inside. */
  #walk(label: string, count: number, value: number, back: boolean): number {
    let bits = 1;
    while (2 ** (2 * bits) < count) bits++;
    let at = value;
    do at = this.#feistel(label, bits, at, back);
    while (at >= count);
    return at;
  }

  #feistel(label: string, bits: number, value: number, back: boolean): number {
    const mask = 2 ** bits - 1;
    let left = value >>> bits;
    let right = value & mask;
    if (back) [left, right] = [right, left];
    for (let step = 0; step < ROUNDS; step++) {
      const round = back ? ROUNDS - 1 - step : step;
      const mixed = createHmac('sha256', this.#key).update(`${label}\0${round}\0${right}`).digest().readUInt32LE(0);
      [left, right] = [right, (left ^ mixed) & mask];
    }
    return back ? right * 2 ** bits + left : left * 2 ** bits + right;
  }
}
