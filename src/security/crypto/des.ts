import { createCipheriv } from 'node:crypto';

/** [MS-NLMP] 6, DES(K, D): one block under 7 octets of key, in electronic codebook mode. */
export function des(key7: Uint8Array, block: Uint8Array): Buffer {
  const key = withParity(key7);
  // Triple DES with one key three times is single DES, which OpenSSL 3 no longer offers by its own name.
  const cipher = createCipheriv('des-ede3', Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** [MS-NLMP] 6, DESL(K, D): 16 octets of key encrypt one block three times over, 24 octets. */
export function desl(key16: Uint8Array, block: Uint8Array): Buffer {
  const key = Buffer.alloc(21);
  key.set(key16.subarray(0, 16));
  return Buffer.concat([0, 7, 14].map((start) => des(key.subarray(start, start + 7), block)));
}

/** Spreads 56 bits over eight octets; DES ignores the lowest bit of each, its parity. */
function withParity(key7: Uint8Array): Buffer {
  const bits = Buffer.from(key7).toString('hex');
  const value = BigInt(`0x${bits}`);
  return Buffer.from(Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(49 - 7 * i)) & 0x7fn) << 1));
}
