import { describe, expect, test } from 'vitest';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { asBuffer, toHex } from '../../../../src/codec/bytes.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  type AuthenticateMessage,
  type ChallengeMessage,
  decodeAuthenticate,
  decodeNegotiate,
  decodeNtlmMessage,
  decodeNtlmV2Response,
  encodeAuthenticate,
  encodeNegotiate,
  encodeNtlmMessage,
  encodeNtlmV2Response,
  findOverlap,
  isNtlm,
  negotiateFlagNames,
  textOf,
} from '../../../../src/codec/ntlm/index.js';
import { decodePdu } from '../../../../src/codec/rpce/index.js';
import { decodeNegToken, encodeNegToken } from '../../../../src/codec/spnego/index.js';
import { corpus, corpusMissing, knownKey } from '../../../support/corpus.js';
import { fromHex } from '../../../support/hex.js';
import { decodedUnlessRefused } from '../../../support/mutated.js';
import { V1, V1_EXTENDED, V2 } from '../../../vectors/ntlm.js';

/** What Windows sends at CONNECT: 40 octets, no names. */
const windowsNegotiate = fromHex(`
  4e544c4d53535000 # Signature
  01000000         # MessageType
  978208e2         # NegotiateFlags
  0000000000000000 # DomainNameFields
  0000000000000000 # WorkstationFields
  0a00614a0000000f # Version`);

const vectors = {
  'NEGOTIATE_MESSAGE of Windows 10': windowsNegotiate,
  'CHALLENGE_MESSAGE of 4.2.2.3': V1.challenge,
  'AUTHENTICATE_MESSAGE of 4.2.2.3': V1.authenticate,
  'AUTHENTICATE_MESSAGE of 4.2.3.3': V1_EXTENDED.authenticate,
  'CHALLENGE_MESSAGE of 4.2.4.3': V2.challenge,
  'AUTHENTICATE_MESSAGE of 4.2.4.3': V2.authenticate,
};

describe('[MS-NLMP] 2.2.1 messages', () => {
  test.each(Object.entries(vectors))('%s is encoded to the octets that it was decoded from', (_, octets) => {
    expect(toHex(encodeNtlmMessage(decodeNtlmMessage(octets)))).toBe(toHex(octets));
  });

  test.each(Object.entries(vectors))('%s is a value or a CodecError at every length', (_, octets) => {
    for (let length = 0; length < octets.length; length++) {
      try {
        const cut = octets.subarray(0, length);
        expect(encodeNtlmMessage(decodeNtlmMessage(cut)).equals(cut)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });

  test('every item of the AUTHENTICATE_MESSAGE of 4.2.4.3 is found', () => {
    const message = decodeAuthenticate(V2.authenticate);
    const text = (name: 'UserName' | 'DomainName' | 'Workstation') => textOf(message[name]?.bytes as Uint8Array);
    expect([text('DomainName'), text('UserName'), text('Workstation')]).toEqual(['Domain', 'User', 'COMPUTER']);
    expect(toHex(message.EncryptedRandomSessionKey?.bytes as Uint8Array)).toBe(V2.encryptedKey);
    expect(message).toMatchObject({ NegotiateFlags: 0xe2888235, headerLength: 72, gaps: [] });
    expect(message.MIC).toBeUndefined();
  });

  test('flags by the names of 2.2.2.5, lowest bit first', () => {
    expect(negotiateFlagNames(0x82000005)).toEqual([
      'NTLMSSP_NEGOTIATE_UNICODE',
      'NTLMSSP_REQUEST_TARGET',
      'NTLMSSP_NEGOTIATE_VERSION',
      'NTLMSSP_NEGOTIATE_56',
    ]);
    expect(negotiateFlagNames(0x01000008)).toEqual(['reserved bit 3', 'reserved bit 24']);
  });

  test('the oldest clients stop after the flags, or before the version', () => {
    const short = windowsNegotiate.subarray(0, 16);
    expect(decodeNegotiate(short)).toMatchObject({ headerLength: 16 });
    expect(decodeNegotiate(short).DomainName).toBeUndefined();
    expect(decodeNegotiate(windowsNegotiate.subarray(0, 32)).Version).toBeUndefined();
  });

  test('items may lie in any order, with padding between and octets behind', () => {
    const octets = encodeNegotiate({
      NegotiateFlags: 0x3002,
      DomainName: { bytes: Buffer.from('DOM'), offset: 50 },
      Workstation: { bytes: Buffer.from('WS'), offset: 44 },
      gaps: [{ offset: 53, bytes: Buffer.from('tail') }],
      headerLength: 40,
    });
    const message = decodeNegotiate(octets);
    expect(message.gaps?.map(({ offset, bytes }) => [offset, toHex(bytes)])).toEqual([
      [40, '00000000'],
      [46, '00000000'],
      [53, toHex(Buffer.from('tail'))],
    ]);
    expect(encodeNtlmMessage(message).equals(octets)).toBe(true);
  });

  test('a length, maximum or offset that is given is sent as it is', () => {
    const lie = { bytes: Buffer.from('WS'), length: 7, maxLength: 9 };
    const octets = encodeNegotiate({
      NegotiateFlags: 0x2002,
      Workstation: lie,
      DomainName: { bytes: Buffer.alloc(0), offset: 0xffff },
    });
    expect(toHex(octets.subarray(16))).toBe('00000000ffff00000700090020000000'.concat(toHex(Buffer.from('WS'))));
  });

  test('an item past the end of the message is refused by name', () => {
    const octets = Buffer.from(V2.authenticate);
    octets.writeUInt32LE(octets.length - 15, 56);
    expect(() => decodeAuthenticate(octets)).toThrow(
      /^AUTHENTICATE_MESSAGE\.EncryptedRandomSessionKey .* past the message/,
    );
    octets.writeUInt32LE(0xffffffff, 56);
    expect(() => decodeAuthenticate(octets)).toThrow(CodecError);
  });

  test('items that share octets are found by name, and a header that is written over too', () => {
    const items = (offset: number) => ({
      UserName: { bytes: Buffer.alloc(8), offset: 72 },
      Workstation: { bytes: Buffer.alloc(4), offset },
    });
    expect([76, 80, 70].map((offset) => findOverlap(72, items(offset)))).toEqual([
      'Workstation overlaps UserName',
      undefined,
      'Workstation overlaps the header',
    ]);
  });

  test('the signature and the type are checked', () => {
    const wrong = Buffer.from(windowsNegotiate);
    wrong[8] = 4;
    expect(() => decodeNtlmMessage(wrong)).toThrow('is 4, not 1 to 3');
    expect(() => decodeAuthenticate(V2.challenge)).toThrow(CodecError);
    wrong[0] = 0;
    expect([isNtlm(wrong), isNtlm(windowsNegotiate)]).toEqual([false, true]);
    expect(() => decodeNegotiate(wrong)).toThrow('is not NTLMSSP');
  });

  test('a MIC needs room for a version before it', () => {
    const octets = encodeAuthenticate({ NegotiateFlags: 1, MIC: Buffer.alloc(16, 0xee) });
    expect(octets.length).toBe(88);
    expect(toHex(octets.subarray(64))).toBe('00'.repeat(8) + 'ee'.repeat(16));
  });
});

describe('[MS-NLMP] 2.2.2.8 NTLMv2_RESPONSE', () => {
  test('the example of 4.2.4 is encoded to the octets that it was decoded from', () => {
    const octets = Buffer.concat([fromHex(V2.proof), V2.temp]);
    const response = decodeNtlmV2Response(octets);
    expect(toHex(encodeNtlmV2Response(response))).toBe(toHex(octets));
    expect(response.ClientChallenge).toMatchObject({ RespType: 1, HiRespType: 1, TimeStamp: 0n });
    expect(toHex(response.ClientChallenge.AvPairs.trailing)).toBe('00000000');
  });
});

/** Every NTLM and SPNEGO token of all captures, and in how many PDUs of a handshake none can be read. */
async function tokens(): Promise<{ found: Buffer[]; unreadable: number }> {
  const found: Buffer[] = [];
  let unreadable = 0;
  for (const { path } of [...corpus, ...knownKey]) {
    for await (const item of readPdus(path)) {
      if (item.kind !== 'pdu' || item.type < 11 || item.type > 16) continue;
      const pdu = decodedUnlessRefused(() => decodePdu(item.bytes));
      if (pdu === undefined) unreadable++;
      const auth = pdu?.auth;
      if (auth !== undefined && [9, 10].includes(auth.auth_type)) found.push(Buffer.from(auth.auth_value));
    }
  }
  return { found, unreadable };
}

describe.skipIf(corpusMissing)(`captured tokens${corpusMissing ? `: ${corpusMissing}` : ''}`, () => {
  test('every NTLM message and every SPNEGO token is encoded to its own octets; one message is cut off', async () => {
    const count = { spnego: 0, ntlm: 0, ntlmV2: 0, refused: 0 };
    const { found, unreadable } = await tokens();
    // The bind_acks of an exploit (cve-2022-26809).
    expect(unreadable).toBe(8);
    for (const token of found) {
      let message: Uint8Array | undefined = token;
      if (!isNtlm(token)) {
        const value = decodeNegToken(token);
        expect(toHex(encodeNegToken(value))).toBe(toHex(token));
        expect(value.octets).toBeUndefined();
        count.spnego++;
        message = value.kind === 'NegTokenInit' ? value.mechToken : value.responseToken;
      }
      if (message === undefined || !isNtlm(message)) continue;
      try {
        const value = decodeNtlmMessage(message);
        expect(encodeNtlmMessage(value).equals(asBuffer(message))).toBe(true);
        count.ntlm++;
        if (checkV2(value)) count.ntlmV2++;
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_LENGTH', path: 'CHALLENGE_MESSAGE.TargetInfo' });
        count.refused++;
      }
    }
    expect(count).toEqual(COUNT);
  });
});

function checkV2(message: AuthenticateMessage | ChallengeMessage | { readonly MessageType: 1 }): boolean {
  const nt = message.MessageType === 3 ? message.NtChallengeResponse?.bytes : undefined;
  if (nt === undefined || nt.length <= 24) return false;
  expect(encodeNtlmV2Response(decodeNtlmV2Response(nt)).equals(asBuffer(nt))).toBe(true);
  return true;
}

const COUNT = { spnego: 191, ntlm: 222, ntlmV2: 63, refused: 1 };
