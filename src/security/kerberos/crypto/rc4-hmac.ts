import { CKSUMTYPE, ETYPE } from '../../../codec/kerberos/numbers.js';
import { hmacMd5, md5, sameSecret } from '../../crypto/hash.js';
import { md4 } from '../../crypto/md4.js';
import { rc4 } from '../../crypto/rc4.js';
import type { EncryptionType, UsageKey } from './encryption-type.js';

const CONFOUNDER = 8;
const CHECKSUM = 16;
const SIGNATURE_KEY = Buffer.from('signaturekey\0', 'latin1');

/** RFC 4757 3: the message types of RC4 differ from the usages of RFC 4120 in the two replies of a KDC. */
function messageType(usage: number): Buffer {
  const type = Buffer.alloc(4);
  type.writeUInt32LE(usage === 3 || usage === 9 ? 8 : usage);
  return type;
}

/** RFC 4757 4: HMAC-MD5 over the MD5 of the type and the octets. */
export function rc4Checksum(key: Uint8Array, type: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return hmacMd5(hmacMd5(key, SIGNATURE_KEY), md5(type, ...parts));
}

class Keys implements UsageKey {
  readonly #type: Buffer;
  readonly #key: Uint8Array;
  readonly #k2: Buffer;

  constructor(key: Uint8Array, usage: number) {
    this.#key = key;
    this.#type = messageType(usage);
    this.#k2 = hmacMd5(key, this.#type);
  }

  /** RFC 4757 5. */
  encrypt(confounder: Uint8Array, plain: Uint8Array): Buffer {
    const data = Buffer.concat([confounder, plain]);
    const checksum = hmacMd5(this.#k2, data);
    return Buffer.concat([checksum, rc4(hmacMd5(this.#k2, checksum), data)]);
  }

  decrypt(cipherText: Uint8Array): Buffer | undefined {
    if (cipherText.length < CHECKSUM + CONFOUNDER) return undefined;
    const checksum = cipherText.subarray(0, CHECKSUM);
    const data = rc4(hmacMd5(this.#k2, checksum), cipherText.subarray(CHECKSUM));
    return sameSecret(hmacMd5(this.#k2, data), checksum) ? data.subarray(CONFOUNDER) : undefined;
  }

  checksum(...parts: readonly Uint8Array[]): Buffer {
    return rc4Checksum(this.#key, this.#type, ...parts);
  }
}

/** RFC 4757: the key is the NT hash, without salt. */
export const rc4Hmac: EncryptionType = {
  etype: ETYPE.RC4_HMAC,
  keyLength: 16,
  confounderLength: CONFOUNDER,
  checksumType: CKSUMTYPE.HMAC_MD5,
  checksumLength: CHECKSUM,
  stringToKey: (password) => md4(Buffer.from(password, 'utf16le')),
  forUsage: (key, usage) => new Keys(key, usage),
};
