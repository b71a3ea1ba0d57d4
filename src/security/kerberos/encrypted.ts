import { type Asn1Type, decodeMessage } from '../../codec/asn1/index.js';
import type { EncryptedData } from '../../codec/kerberos/basic.js';
import { decoded } from '../decoded.js';
import type { RandomBytes } from '../provider.js';
import type { KerberosKey } from './key.js';

/** The value inside an encrypted part; undefined where the key does not open it. Throws where it is no such value. */
export function open<T>(type: Asn1Type<T>, key: KerberosKey, usage: number, data: EncryptedData): T | undefined {
  const plain = key.decrypt(usage, data);
  return plain === undefined ? undefined : decoded(() => decodeMessage(type, plain));
}

export interface Sealing {
  readonly key: KerberosKey;
  readonly usage: number;
  readonly random: RandomBytes;
  readonly kvno?: number | undefined;
}

export const close = <T>(type: Asn1Type<T>, value: T, { key, usage, random, kvno }: Sealing): EncryptedData =>
  key.encrypt(usage, type.write(value), random, kvno);
