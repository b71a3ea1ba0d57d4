import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  AV_EOL,
  avFlags,
  avPair,
  avText,
  avTimestamp,
  avValue,
  decodeAvPairs,
  encodeAvPairs,
  repeatedAvId,
  Single_Host_Data,
} from '../../../../src/codec/ntlm/index.js';
import { fromHex } from '../../../support/hex.js';

/** From a Windows 10 client; its target came from an untrusted source. */
const windows = fromHex(`
  02000800 5000550052005000                          # MsvAvNbDomainName
  01000600 440043003100                              # MsvAvNbComputerName
  07000800 8524d8164ce5d901                          # MsvAvTimestamp
  06000400 06000000                                  # MsvAvFlags
  08003000 30000000 00000000 0000000000300000        # MsvAvSingleHost
           44550ca9877a7f93 e2409e6dcac0247e
           aa5ca9c7d5bbffd2 c37c6f3d6b4af8b0
  0a001000 00000000000000000000000000000000          # MsvAvChannelBindings
  09001a00 520050004300530053002f0031003900320061002e0062002e00 # MsvAvTargetName
  00000000                                           # MsvAvEOL
  00000000                                           # behind them`);

describe('[MS-NLMP] 2.2.2.1 AV_PAIR', () => {
  const { pairs, trailing } = decodeAvPairs(windows);

  test('pairs are encoded to the octets that they were decoded from', () => {
    expect(toHex(encodeAvPairs({ pairs, trailing }))).toBe(toHex(windows));
    expect(toHex(trailing)).toBe('00000000');
  });

  test('values by the names of the specification', () => {
    expect(avText(pairs, 'MsvAvNbComputerName')).toBe('DC1');
    expect(avText(pairs, 'MsvAvTargetName')).toBe('RPCSS/192a.b.');
    expect(avFlags(pairs)).toBe(6);
    expect(avTimestamp(pairs)).toBe(0x01d9e54c16d82485n);
    expect(avText(pairs, 'MsvAvDnsTreeName')).toBeUndefined();
  });

  test('[MS-NLMP] 2.2.2.2: the Single_Host_Data of a pair', () => {
    const host = Single_Host_Data.decode(avValue(pairs, 'MsvAvSingleHost') as Uint8Array);
    expect([host.Size, host.Z4, toHex(host.CustomData)]).toEqual([48, 0, '0000000000300000']);
  });

  test('a list without MsvAvEOL, and an empty one, are taken as they are', () => {
    expect(decodeAvPairs(fromHex('0600040002000000')).pairs).toHaveLength(1);
    expect(decodeAvPairs(new Uint8Array(0)).pairs).toEqual([]);
  });

  test('a value or a header past the end is refused', () => {
    expect(() => decodeAvPairs(fromHex('0100040041'))).toThrow('AvId 1 announces 4 octets, 1 are left');
    expect(() => decodeAvPairs(fromHex('010000'))).toThrow('needs 4 octets, has 3');
  });

  test('an AvId that stands twice is found', () => {
    expect(repeatedAvId([avPair('MsvAvFlags'), avPair('MsvAvTargetName'), avPair('MsvAvFlags'), AV_EOL])).toBe(6);
    expect(repeatedAvId(pairs)).toBeUndefined();
  });

  test('values of a wrong size are no flags, no time and no text', () => {
    const odd = [
      avPair('MsvAvFlags', Buffer.of(2)),
      avPair('MsvAvTimestamp', Buffer.of(1)),
      avPair('MsvAvTargetName', Buffer.of(1)),
    ];
    expect([avFlags(odd), avTimestamp(odd), avText(odd, 'MsvAvTargetName')]).toEqual([0, undefined, undefined]);
  });

  test('a length that is given is sent as it is', () => {
    const lie = { ...avPair('MsvAvFlags', Buffer.of(2)), AvLen: 0x1234 };
    expect(toHex(encodeAvPairs({ pairs: [lie], trailing: new Uint8Array(0) }))).toBe('0600341202');
  });
});
