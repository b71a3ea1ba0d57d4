import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import {
  AV_EOL,
  type AvPair,
  decodeAvPairs,
  decodeNtlmMessage,
  decodeNtlmV2Response,
  encodeAvPairs,
  encodeNegotiate,
  encodeNtlmMessage,
  encodeNtlmV2Response,
} from '../../src/codec/ntlm/index.js';
import { SecurityError } from '../../src/security/index.js';
import { handshake, labAcceptor, labInitiator, message, NOW, pair, seeded } from '../support/security.js';

/** A value whose encoding is the octets it came from, or a CodecError. */
function valueOrError<T>(octets: Uint8Array, decode: (octets: Uint8Array) => T, encode: (value: T) => Buffer): void {
  let value: T;
  try {
    value = decode(octets);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return;
  }
  expect(encode(value).toString('hex')).toBe(Buffer.from(octets).toString('hex'));
}

const { tokens } = pair(6);
const response = Buffer.concat([Buffer.alloc(16, 1), Buffer.from('0101', 'hex'), Buffer.alloc(26, 2), Buffer.alloc(4)]);

/** Something that was valid, with octets changed, taken out, or put in. */
const mutated = (originals: readonly Uint8Array[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...originals),
      fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'add')), { maxLength: 6 }),
    )
    .map(([original, edits]) => {
      let octets = Buffer.from(original);
      for (const [where, octet, what] of edits) {
        const at = where % Math.max(octets.length, 1);
        if (what === 'set' && octets.length > 0) octets[at] = octet;
        if (what === 'cut') octets = Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + (octet & 7))]);
        if (what === 'add') octets = Buffer.concat([octets.subarray(0, at), Buffer.of(octet), octets.subarray(at)]);
      }
      return octets;
    });
const anything = (originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated(originals));

describe('decoders give a value that is encoded to the same octets, or a CodecError', () => {
  test('NTLM messages', () => {
    fc.assert(
      fc.property(anything(tokens), (octets) => valueOrError(octets, decodeNtlmMessage, encodeNtlmMessage)),
      { numRuns: 3000 },
    );
  });

  test('AV pairs', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => valueOrError(octets, decodeAvPairs, encodeAvPairs)),
    );
  });

  test('NTLMv2 responses', () => {
    fc.assert(
      fc.property(anything([response]), (octets) => valueOrError(octets, decodeNtlmV2Response, encodeNtlmV2Response)),
    );
  });
});

const avPairs: fc.Arbitrary<AvPair[]> = fc.array(
  fc.record({ AvId: fc.integer({ min: 1, max: 20 }), Value: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 8 },
);

test('AV pairs are decoded to what was encoded', () => {
  fc.assert(
    fc.property(avPairs, fc.uint8Array({ maxLength: 8 }), (pairs, trailing) => {
      const value = { pairs: [...pairs, AV_EOL], trailing };
      const decoded = decodeAvPairs(encodeAvPairs(value));
      expect(decoded.pairs.map(({ AvId, Value }) => [AvId, [...Value]])).toEqual(
        value.pairs.map(({ AvId, Value }) => [AvId, [...Value]]),
      );
      expect([...decoded.trailing]).toEqual([...trailing]);
    }),
  );
});

test('a NEGOTIATE_MESSAGE is decoded to the names that were encoded', () => {
  const name = fc.uint8Array({ maxLength: 30 });
  fc.assert(
    fc.property(name, name, fc.nat(), (DomainName, Workstation, NegotiateFlags) => {
      const octets = encodeNegotiate({
        NegotiateFlags,
        DomainName: { bytes: DomainName },
        Workstation: { bytes: Workstation },
      });
      const decoded = decodeNtlmMessage(octets);
      if (decoded.MessageType !== 1) throw new Error('not a NEGOTIATE_MESSAGE');
      expect([...(decoded.DomainName?.bytes ?? [])]).toEqual([...DomainName]);
      expect([...(decoded.Workstation?.bytes ?? [])]).toEqual([...Workstation]);
    }),
  );
});

/** A leg, or a SecurityError and no other. */
function legOrError(step: () => unknown): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
  }
}

describe('state machines give a leg or a SecurityError', () => {
  test('the server, at either of its legs', () => {
    fc.assert(
      fc.property(anything(tokens), anything(tokens), (first, second) => {
        const acceptor = labAcceptor().accept();
        legOrError(() => acceptor.step(first, NOW));
        legOrError(() => acceptor.step(second, NOW));
        const other = labAcceptor({ random: seeded('server') }).accept();
        other.step(tokens[0], NOW);
        legOrError(() => other.step(second, NOW));
        expect(other.established && !Buffer.from(second).equals(tokens[2] as Buffer)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('the client, given any CHALLENGE_MESSAGE', () => {
    fc.assert(
      fc.property(anything([tokens[1] as Buffer]), (token) => {
        const initiator = labInitiator().initiate({ level: 2 });
        initiator.step(undefined, NOW);
        legOrError(() => initiator.step(token, NOW));
      }),
      { numRuns: 1000 },
    );
  });
});

test('what one side protects the other gets, whatever it is, in any mix of signing and sealing', () => {
  const sent = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.uint8Array({ maxLength: 200 })), { maxLength: 12 });
  fc.assert(
    fc.property(sent, fc.constantFrom(0, 1, 3), (messages, lmCompatibilityLevel) => {
      const initiator = labInitiator({
        policy: { lmCompatibilityLevel: lmCompatibilityLevel as 0 | 1 | 3 },
      }).initiate({ level: 6 });
      const acceptor = labAcceptor().accept();
      handshake(initiator, acceptor);
      for (const [fromClient, sealed, body] of messages) {
        const [from, to] = fromClient ? [initiator, acceptor] : [acceptor, initiator];
        const wire = message(body);
        const signature = sealed ? from.seal(wire) : from.sign(wire);
        if (sealed) to.unseal(wire, signature);
        else to.verify(wire, signature);
        expect([...wire.pdu.subarray(wire.bodyStart, wire.bodyEnd)]).toEqual([...body]);
      }
    }),
  );
});
