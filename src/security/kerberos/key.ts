import type { EncryptedData, EncryptionKey } from '../../codec/kerberos/basic.js';
import { ETYPE, etypeName } from '../../codec/kerberos/numbers.js';
import { SecurityError } from '../error.js';
import type { RandomBytes } from '../provider.js';
import type { Secret } from '../secret.js';
import { type EncryptionType, encryptionType, type UsageKey } from './crypto/index.js';

/** A Kerberos key. Its octets sit in private fields, so that no log, report or JSON shows them. */
export class KerberosKey {
  readonly type: EncryptionType;
  readonly #octets: Uint8Array;
  readonly #usages = new Map<number, UsageKey>();

  constructor(etype: number, octets: Uint8Array) {
    this.type = encryptionType(etype);
    if (octets.length !== this.type.keyLength) {
      const detail = `Kerberos: a key of ${etypeName(etype)} has ${this.type.keyLength} octets, not ${octets.length}`;
      throw new SecurityError('BAD_TOKEN', detail);
    }
    this.#octets = Uint8Array.from(octets);
  }

  static of({ keytype, keyvalue }: EncryptionKey): KerberosKey {
    return new KerberosKey(keytype, keyvalue);
  }

  static random(etype: number, random: RandomBytes): KerberosKey {
    return new KerberosKey(etype, random(encryptionType(etype).keyLength));
  }

  static fromPassword(etype: number, password: string, salt: string | Uint8Array, params?: Uint8Array): KerberosKey {
    return new KerberosKey(etype, encryptionType(etype).stringToKey(password, salt, params));
  }

  /** The key of an account; undefined where its password is not known, as an NT hash makes only an RC4 key. */
  static fromSecret(
    etype: number,
    { password, ntHash }: Secret,
    salt: string | Uint8Array,
    params?: Uint8Array,
  ): KerberosKey | undefined {
    if (password !== undefined) return KerberosKey.fromPassword(etype, password, salt, params);
    return etype === ETYPE.RC4_HMAC ? new KerberosKey(etype, ntHash) : undefined;
  }

  get etype(): number {
    return this.type.etype;
  }

  /** For messages that carry the key, and for nothing that is shown. */
  get value(): EncryptionKey {
    return { keytype: this.etype, keyvalue: this.#octets };
  }

  /** What messages of one usage are encrypted and signed with; derived once. */
  forUsage(usage: number): UsageKey {
    let key = this.#usages.get(usage);
    if (key === undefined) {
      key = this.type.forUsage(this.#octets, usage);
      this.#usages.set(usage, key);
    }
    return key;
  }

  encrypt(usage: number, plain: Uint8Array, random: RandomBytes, kvno?: number): EncryptedData {
    const cipher = this.forUsage(usage).encrypt(random(this.type.confounderLength), plain);
    return { etype: this.etype, cipher, ...(kvno === undefined ? {} : { kvno }) };
  }

  /** The plain text; undefined where the key, or an octet of the cipher text, is another. */
  decrypt(usage: number, { etype, cipher }: EncryptedData): Buffer | undefined {
    return etype === this.etype ? this.forUsage(usage).decrypt(cipher) : undefined;
  }

  toJSON(): string {
    return 'secret';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'KerberosKey';
  }
}
