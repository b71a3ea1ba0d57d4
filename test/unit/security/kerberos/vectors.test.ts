import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { kdfHmacSha2 } from '../../../../src/security/crypto/kdf.js';
import { decryptCts, encryptCts } from '../../../../src/security/kerberos/crypto/aes-cts.js';
import { aes128Sha1, aes256Sha1 } from '../../../../src/security/kerberos/crypto/aes-sha1.js';
import { aes128Sha2, aes256Sha2 } from '../../../../src/security/kerberos/crypto/aes-sha2.js';
import { nfold } from '../../../../src/security/kerberos/crypto/nfold.js';
import { rc4Hmac } from '../../../../src/security/kerberos/crypto/rc4-hmac.js';
import { fromHex } from '../../../support/hex.js';

// RFC 3961 A.2 to A.5 are vectors of DES, 3DES and CRC-32, which RFC 6649 and RFC 8429 have withdrawn and nothing here
// has. RFC 4757 publishes one, the key of 'foo'; the token of [MS-KILE] 4.5 is among the tests of the tokens.
describe('RFC 3961 A.1, n-fold', () => {
  test.each([
    [64, '012345', 'be072631276b1955'],
    [56, 'password', '78a07b6caf85fa'],
    [64, 'Rough Consensus, and Running Code', 'bb6ed30870b7f0e0'],
    [168, 'password', '59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e'],
    [192, 'MASSACHVSETTS INSTITVTE OF TECHNOLOGY', 'db3b0d8f0b061e603282b308a50841229ad798fab9540c1b'],
    [168, 'Q', '518a54a2 15a8452a 518a54a2 15a8452a 518a54a2 15'],
    [168, 'ba', 'fb25d531 ae897449 9f52fd92 ea9857c4 ba24cf29 7e'],
    [64, 'kerberos', '6b65726265726f73'],
    [128, 'kerberos', '6b65726265726f737b9b5b2b93132b93'],
    [168, 'kerberos', '8372c236 344e5f15 50cd0747 e15d62ca 7a5a3bce a4'],
    [256, 'kerberos', '6b65726265726f737b9b5b2b93132b935c9bdcdad95c9899c4cae4dee6d6cae4'],
  ])('%i bits of %s', (bits, text, expected) => {
    expect(toHex(nfold(Buffer.from(text), bits / 8))).toBe(toHex(fromHex(expected)));
  });
});

const EXPRESS = fromHex('f09d849e').toString('utf8');
const iterations = (count: number) => {
  const params = Buffer.alloc(4);
  params.writeUInt32BE(count);
  return params;
};

describe('RFC 3962 B, string-to-key', () => {
  test.each([
    [
      1,
      'password',
      'ATHENA.MIT.EDUraeburn',
      '42263c6e89f4fc28b8df68ee09799f15',
      'fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161',
    ],
    [
      2,
      'password',
      'ATHENA.MIT.EDUraeburn',
      'c651bf29e2300ac27fa469d693bdda13',
      'a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff',
    ],
    [
      1200,
      'password',
      'ATHENA.MIT.EDUraeburn',
      '4c01cd46d632d01e6dbe230a01ed642a',
      '55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a',
    ],
    [
      5,
      'password',
      fromHex('1234567878563412'),
      'e9b23d52273747dd5c35cb55be619d8e',
      '97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31',
    ],
    [
      1200,
      'X'.repeat(64),
      'pass phrase equals block size',
      '59d1bb789a828b1aa54ef9c2883f69ed',
      '89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34',
    ],
    [
      1200,
      'X'.repeat(65),
      'pass phrase exceeds block size',
      'cb8005dc5f90179a7f02104c0018751d',
      'd78c5c9cb872a8c9dad4697f0bb5b2d21496c82beb2caeda2112fceea057401b',
    ],
    [
      50,
      EXPRESS,
      'EXAMPLE.COMpianist',
      'f149c1f2e154a73452d43e7fe62a56e5',
      '4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e',
    ],
  ])('%i iterations of %s', (count, password, salt, key128, key256) => {
    expect(toHex(aes128Sha1.stringToKey(password, salt, iterations(count)))).toBe(key128);
    expect(toHex(aes256Sha1.stringToKey(password, salt, iterations(count)))).toBe(key256);
  });
});

describe('RFC 3962 B, CBC with cipher text stealing', () => {
  const key = fromHex('636869636b656e207465726979616b69');
  const plain = Buffer.from("I would like the General Gau's Chicken, please, and wonton soup.");
  test.each([
    [17, 'c6353568f2bf8cb4d8a580362da7ff7f97'],
    [31, 'fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5'],
    [32, '39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584'],
    [47, '97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5'],
    [48, '97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8'],
    [
      64,
      '97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a84807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8',
    ],
  ])('%i octets', (length, expected) => {
    expect(toHex(encryptCts(key, plain.subarray(0, length)))).toBe(expected);
    expect(toHex(decryptCts(key, fromHex(expected)))).toBe(toHex(plain.subarray(0, length)));
  });
});

describe('RFC 8009 appendix A', () => {
  const salt = Buffer.concat([fromHex('10DF9DD783E5BC8ACEA1730E74355F61'), Buffer.from('ATHENA.MIT.EDUraeburn')]);
  const base = {
    19: fromHex('3705D96080C17728A0E800EAB6E0D23C'),
    20: fromHex('6D404D37FAF79F9DF0D33568D320669800EB4836472EA8A026D16B7182460C52'),
  };
  const type = { 19: aes128Sha2, 20: aes256Sha2 };

  test.each([
    [19, 0x99, 16, 'b31a018a48f54776f403e9a396325dc3'],
    [19, 0xaa, 16, '9b197dd1e8c5609d6e67c3e37c62c72e'],
    [19, 0x55, 16, '9fda0e56ab2d85e1569a688696c26a6c'],
    [20, 0x99, 24, 'ef5718be86cc84963d8bbb5031e9f5c4ba41f28faf69e73d'],
    [20, 0xaa, 32, '56ab22bee63d82d7bc5227f6773f8ea7a5eb1c825160c38312980c442e5c7e49'],
    [20, 0x55, 24, '69b16514e3cd8e56b82010d5c73012b622c4d00ffc23ed1f'],
  ] as const)('type %i derives the key for 0x%s', (etype, purpose, length, expected) => {
    const label = Buffer.of(0, 0, 0, 2, purpose);
    const hash = etype === 19 ? 'sha256' : 'sha384';
    expect(toHex(kdfHmacSha2(hash, base[etype], label, Buffer.alloc(0), length))).toBe(expected);
  });

  test.each([
    [19, 0, '7E5895EAF2672435BAD817F545A37148', 'EF85FB890BB8472F4DAB20394DCA781DAD877EDA39D50C870C0D5A0A8E48C718'],
    [
      19,
      6,
      '7BCA285E2FD4130FB55B1A5C83BC5B24',
      '84D7F30754ED987BAB0BF3506BEB09CFB55402CEF7E6877CE99E247E52D16ED4421DFDF8976C',
    ],
    [
      19,
      16,
      '56AB21713FF62C0A1457200F6FA9948F',
      '3517D640F50DDC8AD3628722B3569D2AE07493FA8263254080EA65C1008E8FC295FB4852E7D83E1E7C48C37EEBE6B0D3',
    ],
    [
      19,
      21,
      'A7A4E29A4728CE10664FB64E49AD3FAC',
      '720F73B18D9859CD6CCB4346115CD336C70F58EDC0C4437C5573544C31C813BCE1E6D072C186B39A413C2F92CA9B8334A287FFCBFC',
    ],
    [
      20,
      0,
      'F764E9FA15C276478B2C7D0C4E5F58E4',
      '41F53FA5BFE7026D91FAF9BE959195A058707273A96A40F0A01960621AC612748B9BBFBE7EB4CE3C',
    ],
    [
      20,
      6,
      'B80D3251C1F6471494256FFE712D0B9A',
      '4ED7B37C2BCAC8F74F23C1CF07E62BC7B75FB3F637B9F559C7F664F69EAB7B6092237526EA0D1F61CB20D69D10F2',
    ],
    [
      20,
      16,
      '53BF8A0D105265D4E276428624CE5E63',
      'BC47FFEC7998EB91E8115CF8D19DAC4BBBE2E163E87DD37F49BECA92027764F68CF51F14D798C2273F35DF574D1F932E40C4FF255B36A266',
    ],
    [
      20,
      21,
      '763E65367E864F02F55153C7E3B58AF1',
      '40013E2DF58E8751957D2878BCD2D6FE101CCFD556CB1EAE79DB3C3EE86429F2B2A602AC86FEF6ECB647D6295FAE077A1FEB517508D2C16B4192E01F62',
    ],
  ] as const)('type %i encrypts %i octets', (etype, length, confounder, expected) => {
    const plain = Buffer.from(Array.from({ length }, (_, i) => i));
    const key = type[etype].forUsage(base[etype], 2);
    expect(toHex(key.encrypt(fromHex(confounder), plain))).toBe(expected.toLowerCase());
    expect(key.decrypt(fromHex(expected))).toEqual(plain);
  });

  test.each([
    [19, 'sha256', '9d188616f63852fe86915bb840b4a886ff3e6bb0f819b49b893393d393854295'],
    [20, 'sha384', '9801f69a368c2bf675e59521e177d9a07f67efe1cfde8d3c8d6f6a0256e3b17db3c1b62ad1b8553360d17367eb1514d2'],
  ] as const)('the pseudo-random function of type %i is the key derivation with a context', (etype, hash, expected) => {
    const length = expected.length / 2;
    expect(toHex(kdfHmacSha2(hash, base[etype], Buffer.from('prf'), Buffer.from('test'), length))).toBe(expected);
  });

  test.each([
    [19, 'd78367186643d67b411cba9139fc1dee'],
    [20, '45ee791567eefca37f4ac1e0222de80d43c3bfa06699672a'],
  ] as const)('type %i signs', (etype, expected) => {
    const message = Buffer.from(Array.from({ length: 21 }, (_, i) => i));
    expect(toHex(type[etype].forUsage(base[etype], 2).checksum(message))).toBe(expected);
  });

  test.each([
    [19, '089bca48b105ea6ea77ca5d2f39dc5e7'],
    [20, '45bd806dbf6a833a9cffc1c94589a222367a79bc21c413718906e9f578a78467'],
  ] as const)('type %i makes a key of a password and a salt that is no text', (etype, expected) => {
    expect(toHex(type[etype].stringToKey('password', salt))).toBe(expected);
  });
});

test('[MS-KILE] 4.4: the key of a machine whose password is 120 times U+FFFF', () => {
  const key = aes128Sha1.stringToKey('\uffff'.repeat(120), 'DOMAIN.COMhostclient.domain.com', iterations(1000));
  expect(toHex(key)).toBe('b82ee122531c2d94821ac755bccb5879');
});

describe('RFC 4757', () => {
  test('2: the key is the NT hash', () => {
    expect(toHex(rc4Hmac.stringToKey('foo', 'any salt'))).toBe('ac8e657f83df82beea5d43bdaf7800cc');
  });

  test('5: what is encrypted is decrypted, and a changed octet is noticed', () => {
    const key = rc4Hmac.forUsage(Buffer.alloc(16, 7), 2);
    const sealed = key.encrypt(Buffer.alloc(8, 1), Buffer.from('a ticket'));
    expect(key.decrypt(sealed)?.toString()).toBe('a ticket');
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(key.decrypt(changed)).toBeUndefined();
    }
  });
});
