import { createHmac, pbkdf2Sync } from 'node:crypto';
import { CKSUMTYPE, ETYPE, etypeName } from '../../../codec/kerberos/numbers.js';
import { sameSecret } from '../../crypto/hash.js';
import { type KdfHash, kdfHmacSha2 } from '../../crypto/kdf.js';
import { decryptCts, encryptCts } from './aes-cts.js';
import type { AesEncryptionType, AesUsageKey } from './encryption-type.js';
import { iterationsOf } from './iterations.js';

const CONFOUNDER = 16;
const CIPHER_STATE = Buffer.alloc(16);
const NOTHING = Buffer.alloc(0);

interface Shape {
  readonly hash: KdfHash;
  readonly keyLength: number;
  readonly macLength: number;
}

/** RFC 8009 5: a MAC over the cipher text, with the cipher state in front. */
class Keys implements AesUsageKey {
  readonly #shape: Shape;
  readonly #base: Uint8Array;
  readonly #usage: number;
  #ke: Buffer | undefined;
  #ki: Buffer | undefined;
  #kc: Buffer | undefined;

  constructor(shape: Shape, base: Uint8Array, usage: number) {
    this.#shape = shape;
    this.#base = base;
    this.#usage = usage;
  }

  encrypt(confounder: Uint8Array, plain: Uint8Array): Buffer {
    const cipherText = this.encipher(confounder, plain);
    return Buffer.concat([cipherText, this.integrity([], [cipherText])]);
  }

  decrypt(cipherText: Uint8Array): Buffer | undefined {
    const end = cipherText.length - this.#shape.macLength;
    if (end < CONFOUNDER) return undefined;
    const body = cipherText.subarray(0, end);
    if (!sameSecret(this.integrity([], [body]), cipherText.subarray(end))) return undefined;
    return this.decipher(body).subarray(CONFOUNDER);
  }

  checksum(...parts: readonly Uint8Array[]): Buffer {
    this.#kc ??= this.#derive(0x99, this.#shape.macLength);
    return this.#hmac(this.#kc, parts);
  }

  encipher(...parts: readonly Uint8Array[]): Buffer {
    return encryptCts(this.#encryptionKey(), ...parts);
  }

  decipher(cipherText: Uint8Array): Buffer {
    return decryptCts(this.#encryptionKey(), cipherText);
  }

  integrity(_plain: readonly Uint8Array[], sent: readonly Uint8Array[]): Buffer {
    this.#ki ??= this.#derive(0x55, this.#shape.macLength);
    return this.#hmac(this.#ki, [CIPHER_STATE, ...sent]);
  }

  #encryptionKey(): Buffer {
    this.#ke ??= this.#derive(0xaa, this.#shape.keyLength);
    return this.#ke;
  }

  /** Kc and Ki have the length of the MAC: 192 bits of a key of 256 for type 20. */
  #derive(purpose: number, length: number): Buffer {
    const label = Buffer.alloc(5, purpose);
    label.writeUInt32BE(this.#usage);
    return kdfHmacSha2(this.#shape.hash, this.#base, label, NOTHING, length);
  }

  #hmac(key: Uint8Array, parts: readonly Uint8Array[]): Buffer {
    const mac = createHmac(this.#shape.hash, key);
    for (const part of parts) mac.update(part);
    return mac.digest().subarray(0, this.#shape.macLength);
  }
}

function aesSha2(etype: number, checksumType: number, shape: Shape): AesEncryptionType {
  const { hash, keyLength, macLength } = shape;
  return {
    etype,
    keyLength,
    confounderLength: CONFOUNDER,
    checksumType,
    checksumLength: macLength,
    stringToKey(password, salt, params) {
      const saltp = Buffer.concat([Buffer.from(etypeName(etype)), Buffer.of(0), Buffer.from(salt)]);
      const seed = pbkdf2Sync(password, saltp, iterationsOf(params, 32768), keyLength, hash);
      return kdfHmacSha2(hash, seed, Buffer.from('kerberos'), NOTHING, keyLength);
    },
    forUsage: (key, usage) => new Keys(shape, key, usage),
  };
}

const SHA256: Shape = { hash: 'sha256', keyLength: 16, macLength: 16 };
const SHA384: Shape = { hash: 'sha384', keyLength: 32, macLength: 24 };

/** RFC 8009. */
export const aes128Sha2 = aesSha2(ETYPE.AES128_CTS_HMAC_SHA256_128, CKSUMTYPE.HMAC_SHA256_128_AES128, SHA256);
export const aes256Sha2 = aesSha2(ETYPE.AES256_CTS_HMAC_SHA384_192, CKSUMTYPE.HMAC_SHA384_192_AES256, SHA384);
