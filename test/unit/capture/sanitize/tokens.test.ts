import { describe, expect, test } from 'vitest';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { Tally } from '../../../../src/capture/sanitize/tally.js';
import { DerReplacer } from '../../../../src/capture/sanitize/tokens/der.js';
import { replaceNtlm } from '../../../../src/capture/sanitize/tokens/ntlm.js';
import { oidOctets } from '../../../../src/codec/asn1/der.js';

const SECRET = Buffer.from('SECRETDOMAIN', 'utf16le');

/** A message of NTLM with its Fields (where they stand, length, offset) and a name. */
function ntlm(type: number, length: number, fields: [at: number, length: number, offset: number][], name: number) {
  const token = Buffer.alloc(length);
  token.write('NTLMSSP\0', 'latin1');
  token.writeUInt32LE(type, 8);
  for (const [at, size, offset] of fields) {
    token.writeUInt16LE(size, at);
    token.writeUInt16LE(size, at + 2);
    token.writeUInt32LE(offset, at + 4);
  }
  SECRET.copy(token, name);
  return token;
}

const replaced = (token: Buffer): Buffer => {
  const made = Buffer.from(token);
  replaceNtlm(new Pseudonyms({ seed: 'a seed' }), new Tally(), made);
  return made;
};

/** Pairs of octets of a text that stand in others. */
const leftOf = (text: Buffer, octets: Buffer): number =>
  Array.from({ length: text.length - 3 }, (_, at) => octets.includes(text.subarray(at, at + 4))).filter(Boolean).length;

describe('a message of NTLM that cannot be read', () => {
  test.each([
    [
      'AUTHENTICATE_MESSAGE',
      ntlm(
        3,
        94,
        [
          [12, 24, 900],
          [28, 24, 52],
        ],
        52,
      ),
    ],
    [
      'AUTHENTICATE_MESSAGE whose name is nowhere',
      ntlm(
        3,
        94,
        [
          [12, 24, 64],
          [28, 24, 900],
        ],
        52,
      ),
    ],
    [
      'AUTHENTICATE_MESSAGE with its payload among the Fields',
      ntlm(
        3,
        94,
        [
          [12, 24, 900],
          [20, 24, 44],
        ],
        44,
      ),
    ],
    ['CHALLENGE_MESSAGE', ntlm(2, 60, [[12, 24, 900]], 32)],
    ['CHALLENGE_MESSAGE that is cut', ntlm(2, 56, [[12, 26, 32]], 32)],
    ['NEGOTIATE_MESSAGE', ntlm(1, 44, [[16, 900, 16]], 20)],
  ] as [string, Buffer][])('of an old peer keeps no name that stands where new ones have Fields: %s', (_, token) => {
    const made = replaced(token);
    expect(made).toHaveLength(token.length);
    expect(leftOf(SECRET, made)).toBe(0);
  });

  test('keeps the numbers of its header up to the payload', () => {
    const token = ntlm(
      3,
      88,
      [
        [12, 24, 64],
        [28, 900, 64],
        [52, 16, 72],
      ],
      64,
    );
    expect(replaced(token).subarray(0, 64)).toEqual(token.subarray(0, 64));
    expect(leftOf(SECRET, replaced(token))).toBe(0);
  });
});

describe('an element of DER', () => {
  const made = (tag: number, content: Uint8Array | string): Buffer => {
    const value = Buffer.from(content as string, 'latin1');
    const octets = Buffer.from([0x30, value.length + 2, tag, value.length, ...value]);
    expect(new DerReplacer(new Pseudonyms({ seed: 'a seed' }), new Tally(), () => {}).replace(octets)).toBe(true);
    return octets.subarray(4);
  };

  test.each([
    ['BOOLEAN', 0x01],
    ['INTEGER', 0x02],
    ['BIT STRING', 0x03],
    ['NULL', 0x05],
    ['OBJECT IDENTIFIER', 0x06],
    ['ENUMERATED', 0x0a],
    ['UTCTime', 0x17],
    ['GeneralizedTime', 0x18],
  ])('that is not of the form of a %s is replaced', (_, tag) => {
    const octets = made(tag, 'SECRET');
    expect(octets).toHaveLength(6);
    expect(octets.toString('latin1')).not.toMatch(/SE|EC|CR|RE|ET/);
  });

  test.each([
    ['BOOLEAN', 0x01, '\xff'],
    ['INTEGER', 0x02, '\0\xff\xff\xff\xff'],
    ['BIT STRING', 0x03, '\0\x40\x81\0\0'],
    ['NULL', 0x05, ''],
    ['ENUMERATED', 0x0a, '\x01'],
    ['UTCTime', 0x17, '260101120000Z'],
    ['GeneralizedTime', 0x18, '20370913024805Z'],
  ])('that says how, not who, stays: a %s', (_, tag, value) => {
    expect(made(tag, value).toString('latin1')).toBe(value);
  });

  test('that is an OBJECT IDENTIFIER stays if it is of a protocol, and not if an enterprise has made it', () => {
    for (const text of ['1.3.6.1.5.5.2', '1.2.840.48018.1.2.2', '1.3.6.1.4.1.311.2.2.10', '1.2.840.113549.1.1.11'])
      expect(made(0x06, oidOctets(text))).toEqual(oidOctets(text));
    const template = oidOctets('1.3.6.1.4.1.311.21.8.1234567.7654321');
    expect(made(0x06, template)).not.toEqual(template);
    expect(made(0x06, template)).toHaveLength(template.length);
  });
});

test('of the name of a service its class stays, and its host goes whatever it is called (RFC 4120 6.2.1)', () => {
  const text = (value: string) => Buffer.from([0x1b, value.length, ...Buffer.from(value, 'latin1')]);
  const strings = Buffer.concat([text('ldap'), text('ldap')]);
  const octets = Buffer.from([0x30, strings.length, ...strings]);
  new DerReplacer(new Pseudonyms({ seed: 'a seed' }), new Tally(), () => {}).replace(octets);
  expect(octets.toString('latin1', 4, 8)).toBe('ldap');
  expect(octets.toString('latin1', 10)).not.toBe('ldap');
});
