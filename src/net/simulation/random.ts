import { createHash } from 'node:crypto';

/** As many octets as asked for. */
export type SeededBytes = (length: number) => Buffer;

const DIGEST = 32;

/**
 * Octets that follow only from a seed: SHA-256 of the seed, what the octets are for, and a counter. Each purpose has a
 * sequence of its own, which others do not disturb. Not for secrets.
 */
export function seededRandom(seed: string | number, purpose = ''): SeededBytes {
  const key = createHash('sha256')
    .update(JSON.stringify([String(seed), purpose]))
    .digest();
  let counter = 0n;
  let rest: Buffer = Buffer.alloc(0);
  const more = (): Buffer => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(counter++);
    return createHash('sha256').update(key).update(count).digest();
  };
  return (length) => {
    if (rest.length < length) {
      const parts = [rest];
      for (let have = rest.length; have < length; have += DIGEST) parts.push(more());
      rest = Buffer.concat(parts);
    }
    const taken = Buffer.from(rest.subarray(0, length));
    rest = rest.subarray(length);
    return taken;
  };
}
