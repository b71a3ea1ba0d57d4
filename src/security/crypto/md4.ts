/** RFC 1320: 16 octets. Own code, since OpenSSL 3 ships MD4 only in its legacy provider; NTLM hashes passwords with it. */
export function md4(message: Uint8Array): Buffer {
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const padded = pad(message);
  const view = new DataView(padded.buffer);
  const block = new Uint32Array(16);
  for (let offset = 0; offset < padded.length; offset += 64) {
    for (let i = 0; i < 16; i++) block[i] = view.getUint32(offset + 4 * i, true);
    compress(state, block);
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, i) => {
    digest.writeUInt32LE(word, 4 * i);
  });
  padded.fill(0);
  return digest;
}

/** RFC 1320 3.1 and 3.2: a one bit, zeros to 56 modulo 64, the length in bits. */
function pad(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n, true);
  return padded;
}

/** RFC 1320 3.4: the order of the words, the shifts and the constant of each round. */
const ROUNDS = [
  { words: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], shifts: [3, 7, 11, 19], constant: 0 },
  { words: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], shifts: [3, 5, 9, 13], constant: 0x5a827999 },
  { words: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15], shifts: [3, 9, 11, 15], constant: 0x6ed9eba1 },
] as const;

const mix = [
  (x: number, y: number, z: number): number => (x & y) | (~x & z),
  (x: number, y: number, z: number): number => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number): number => x ^ y ^ z,
] as const;

function compress(state: Uint32Array, block: Uint32Array): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (const [index, { words, shifts, constant }] of ROUNDS.entries()) {
    const f = mix[index] as (typeof mix)[number];
    for (let i = 0; i < 16; i++) {
      const sum = (a + f(b, c, d) + (block[words[i] as number] as number) + constant) | 0;
      const shift = shifts[i & 3] as number;
      [a, d, c, b] = [d, c, b, (sum << shift) | (sum >>> (32 - shift))];
    }
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
}
