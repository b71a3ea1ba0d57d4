import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit } from '../../src/capture/audit/audit.js';
import { httpHead } from '../../src/capture/logon/http-head.js';
import { WatchedStream } from '../../src/capture/logon/watched.js';
import { AssemblyBudget } from '../../src/capture/stream/assembly.js';
import type { Direction } from '../../src/capture/stream/connection.js';
import { CARRIERS, http, type Said } from '../support/logons.js';
import { connectionOf, logonsIn } from '../support/seen-logons.js';

const token = (type: number, length: number): Buffer =>
  Buffer.concat([Buffer.from('NTLMSSP\0'), Buffer.of(type, 0, 0, 0), Buffer.alloc(length, type)]);
const TOKENS = [token(1, 20), token(2, 200), token(3, 300)];
const CONVERSATIONS: readonly (readonly Said[])[] = [
  [
    {
      direction: 'toServer',
      bytes: Buffer.from('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
    },
    { direction: 'toClient', bytes: http(['HTTP/1.1 200 OK'], 'x'.repeat(300)) },
    ...CARRIERS.http.says(TOKENS),
  ],
  CARRIERS['http (Negotiate)'].says(TOKENS),
  CARRIERS.ldap.says(TOKENS),
  [...CARRIERS['ldap (sicily)'].says(TOKENS), ...CARRIERS.ldap.says(TOKENS)],
];
const conversation = fc.constantFrom(...CONVERSATIONS);
const changes = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 12 });

/** Both directions of a connection that is read without a capture around it. */
function directions(): readonly [forward: Direction, backward: Direction] {
  const connection = { client: undefined };
  return [true, false].map((forward) => ({ forward, connection, toServer: forward }) as unknown as Direction) as [
    Direction,
    Direction,
  ];
}

/** With the octets at these places of the whole conversation changed. */
function changed(said: readonly Said[], places: readonly (readonly [number, number])[]): Said[] {
  let before = 0;
  return said.map(({ direction, bytes }) => {
    const copy = Buffer.from(bytes);
    for (const [place, octet] of places)
      if (place >= before && place < before + copy.length) copy[place - before] = octet;
    before += bytes.length;
    return { direction, bytes: copy };
  });
}

const ignored = { data: () => {}, gap: () => {}, end: () => {}, valued: false, remainder: undefined };

describe('logons of a capture', () => {
  test('are the same however the octets are cut into segments', async () => {
    const property = fc.asyncProperty(conversation, fc.integer({ min: 1, max: 400 }), async (said, size) => {
      const whole = await logonsIn(connectionOf(said));
      const cut = await logonsIn(connectionOf(said, { size }));
      expect(cut.told.map((each) => each.said)).toEqual(whole.told.map((each) => each.said));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('are read whatever stands there, and whatever is lost, and an audit goes on', async () => {
    const lost = fc.array(fc.nat(30), { maxLength: 4 });
    const property = fc.asyncProperty(
      conversation,
      changes,
      lost,
      fc.integer({ min: 20, max: 200 }),
      async (said, places, gone, size) => {
        const capture = connectionOf(changed(said, places), { lost: gone, size });
        await audit([capture]);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  test('take no more memory than there is, and give all of it back', () => {
    const piece = fc.tuple(
      fc.boolean(),
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(3).map((gap) => gap - 1),
      ),
    );
    const sized = fc.tuple(
      conversation,
      changes,
      fc.array(piece, { maxLength: 20 }),
      fc.integer({ min: 0, max: 3000 }),
    );
    const property = fc.property(sized, fc.integer({ min: 1, max: 700 }), ([said, places, noise, octets], size) => {
      const budget = new AssemblyBudget(octets);
      const options = { open: () => ({ logon: () => {} }), file: () => 'capture' };
      const stream = new WatchedStream(ignored, options, budget);
      const [forward, backward] = directions();
      const gives = (toServer: boolean, bytes: Buffer): void => {
        for (let at = 0; at < bytes.length; at += size) {
          stream.data(toServer ? forward : backward, bytes, at, Math.min(bytes.length, at + size), 1, 0, 0);
          expect(budget.left).toBeGreaterThanOrEqual(0);
        }
      };
      for (const { direction, bytes } of changed(said, places)) gives(direction === 'toServer', bytes);
      for (const [toServer, what] of noise) {
        if (typeof what === 'number') stream.gap(toServer ? forward : backward, what, 1, false);
        else gives(toServer, Buffer.from(what));
      }
      stream.end();
      expect(budget.left).toBe(octets);
    });
    fc.assert(property);
  });

  test('any text is a head of HTTP, or none', () => {
    const name = fc.constantFrom(
      'Host',
      'Authorization',
      'WWW-Authenticate',
      'Content-Length',
      'Transfer-Encoding',
      '',
      ' ',
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('NTLM', 'Negotiate AAAAAAAAAAAA', 'chunked', '12', ', NTLM TlRMTVNTUAAD'),
    );
    const line = fc.oneof(
      fc.string(),
      fc.tuple(name, value).map((parts) => parts.join(': ')),
    );
    const first = fc.oneof(fc.string(), fc.constantFrom('GET / HTTP/1.1', 'HTTP/1.1 401 x', 'HTTP/1.0 200'));
    const text = fc.tuple(first, fc.array(line)).map(([start, lines]) => [start, ...lines].join('\r\n'));
    fc.assert(
      fc.property(text, (head) => {
        const { tokens = [], host = '' } = httpHead(head) ?? {};
        expect(tokens.length).toBeLessThanOrEqual(8);
        expect(host.length).toBeLessThanOrEqual(256);
      }),
    );
  });
});
