/** RFC 3961 5.1: stretches or folds `input` to `length` octets, each of whose bits counts alike. */
export function nfold(input: Uint8Array, length: number): Buffer {
  const total = leastCommonMultiple(input.length, length);
  const sums = new Uint32Array(length);
  for (let at = 0; at < total; at++) {
    const copy = Math.floor(at / input.length);
    const column = at % length;
    sums[column] = (sums[column] as number) + rotatedOctet(input, at % input.length, 13 * copy);
  }
  return carryAround(sums);
}

/** Octet `at` of `input` rotated to the right by `bits`. */
function rotatedOctet(input: Uint8Array, at: number, bits: number): number {
  const size = 8 * input.length;
  const start = (((8 * at - bits) % size) + size) % size;
  const index = start >> 3;
  const pair = ((input[index] as number) << 8) | (input[(index + 1) % input.length] as number);
  return (pair >> (8 - (start & 7))) & 0xff;
}

/** One's complement addition: what is carried out at the front comes in at the end. */
function carryAround(sums: Uint32Array): Buffer {
  let carry = 0;
  do {
    for (let i = sums.length - 1; i >= 0; i--) {
      const sum = (sums[i] as number) + carry;
      sums[i] = sum & 0xff;
      carry = sum >>> 8;
    }
  } while (carry !== 0);
  return Buffer.from(sums);
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a * b) / x;
}
