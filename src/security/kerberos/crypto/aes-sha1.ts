import { createHmac, pbkdf2Sync } from 'node:crypto';
import { CKSUMTYPE, ETYPE } from '../../../codec/kerberos/numbers.js';
import { sameSecret } from '../../crypto/hash.js';
import { decryptCts, encryptBlock, encryptCts } from './aes-cts.js';
import type { AesEncryptionType, AesUsageKey } from './encryption-type.js';
import { iterationsOf } from './iterations.js';
import { nfold } from './nfold.js';

const CONFOUNDER = 16;
const MAC = 12;

/** RFC 3961 5.1: DK. */
export function deriveKey(key: Uint8Array, constant: Uint8Array): Buffer {
  let block = constant.length === 16 ? Buffer.from(constant) : nfold(constant, 16);
  const blocks: Buffer[] = [];
  for (let have = 0; have < key.length; have += 16) {
    block = encryptBlock(key, block);
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, key.length);
}

/** RFC 3961 5.3: the usage number and what the key is for. */
function constantOf(usage: number, purpose: number): Buffer {
  const constant = Buffer.alloc(5, purpose);
  constant.writeUInt32BE(usage);
  return constant;
}

function hmac(key: Uint8Array, parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha1', key);
  for (const part of parts) mac.update(part);
  return mac.digest().subarray(0, MAC);
}

/** RFC 3961 5.3, the simplified profile: a MAC over the plain text. */
class Keys implements AesUsageKey {
  readonly #base: Uint8Array;
  readonly #usage: number;
  #ke: Buffer | undefined;
  #ki: Buffer | undefined;
  #kc: Buffer | undefined;

  constructor(base: Uint8Array, usage: number) {
    this.#base = base;
    this.#usage = usage;
  }

  encrypt(confounder: Uint8Array, plain: Uint8Array): Buffer {
    return Buffer.concat([this.encipher(confounder, plain), this.integrity([confounder, plain])]);
  }

  decrypt(cipherText: Uint8Array): Buffer | undefined {
    const end = cipherText.length - MAC;
    if (end < CONFOUNDER) return undefined;
    const plain = this.decipher(cipherText.subarray(0, end));
    return sameSecret(this.integrity([plain]), cipherText.subarray(end)) ? plain.subarray(CONFOUNDER) : undefined;
  }

  checksum(...parts: readonly Uint8Array[]): Buffer {
    this.#kc ??= deriveKey(this.#base, constantOf(this.#usage, 0x99));
    return hmac(this.#kc, parts);
  }

  encipher(...parts: readonly Uint8Array[]): Buffer {
    return encryptCts(this.#encryptionKey(), ...parts);
  }

  decipher(cipherText: Uint8Array): Buffer {
    return decryptCts(this.#encryptionKey(), cipherText);
  }

  integrity(plain: readonly Uint8Array[]): Buffer {
    this.#ki ??= deriveKey(this.#base, constantOf(this.#usage, 0x55));
    return hmac(this.#ki, plain);
  }

  #encryptionKey(): Buffer {
    this.#ke ??= deriveKey(this.#base, constantOf(this.#usage, 0xaa));
    return this.#ke;
  }
}

/** RFC 3962. */
const aesSha1 = (etype: number, checksumType: number, keyLength: number): AesEncryptionType => ({
  etype,
  keyLength,
  confounderLength: CONFOUNDER,
  checksumType,
  checksumLength: MAC,
  stringToKey(password, salt, params) {
    const seed = pbkdf2Sync(password, salt, iterationsOf(params, 4096), keyLength, 'sha1');
    return deriveKey(seed, Buffer.from('kerberos'));
  },
  forUsage: (key, usage) => new Keys(key, usage),
});

export const aes128Sha1 = aesSha1(ETYPE.AES128_CTS_HMAC_SHA1_96, CKSUMTYPE.HMAC_SHA1_96_AES128, 16);
export const aes256Sha1 = aesSha1(ETYPE.AES256_CTS_HMAC_SHA1_96, CKSUMTYPE.HMAC_SHA1_96_AES256, 32);
