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

  /** As `derange`, of all rows of as many digits below `radix`: in one cycle, so that whoever goes on comes to every row. */
  derangeDigits(label: string, radix: number, digits: readonly number[]): readonly number[] {
    if (digits.length === 1) return [this.derange(label, radix, digits[0] as number)];
    const next = [...this.#digitsFeistel(label, radix, digits, false)];
    for (let at = next.length - 1; at >= 0; at--) {
      next[at] = ((next[at] as number) + 1) % radix;
      if (next[at] !== 0) break;
    }
    return this.#digitsFeistel(label, radix, next, true);
  }

  /** Halves of a row, of any length: each in turn has digits added that the other one makes. */
  #digitsFeistel(label: string, radix: number, digits: readonly number[], back: boolean): readonly number[] {
    const half = digits.length >>> 1;
    const halves = [digits.slice(0, half), digits.slice(half)] as [number[], number[]];
    const sign = back ? radix - 1 : 1;
    for (let step = 0; step < ROUNDS; step++) {
      const round = back ? ROUNDS - 1 - step : step;
      const changed = halves[round % 2] as number[];
      const other = halves[1 - (round % 2)] as number[];
      const mixed = this.octets(`${label} ${digits.length} ${round}`, Buffer.from(other), changed.length * 2);
      for (const [at, digit] of changed.entries())
        changed[at] = (digit + sign * (mixed.readUInt16LE(at * 2) % radix)) % radix;
    }
    return halves.flat();
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
