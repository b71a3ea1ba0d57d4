import { hasFlag } from '../../codec/ntlm/flags.js';
import type { Side } from '../channel.js';
import { des } from '../crypto/des.js';
import { hmacMd5, md5 } from '../crypto/hash.js';
import type { Secret } from '../secret.js';

/**
 * [MS-NLMP] 3.3.1, UpperCase: one character for one, as Windows does it; 'ß' stays as it is, where JavaScript would
 * make two letters of it.
 */
export const upperCase = (text: string): string =>
  Array.from(text, (c) => (c.toUpperCase().length === c.length ? c.toUpperCase() : c)).join('');

/** [MS-NLMP] 3.3.1, LMOWFv1; undefined where the password is unknown, too long, or not in the OEM character set. */
export function lmowfV1(secret: Secret): Buffer | undefined {
  const { password } = secret;
  if (password === undefined || password.length > 14 || /[^\x20-\x7e\xa0-\xff]/.test(password)) return undefined;
  const key = Buffer.alloc(14);
  key.write(upperCase(password), 'latin1');
  const magic = Buffer.from('KGS!@#$%', 'latin1');
  return Buffer.concat([des(key.subarray(0, 7), magic), des(key.subarray(7), magic)]);
}

/** [MS-NLMP] 3.3.2, NTOWFv2, which LMOWFv2 equals. The domain's case counts, the user's does not. */
export const ntowfV2 = (secret: Secret, user: string, domain: string): Buffer =>
  hmacMd5(secret.ntHash, Buffer.from(upperCase(user) + domain, 'utf16le'));

/** What KXKEY takes beyond the session base key; only NTLMv1 needs more than that key. */
export interface KeyExchangeInput {
  readonly flags: number;
  readonly sessionBaseKey: Uint8Array;
  readonly lmChallengeResponse: Uint8Array;
  readonly serverChallenge: Uint8Array;
  readonly lmowf?: Uint8Array | undefined;
}

/** [MS-NLMP] 3.4.5.1, KXKEY for NTLMv1. */
export function keyExchangeKeyV1(input: KeyExchangeInput): Buffer {
  const { flags, sessionBaseKey, lmChallengeResponse, serverChallenge, lmowf } = input;
  const lm8 = Buffer.alloc(8);
  lm8.set(lmChallengeResponse.subarray(0, 8));
  if (hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY'))
    return hmacMd5(sessionBaseKey, serverChallenge, lm8);
  const lmHash = lmowf ?? Buffer.alloc(16);
  if (hasFlag(flags, 'NTLMSSP_NEGOTIATE_LM_KEY')) {
    const second = Buffer.alloc(7, 0xbd);
    second[0] = lmHash[7] as number;
    return Buffer.concat([des(lmHash.subarray(0, 7), lm8), des(second, lm8)]);
  }
  if (hasFlag(flags, 'NTLMSSP_REQUEST_NON_NT_SESSION_KEY'))
    return Buffer.concat([lmHash.subarray(0, 8), Buffer.alloc(8)]);
  return Buffer.from(sessionBaseKey);
}

const magic = (side: Side, use: 'signing' | 'sealing'): Buffer => {
  const direction = side === 'initiator' ? 'client-to-server' : 'server-to-client';
  return Buffer.from(`session key to ${direction} ${use} key magic constant\0`, 'latin1');
};

/** [MS-NLMP] 3.4.5.2, SIGNKEY for what `side` sends; none without extended session security. */
export const signKey = (flags: number, exportedSessionKey: Uint8Array, side: Side): Buffer | undefined =>
  hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY')
    ? md5(exportedSessionKey, magic(side, 'signing'))
    : undefined;

/** [MS-NLMP] 3.4.5.3, SEALKEY for what `side` sends; without extended session security both sides have the same. */
export function sealKey(flags: number, exportedSessionKey: Uint8Array, side: Side): Buffer {
  const key = Buffer.from(exportedSessionKey);
  const is56 = hasFlag(flags, 'NTLMSSP_NEGOTIATE_56');
  if (hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY')) {
    const length = hasFlag(flags, 'NTLMSSP_NEGOTIATE_128') ? 16 : is56 ? 7 : 5;
    return md5(key.subarray(0, length), magic(side, 'sealing'));
  }
  if (!hasFlag(flags, 'NTLMSSP_NEGOTIATE_LM_KEY') && !hasFlag(flags, 'NTLMSSP_NEGOTIATE_DATAGRAM')) return key;
  return is56
    ? Buffer.concat([key.subarray(0, 7), Buffer.of(0xa0)])
    : Buffer.concat([key.subarray(0, 5), Buffer.of(0xe5, 0x38, 0xb0)]);
}
