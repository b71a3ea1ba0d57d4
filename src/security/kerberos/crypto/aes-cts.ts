import { createCipheriv, createDecipheriv } from 'node:crypto';

const BLOCK = 16;
const ZERO_IV = Buffer.alloc(BLOCK);

const cipherName = (key: Uint8Array, mode: 'cbc' | 'ecb'): string => `aes-${8 * key.length}-${mode}`;

/** RFC 3962 5: CBC with the last two blocks exchanged and the last one cut; never longer than the plain text. */
export function encryptCts(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const cipher = createCipheriv(cipherName(key, 'cbc'), key, ZERO_IV);
  cipher.setAutoPadding(false);
  const rest = -length & (BLOCK - 1);
  const plain = rest === 0 ? parts : [...parts, ZERO_IV.subarray(0, rest)];
  const blocks = cipher.update(Buffer.concat(plain));
  if (length <= BLOCK) return blocks;
  const last = blocks.length - BLOCK;
  const kept = Buffer.from(blocks.subarray(last - BLOCK, last));
  blocks.copyWithin(last - BLOCK, last);
  blocks.set(kept, last);
  return blocks.subarray(0, length);
}

export function decryptCts(key: Uint8Array, cipherText: Uint8Array): Buffer {
  const length = cipherText.length;
  const tail = length & (BLOCK - 1) || BLOCK;
  const blocks = Buffer.alloc(length - tail + BLOCK);
  blocks.set(cipherText);
  if (length > BLOCK) {
    const at = length - tail;
    const whole = cipherText.subarray(at - BLOCK, at);
    // The block that was cut is the one that the other one's plain text holds the missing octets of.
    const dec = createDecipheriv(cipherName(key, 'ecb'), key, null);
    dec.setAutoPadding(false);
    const under = dec.update(whole);
    const cut = Buffer.from(under);
    cut.set(cipherText.subarray(at));
    blocks.set(cut, at - BLOCK);
    blocks.set(whole, at);
  }
  const decipher = createDecipheriv(cipherName(key, 'cbc'), key, ZERO_IV);
  decipher.setAutoPadding(false);
  return decipher.update(blocks).subarray(0, length);
}

/** One block, or several each on its own. */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv(cipherName(key, 'ecb'), key, null);
  cipher.setAutoPadding(false);
  return cipher.update(block);
}
