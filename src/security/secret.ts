import { md4 } from './crypto/md4.js';
import { SecurityError } from './error.js';

const BLANK = Buffer.from(md4(Buffer.alloc(0)));

/**
 * A password, or its NT hash where the password is not known. It sits in private fields, so that no log, report or
 * JSON shows it.
 */
export class Secret {
  readonly #password: string | undefined;
  readonly #ntHash: Uint8Array;

  private constructor(password: string | undefined, ntHash: Uint8Array) {
    this.#password = password;
    this.#ntHash = ntHash;
  }

  /** Throws `SecurityError` for anything but a text, as where a program was given none. */
  static password(password: string): Secret {
    if (typeof password !== 'string')
      throw new SecurityError('UNSUPPORTED', 'a password is a text, which may be empty');
    return new Secret(password, md4(Buffer.from(password, 'utf16le')));
  }

  /** 16 octets, or 32 hexadecimal digits. */
  static ntHash(hash: Uint8Array | string): Secret {
    const bytes = typeof hash === 'string' ? Buffer.from(/^[0-9a-f]{32}$/i.test(hash) ? hash : '', 'hex') : hash;
    if (bytes.length !== 16)
      throw new SecurityError('UNSUPPORTED', 'an NT hash is 16 octets, or 32 hexadecimal digits');
    return new Secret(undefined, Uint8Array.from(bytes));
  }

  /** [MS-NLMP] 3.3.1, NTOWFv1. For mechanisms only. */
  get ntHash(): Uint8Array {
    return this.#ntHash;
  }

  /** Where only the hash is known, LM responses and Kerberos AES keys cannot be had. For mechanisms only. */
  get password(): string | undefined {
    return this.#password;
  }

  /** The password is the empty one. */
  get blank(): boolean {
    return Buffer.from(this.#ntHash).equals(BLANK);
  }

  toJSON(): string {
    return 'secret';
  }

  /** Node prints an object by this symbol, and would otherwise call the getters under `getters: true`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Secret';
  }
}
