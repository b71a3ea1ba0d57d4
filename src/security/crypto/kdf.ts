import { createHmac } from 'node:crypto';

export type KdfHash = 'sha256' | 'sha384';

/**
 * NIST SP 800-108 in counter mode with HMAC, as RFC 8009 3 and [MS-SMB2] 3.1.4.2 have it: one block, whose hash is always
 * long enough. Zero separates label and context; the length of the key follows them in bits.
 */
export function kdfHmacSha2(
  hash: KdfHash,
  key: Uint8Array,
  label: Uint8Array,
  context: Uint8Array,
  length: number,
): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32BE(8 * length);
  const mac = createHmac(hash, key)
    .update(Buffer.of(0, 0, 0, 1))
    .update(label)
    .update(Buffer.of(0))
    .update(context);
  return mac.update(bits).digest().subarray(0, length);
}
