import { describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6, parseAddress } from '../../../src/codec/inet/address.js';
import { internetChecksum } from '../../../src/codec/inet/checksum.js';
import { fromHex } from '../../support/hex.js';

describe('addresses', () => {
  test.each([
    ['10.0.0.1', '0a000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::ffff:127.0.0.1', '7f000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:DB8::1', '20010db8000000000000000000000001'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
  ])('%s is %s', (text, hex) => {
    expect(parseAddress(text).toString('hex')).toBe(hex);
  });

  test.each([
    '',
    'host',
    '1.2.3',
    '1.2.3.256',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    '::1.2.3.4.5',
  ])('%j is no address', (text) => {
    expect(() => parseAddress(text)).toThrow(/not an IP address/);
  });

  test.each([
    ['2001:db8::1', [0x20010db8, 0, 0, 1]],
    ['::', [0, 0, 0, 0]],
    ['1::', [0x10000, 0, 0, 0]],
    ['2001:0:0:1::1', [0x20010000, 1, 0, 1]],
    ['1:0:2:3:4:5:6:7', [0x10000, 0x20003, 0x40005, 0x60007]],
  ] as const)('RFC 5952: %s', (text, words) => {
    expect(formatIpv6(words)).toBe(text);
  });

  test('an IPv4 address above 127 keeps its sign bit', () => {
    expect(formatIpv4(0xc0a80001 | 0)).toBe('192.168.0.1');
  });
});

describe('RFC 1071', () => {
  test('its own example', () => {
    expect(internetChecksum(fromHex('0001 f203 f4f5 f6f7'))).toBe(0xffff - 0xddf2);
  });

  test('an odd last octet counts as the upper half of a word', () => {
    expect(internetChecksum(fromHex('0102 03'))).toBe(internetChecksum(fromHex('0102 0300')));
  });

  test('over data with its own checksum it is 0', () => {
    const data = fromHex('4500 0034 1234 4000 4006 0000 0a000001 0a000002');
    data.writeUInt16BE(internetChecksum(data), 10);
    expect(internetChecksum(data)).toBe(0);
  });
});
