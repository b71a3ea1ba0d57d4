/** What one message is encrypted or signed with: one key for one usage. */
export interface UsageKey {
  /** The cipher text with its checksum. `confounder` has as many octets as `confounderLength`. */
  encrypt(confounder: Uint8Array, plain: Uint8Array): Buffer;
  /** The plain text without its confounder; undefined where the checksum is wrong. */
  decrypt(cipherText: Uint8Array): Buffer | undefined;
  /** get_mic of RFC 3961 4, over the parts one after another. */
  checksum(...parts: readonly Uint8Array[]): Buffer;
}

/** The keys of an AES type for one usage, for per-message tokens, which encrypt some octets and cover more. */
export interface AesUsageKey extends UsageKey {
  /** Encrypts without a checksum, cipher state zero. */
  encipher(...parts: readonly Uint8Array[]): Buffer;
  decipher(cipherText: Uint8Array): Buffer;
  /**
   * The checksum of an encryption over all that it covers in its order, encrypted or not: RFC 3962 takes the octets as
   * they were, RFC 8009 as they are sent.
   */
  integrity(plain: readonly Uint8Array[], sent: readonly Uint8Array[]): Buffer;
}

/** An encryption type of RFC 3961 with its checksum type. */
export interface EncryptionType {
  readonly etype: number;
  readonly keyLength: number;
  readonly confounderLength: number;
  readonly checksumType: number;
  readonly checksumLength: number;
  /** `params`: s2kparams of ETYPE-INFO2; the type's default where absent. */
  stringToKey(password: string, salt: string | Uint8Array, params?: Uint8Array): Buffer;
  forUsage(key: Uint8Array, usage: number): UsageKey;
}

/** A type whose per-message tokens are those of RFC 4121. */
export interface AesEncryptionType extends EncryptionType {
  forUsage(key: Uint8Array, usage: number): AesUsageKey;
}
