import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** RFC 1321 over the parts one after another. */
export function md5(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** RFC 2104 with MD5 over the parts one after another. */
export function hmacMd5(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac('md5', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** Equality in a time that depends only on the lengths; every comparison of secrets or of what secrets made uses it. */
export const sameSecret = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
