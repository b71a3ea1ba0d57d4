import { describe, expect, test } from 'vitest';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { Tally } from '../../../../src/capture/sanitize/tally.js';
import { replaceNtlm } from '../../../../src/capture/sanitize/tokens/ntlm.js';

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
