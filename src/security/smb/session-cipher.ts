import { createCipheriv, createDecipheriv } from 'node:crypto';
import { SMB2_CIPHER, SMB2_DIALECT, SMB2_TRANSFORM_HEADER } from '../../codec/smb/index.js';
import { kdfHmacSha2 } from '../crypto/kdf.js';

/** What the keys of a session are derived from ([MS-SMB2] 3.2.5.3.1). */
export interface SessionKeying {
  /** DialectRevision of the connection. */
  readonly dialect: number;
  /** `SMB2_CIPHER`; of 3.0 and 3.0.2 always AES-128-CCM. */
  readonly cipher: number;
  /** What the authentication agreed on. */
  readonly sessionKey: Uint8Array;
  /** Session.PreauthIntegrityHashValue, of 3.1.1. */
  readonly preauthHash: Uint8Array;
}

/** Who sends a message. */
export type SmbSide = 'client' | 'server';

interface Algorithm {
  readonly name: 'aes-128-ccm' | 'aes-256-ccm' | 'aes-128-gcm' | 'aes-256-gcm';
  readonly keyLength: 16 | 32;
  readonly nonceLength: 11 | 12;
}

/** [MS-SMB2] 2.2.3.1.2, 2.2.41. */
const ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  [SMB2_CIPHER.AES_128_CCM]: { name: 'aes-128-ccm', keyLength: 16, nonceLength: 11 },
  [SMB2_CIPHER.AES_128_GCM]: { name: 'aes-128-gcm', keyLength: 16, nonceLength: 12 },
  [SMB2_CIPHER.AES_256_CCM]: { name: 'aes-256-ccm', keyLength: 32, nonceLength: 11 },
  [SMB2_CIPHER.AES_256_GCM]: { name: 'aes-256-gcm', keyLength: 32, nonceLength: 12 },
};

/** [MS-SMB2] 3.2.5.3.1: labels and contexts with their terminating zero; of 3.1.1 the context is the hash. */
const KEYS: Readonly<Record<'old' | 'V3_1_1', Readonly<Record<SmbSide, readonly [label: string, context: string]>>>> = {
  old: { client: ['SMB2AESCCM\0', 'ServerIn \0'], server: ['SMB2AESCCM\0', 'ServerOut\0'] },
  V3_1_1: { client: ['SMBC2SCipherKey\0', ''], server: ['SMBS2CCipherKey\0', ''] },
};

const [SIGNATURE_AT, NONCE_AT] = [4, 20];
const TAG = 16;

/** The encryption of one session of SMB3 ([MS-SMB2] 3.1.4.3), as a sniffer opens it; either side's messages. */
export class SmbSessionCipher {
  readonly #algorithm: Algorithm;
  readonly #keys: Readonly<Record<SmbSide, Uint8Array>>;

  private constructor(algorithm: Algorithm, keys: Readonly<Record<SmbSide, Uint8Array>>) {
    this.#algorithm = algorithm;
    this.#keys = keys;
  }

  /** Undefined for a dialect without encryption, and for a cipher that is not known. */
  static of(keying: SessionKeying): SmbSessionCipher | undefined {
    const algorithm = keying.dialect < SMB2_DIALECT.V3_0 ? undefined : ALGORITHMS[keying.cipher];
    if (algorithm === undefined) return undefined;
    const key = (side: SmbSide): Uint8Array => derive(keying, side, algorithm);
    return new SmbSessionCipher(algorithm, { client: key('client'), server: key('server') });
  }

  /** The message behind a TRANSFORM_HEADER; undefined where the signature does not fit it. */
  open(from: SmbSide, octets: Uint8Array): Buffer | undefined {
    const { name } = this.#algorithm;
    const body = octets.subarray(SMB2_TRANSFORM_HEADER.size);
    const nonce = this.#nonce(octets);
    // The two kinds have types of their own in Node's declarations, which do not fit one call.
    const decipher = createDecipheriv(name as 'aes-128-ccm', this.#keys[from], nonce, { authTagLength: TAG });
    decipher.setAuthTag(octets.subarray(SIGNATURE_AT, NONCE_AT));
    decipher.setAAD(octets.subarray(NONCE_AT, SMB2_TRANSFORM_HEADER.size), { plaintextLength: body.length });
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch {
      return undefined;
    }
  }

  /** As much of a message as there is, where its end is missing: nothing is verified. */
  openPart(from: SmbSide, octets: Uint8Array): Buffer {
    const { keyLength, nonceLength } = this.#algorithm;
    const key = this.#keys[from];
    // NIST SP 800-38D 7.1: GCM counts from 2 on; SP 800-38C A.3: CCM from 1 on, with the length of its counter before.
    const counter = Buffer.alloc(16);
    const isGcm = nonceLength === 12;
    counter.set(this.#nonce(octets), isGcm ? 0 : 1);
    if (!isGcm) counter[0] = 15 - nonceLength - 1;
    counter[15] = isGcm ? 2 : 1;
    return createCipheriv(keyLength === 16 ? 'aes-128-ctr' : 'aes-256-ctr', key, counter).update(
      octets.subarray(SMB2_TRANSFORM_HEADER.size),
    );
  }

  #nonce(octets: Uint8Array): Uint8Array {
    return octets.subarray(NONCE_AT, NONCE_AT + this.#algorithm.nonceLength);
  }

  toJSON(): string {
    return 'secret';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'SmbSessionCipher';
  }
}

/** [MS-SMB2] 3.1.4.2. */
function derive({ dialect, sessionKey, preauthHash }: SessionKeying, side: SmbSide, { keyLength }: Algorithm): Buffer {
  const [label, context] = KEYS[dialect === SMB2_DIALECT.V3_1_1 ? 'V3_1_1' : 'old'][side];
  const hashed = context === '' ? preauthHash : Buffer.from(context);
  return kdfHmacSha2('sha256', keyOf(sessionKey, keyLength), Buffer.from(label), hashed, keyLength);
}

/** [MS-SMB2] 3.2.5.3.1: Session.SessionKey has 16 octets; for keys of 32, Session.FullSessionKey is taken as it is. */
function keyOf(sessionKey: Uint8Array, keyLength: number): Uint8Array {
  if (keyLength === 32) return sessionKey;
  const key = Buffer.alloc(16);
  key.set(sessionKey.subarray(0, 16));
  return key;
}
