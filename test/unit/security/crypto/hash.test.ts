import { expect, test } from 'vitest';
import { des, desl } from '../../../../src/security/crypto/des.js';
import { hmacMd5, md5, sameSecret } from '../../../../src/security/crypto/hash.js';
import { fromHex } from '../../../support/hex.js';

/** RFC 2202 2. */
const hmacs: readonly (readonly [string, string, string])[] = [
  ['0b'.repeat(16), Buffer.from('Hi There').toString('hex'), '9294727a3638bb1c13f48ef8158bfc9d'],
  [
    Buffer.from('Jefe').toString('hex'),
    Buffer.from('what do ya want for nothing?').toString('hex'),
    '750c783e6ab0b503eaa86e310a5db738',
  ],
  ['aa'.repeat(16), 'dd'.repeat(50), '56be34521d144c88dbb8c733f0e8b3f6'],
  ['0102030405060708090a0b0c0d0e0f10111213141516171819', 'cd'.repeat(50), '697eaf0aca3a3aea3a75164746ffaa79'],
  ['0c'.repeat(16), Buffer.from('Test With Truncation').toString('hex'), '56461ef2342edc00f9bab995690efd4c'],
  [
    'aa'.repeat(80),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
    '6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd',
  ],
  [
    'aa'.repeat(80),
    Buffer.from('Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data').toString('hex'),
    '6f630fad67cda0ee1fb1f562db3aa53e',
  ],
];

test.each(hmacs)('RFC 2202 2: HMAC-MD5 under key %s', (key, data, digest) => {
  expect(hmacMd5(fromHex(key), fromHex(data)).toString('hex')).toBe(digest);
});

test('parts are hashed as one message', () => {
  expect(md5(Buffer.from('ab'), Buffer.from('c')).toString('hex')).toBe('900150983cd24fb0d6963f7d28e17f72');
});

/** [MS-NLMP] 4.2.2.1.1, and the classic test of a single DES block (key 0123456789abcdef, text "Now is t"). */
test.each([
  ['50415353574f52', '4b47532140232425', 'e52cac67419a9a22'],
  ['44000000000000', '4b47532140232425', '4a3b108f3fa6cb6d'],
  ['00451338957377', '4e6f772069732074', '3fa40e8a984d4815'],
])('DES under the 56 bits %s', (key, block, expected) => {
  expect(des(fromHex(key), fromHex(block)).toString('hex')).toBe(expected);
});

test('[MS-NLMP] 6: DESL fills its third key up with zeros', () => {
  const key = fromHex('a4f49c406510bdcab6824ee7c30fd852');
  const block = fromHex('0123456789abcdef');
  const expected = [key.subarray(0, 7), key.subarray(7, 14), Buffer.concat([key.subarray(14), Buffer.alloc(5)])];
  expect(desl(key, block)).toEqual(Buffer.concat(expected.map((part) => des(part, block))));
});

test('secrets of different lengths are different, without an error', () => {
  expect([sameSecret(Buffer.alloc(4), Buffer.alloc(5)), sameSecret(Buffer.alloc(4), Buffer.alloc(4))]).toEqual([
    false,
    true,
  ]);
});
