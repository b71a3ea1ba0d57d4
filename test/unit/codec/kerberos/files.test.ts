import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  decodeCcache,
  decodeKeytab,
  encodeCcache,
  encodeKeytab,
  frameKdcMessage,
  KdcMessageReader,
  parsePrincipal,
  principalText,
} from '../../../../src/codec/kerberos/index.js';
import { fromHex } from '../../../support/hex.js';

/** What Samba's `samba-tool domain exportkeytab` writes for RC4, with a hole in front and free room behind. */
const KEYTAB = fromHex(`
  0502
  fffffff8 0000000000000000
  00000039 0001 000b 4c41422e4558414d504c45 0007 53455256455224 00000001 65000000 02 0017 0010 000102030405060708090a0b0c0d0e0f
  00000102
  00000000 ffff`);

describe('a keytab', () => {
  test('is read past its holes, with the long key version', () => {
    expect(decodeKeytab(KEYTAB)).toEqual([
      {
        ...{ realm: 'LAB.EXAMPLE', name: ['SERVER$'], name_type: 1, timestamp: 0x65000000, kvno: 0x102, etype: 23 },
        key: Uint8Array.from({ length: 16 }, (_, i) => i),
      },
    ]);
  });

  test('is written as it is read', () => {
    const entries = decodeKeytab(KEYTAB);
    expect(decodeKeytab(encodeKeytab([...entries, ...entries]))).toEqual([...entries, ...entries]);
  });

  test('that is cut short or of another version is refused, and no key stands in the error', () => {
    for (let i = 0; i < 60; i++) {
      try {
        decodeKeytab(KEYTAB.subarray(0, i));
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
        expect((error as Error).message).not.toContain('0102030405');
      }
    }
    expect(() => decodeKeytab(fromHex('0501'))).toThrow('does not begin with 05 02');
  });
});

describe('a cache of tickets', () => {
  const client = { name_type: 1, realm: 'LAB.EXAMPLE', name: ['op'] };
  const credential = (realm: string, ...name: string[]) => ({
    client,
    server: { name_type: 2, realm, name },
    etype: 18,
    key: Uint8Array.from({ length: 32 }, (_, i) => i),
    ...{ authtime: 1_700_000_000_000, starttime: 1_700_000_001_000, endtime: 1_700_036_000_000, renew_till: 0 },
    flags: 0x40e10000,
    ticket: Uint8Array.from([0x61, 0]),
  });

  test('is read as it is written, without what MIT keeps of its configuration', () => {
    const tickets = [credential('LAB.EXAMPLE', 'krbtgt', 'LAB.EXAMPLE'), credential('LAB.EXAMPLE', 'host', 'server')];
    const octets = encodeCcache({
      principal: client,
      credentials: [credential('X-CACHECONF:', 'fast_avail'), ...tickets],
    });
    expect(decodeCcache(octets)).toEqual({ principal: client, credentials: tickets });
  });

  test('that is cut short, or has a count without its items, is refused', () => {
    const octets = encodeCcache({ principal: client, credentials: [credential('LAB.EXAMPLE', 'host', 'server')] });
    const whole = new Set([octets.length, 4 + 8 + 15 + 6]);
    for (let i = 0; i < octets.length; i++)
      if (!whole.has(i)) expect(() => decodeCcache(octets.subarray(0, i)), `${i} octets`).toThrow(CodecError);
    const many = Buffer.from(octets);
    many.writeUInt32BE(0x7fffffff, 8);
    expect(() => decodeCcache(many)).toThrow(/items in/);
  });
});

test('messages of a KDC over TCP come in pieces of any size', () => {
  const stream = Buffer.concat([frameKdcMessage(fromHex('6a00')), frameKdcMessage(fromHex('6c0100'))]);
  const reader = new KdcMessageReader();
  const messages = [...stream].flatMap((octet) => reader.push(Buffer.of(octet)));
  expect(messages.map(toHex)).toEqual(['6a00', '6c0100']);
  expect(() => new KdcMessageReader().push(fromHex('7fffffff00'))).toThrow(CodecError);
});

test.each([
  ['RPCSS/server.lab.example', ['RPCSS', 'server.lab.example'], undefined],
  ['op@LAB.EXAMPLE', ['op'], 'LAB.EXAMPLE'],
  [String.raw`a\/b\@c/d@R`, ['a/b@c', 'd'], 'R'],
])('the principal %s', (text, name, realm) => {
  expect(parsePrincipal(text)).toEqual({ name, realm });
  expect(principalText({ name_string: name })).toBe(text.replace(/@[^@\\]*$/, realm === undefined ? '$&' : ''));
});
