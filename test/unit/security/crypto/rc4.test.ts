import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { Rc4, rc4 } from '../../../../src/security/crypto/rc4.js';
import { fromHex } from '../../../support/hex.js';

/** RFC 6229 2: the key stream at some offsets, for keys of 40, 56, 64 and 128 bits. */
const streams: readonly (readonly [string, readonly (readonly [number, string])[]])[] = [
  [
    '0102030405',
    [
      [0, 'b2396305f03dc027ccc3524a0a1118a8'],
      [16, '6982944f18fc82d589c403a47a0d0919'],
      [240, '28cb1132c96ce286421dcaadb8b69eae'],
      [256, '1cfcf62b03eddb641d77dfcf7f8d8c93'],
      [4096, 'ff25b58995996707e51fbdf08b34d875'],
    ],
  ],
  [
    '01020304050607',
    [
      [0, '293f02d47f37c9b633f2af5285feb46b'],
      [16, 'e620f1390d19bd84e2e0fd752031afc1'],
    ],
  ],
  [
    '0102030405060708',
    [
      [0, '97ab8a1bf0afb96132f2f67258da15a8'],
      [16, '8263efdb45c4a18684ef87e6b19e5b09'],
    ],
  ],
  [
    '0102030405060708090a0b0c0d0e0f10',
    [
      [0, '9ac7cc9a609d1ef7b2932899cde41b97'],
      [16, '5248c4959014126a6e8a84f11d1a9e1c'],
    ],
  ],
];

describe('RC4', () => {
  for (const [key, places] of streams) {
    const stream = rc4(fromHex(key), Buffer.alloc(4112));
    test.each(places)(`RFC 6229 2: key ${key} at offset %d`, (offset, expected) => {
      expect(toHex(stream.subarray(offset, offset + 16))).toBe(expected);
    });
  }

  test('the key stream runs on across calls, and only the octets asked for are changed', () => {
    const key = fromHex('0102030405');
    const whole = rc4(key, Buffer.alloc(40));
    const pieces = Buffer.alloc(40);
    const cipher = new Rc4(key);
    cipher.apply(pieces, 0, 7);
    cipher.apply(pieces, 7, 7);
    cipher.apply(pieces, 7, 30);
    expect(toHex(pieces)).toBe(toHex(Buffer.concat([whole.subarray(0, 30), Buffer.alloc(10)])));
  });

  test('restore goes back to where save was called, as often as wanted', () => {
    const cipher = new Rc4(fromHex('0102030405'));
    cipher.apply(Buffer.alloc(300));
    cipher.save();
    const next = (): string => {
      const bytes = Buffer.alloc(16);
      cipher.apply(bytes);
      return toHex(bytes);
    };
    const first = next();
    cipher.restore();
    const second = next();
    cipher.restore();
    expect([second, next()]).toEqual([first, first]);
  });

  test('an empty key is refused', () => {
    expect(() => new Rc4(Buffer.alloc(0))).toThrow(RangeError);
  });
});
