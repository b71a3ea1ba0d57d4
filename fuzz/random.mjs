// Randomness that a seed decides: the same seed and index give the same case on every machine.
import { createHash } from 'node:crypto';

export class Random {
  #state;

  constructor(seed) {
    this.#state = createHash('sha256').update(String(seed)).digest().readUInt32LE(0) | 1;
  }

  /** xorshift32: 32 bits, never 0. */
  next() {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x | 0;
    return x >>> 0;
  }

  /** From 0 to `limit - 1`. */
  below(limit) {
    return limit <= 1 ? 0 : this.next() % limit;
  }

  chance(oneIn) {
    return this.below(oneIn) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  octets(length) {
    return Buffer.from(Uint8Array.from({ length }, () => this.next() & 0xff));
  }
}

/** What the security providers draw from: octets that count up, so that recorded tokens fit a new server. */
export function counting(seed) {
  let next = seed;
  const octet = () => {
    next = (next * 31 + 17) & 0xffff;
    return next & 0xff;
  };
  return (length) => Uint8Array.from({ length }, octet);
}
