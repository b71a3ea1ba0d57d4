import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { type NegotiateFlag, negotiateFlags } from '../../../../src/codec/ntlm/index.js';
import { md4 } from '../../../../src/security/crypto/md4.js';
import { rc4 } from '../../../../src/security/crypto/rc4.js';
import { keyExchangeKeyV1, lmowfV1, ntowfV2, sealKey, signKey } from '../../../../src/security/ntlm/keys.js';
import { computeV1, computeV2 } from '../../../../src/security/ntlm/responses.js';
import { NtlmSession } from '../../../../src/security/ntlm/session.js';
import { fromHex } from '../../../support/hex.js';
import { COMMON, V1, V1_EXTENDED, V2 } from '../../../vectors/ntlm.js';

const { secret, serverChallenge, clientChallenge, randomSessionKey, plaintext } = COMMON;

/** GSS_WrapEx of the example's text: all of it sealed and signed. */
function wrap(flags: number, key: Uint8Array): { sealed: string; signature: string } {
  const pdu = Buffer.from(plaintext);
  const message = { pdu, bodyStart: 0, bodyEnd: pdu.length, signHeader: false };
  const signature = new NtlmSession(flags, key).from('initiator').seal(message);
  return { sealed: toHex(pdu), signature: toHex(signature) };
}

describe('[MS-NLMP] 4.2.2 NTLMv1', () => {
  const responses = computeV1({ secret, flags: V1.flags, serverChallenge, clientChallenge, noLmResponse: false });
  const keyFor = (...names: NegotiateFlag[]): Buffer =>
    keyExchangeKeyV1({
      flags: (V1.flags | negotiateFlags(...names)) >>> 0,
      sessionBaseKey: fromHex(V1.sessionBaseKey),
      lmChallengeResponse: responses.lm,
      serverChallenge,
      lmowf: lmowfV1(secret),
    });

  test('4.2.2.1.1 LMOWFv1', () => expect(lmowfV1(secret)?.toString('hex')).toBe(V1.lmowf));
  test('4.2.2.1.2 NTOWFv1', () => expect(toHex(secret.ntHash)).toBe(V1.ntowf));
  test('4.2.2.1.3 session base key', () => expect(toHex(md4(secret.ntHash))).toBe(V1.sessionBaseKey));
  test('4.2.2.1.3 the key exchange key is the session base key', () => {
    expect(toHex(responses.keyExchangeKey)).toBe(V1.sessionBaseKey);
  });
  test('4.2.2.2.1 NTLMv1 response', () => expect(toHex(responses.nt)).toBe(V1.ntResponse));
  test('4.2.2.2.2 LMv1 response', () => expect(toHex(responses.lm)).toBe(V1.lmResponse));
  test('4.2.2.2.2 key exchange key with NTLMSSP_NEGOTIATE_LM_KEY', () => {
    expect(toHex(keyFor('NTLMSSP_NEGOTIATE_LM_KEY'))).toBe(V1.keyExchangeKeyLm);
  });
  test('4.2.2.2.3 encrypted session key', () => {
    expect(toHex(rc4(keyFor(), randomSessionKey))).toBe(V1.encryptedKey);
  });
  test('4.2.2.2.3 encrypted session key with NTLMSSP_REQUEST_NON_NT_SESSION_KEY', () => {
    expect(toHex(rc4(keyFor('NTLMSSP_REQUEST_NON_NT_SESSION_KEY'), randomSessionKey))).toBe(V1.encryptedKeyNonNt);
  });
  test('4.2.2.2.3 encrypted session key with NTLMSSP_NEGOTIATE_LM_KEY', () => {
    expect(toHex(rc4(keyFor('NTLMSSP_NEGOTIATE_LM_KEY'), randomSessionKey))).toBe(V1.encryptedKeyLm);
  });
  test('4.2.2.4 CRC32 of the message', () => expect(crc32(plaintext)).toBe(0x93aa847d));
  test('4.2.2.4 sealed message and signature', () => {
    expect(wrap(V1.flags, randomSessionKey)).toEqual({ sealed: V1.sealed, signature: V1.signature });
  });
});

describe('[MS-NLMP] 4.2.3 NTLMv1 with client challenge', () => {
  const { flags } = V1_EXTENDED;
  const responses = computeV1({ secret, flags, serverChallenge, clientChallenge, noLmResponse: false });
  const key = fromHex(V1_EXTENDED.keyExchangeKey);

  test('4.2.3.1.3 key exchange key', () => expect(toHex(responses.keyExchangeKey)).toBe(V1_EXTENDED.keyExchangeKey));
  test('4.2.3.2.1 LMv1 response', () => expect(toHex(responses.lm)).toBe(V1_EXTENDED.lmResponse));
  test('4.2.3.2.2 NTLMv1 response', () => expect(toHex(responses.nt)).toBe(V1_EXTENDED.ntResponse));
  test('4.2.3.4 SEALKEY of 56 bits', () => expect(toHex(sealKey(flags, key, 'initiator'))).toBe(V1_EXTENDED.sealKey));
  test('4.2.3.4 SIGNKEY', () => {
    expect(toHex(signKey(flags, key, 'initiator') as Buffer)).toBe(V1_EXTENDED.signKey);
  });
  test('4.2.3.4 sealed message and signature, its checksum not under RC4', () => {
    expect(wrap(flags, key)).toEqual({ sealed: V1_EXTENDED.sealed, signature: V1_EXTENDED.signature });
  });
});

describe('[MS-NLMP] 4.2.4 NTLMv2', () => {
  const responseKey = ntowfV2(secret, COMMON.user, COMMON.domain);
  const responses = computeV2({ responseKey, serverChallenge, clientChallenge, temp: V2.temp, zeroLm: false });

  test('4.2.4.1.1 NTOWFv2', () => expect(toHex(responseKey)).toBe(V2.ntowf));
  test('4.2.4.1.2 session base key', () => expect(toHex(responses.keyExchangeKey)).toBe(V2.sessionBaseKey));
  test('4.2.4.2.1 LMv2 response', () => expect(toHex(responses.lm)).toBe(V2.lmResponse));
  test('4.2.4.2.2 NTLMv2 response', () => expect(toHex(responses.nt)).toBe(V2.proof + toHex(V2.temp)));
  test('4.2.4.2.3 encrypted session key', () => {
    expect(toHex(rc4(responses.keyExchangeKey, randomSessionKey))).toBe(V2.encryptedKey);
  });
  test('4.2.4.4 SEALKEY', () => expect(toHex(sealKey(V2.flags, randomSessionKey, 'initiator'))).toBe(V2.sealKey));
  test('4.2.4.4 SIGNKEY', () => {
    expect(toHex(signKey(V2.flags, randomSessionKey, 'initiator') as Buffer)).toBe(V2.signKey);
  });
  test('4.2.4.4 sealed message and signature', () => {
    expect(wrap(V2.flags, randomSessionKey)).toEqual({ sealed: V2.sealed, signature: V2.signature });
  });
});
