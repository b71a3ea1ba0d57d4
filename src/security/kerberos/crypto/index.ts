import { etypeName } from '../../../codec/kerberos/numbers.js';
import { SecurityError } from '../../error.js';
import { aes128Sha1, aes256Sha1 } from './aes-sha1.js';
import { aes128Sha2, aes256Sha2 } from './aes-sha2.js';
import type { AesEncryptionType, EncryptionType } from './encryption-type.js';
import { rc4Hmac } from './rc4-hmac.js';

export type { AesEncryptionType, AesUsageKey, EncryptionType, UsageKey } from './encryption-type.js';

const AES: readonly AesEncryptionType[] = [aes256Sha1, aes128Sha1, aes256Sha2, aes128Sha2];
const ALL: readonly EncryptionType[] = [...AES, rc4Hmac];

/** The type of a number, where this project has it. */
export const findEncryptionType = (etype: number): EncryptionType | undefined =>
  ALL.find((type) => type.etype === etype);

export const findAesType = (etype: number): AesEncryptionType | undefined => AES.find((type) => type.etype === etype);

export const findByChecksumType = (checksumType: number): EncryptionType | undefined =>
  ALL.find((type) => type.checksumType === checksumType);

/** As `findEncryptionType`; throws `SecurityError` where there is none. */
export function encryptionType(etype: number): EncryptionType {
  const type = findEncryptionType(etype);
  if (type === undefined)
    throw new SecurityError('UNSUPPORTED', `Kerberos: encryption type ${etypeName(etype)} is not known here`);
  return type;
}
