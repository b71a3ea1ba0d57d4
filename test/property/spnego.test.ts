import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oidOctets, oidText } from '../../src/codec/asn1/der.js';
import { unframeGss } from '../../src/codec/asn1/gss.js';
import { CodecError } from '../../src/codec/error.js';
import { decodeNegToken, encodeNegToken, type NegToken } from '../../src/codec/spnego/index.js';
import {
  ntlmPassive,
  Secret,
  SecurityError,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../../src/security/index.js';
import { handshake, labAcceptor, labInitiator, NOW, PASSWORD } from '../support/security.js';

const client = () => spnegoInitiator([labInitiator()]).initiate({ level: 6 });
const server = () => spnegoAcceptor({ mechanisms: [labAcceptor()] }).accept();
const tokens = handshake(client(), server());

const mutated: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...tokens), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
  .map(([token, edits, cut]) => {
    const octets = Buffer.from(token);
    // The frame stands in the first octets: half of the changes go there.
    for (const [where, octet] of edits)
      octets[where % (octet & 1 ? octets.length : Math.min(40, octets.length))] = octet;
    return cut % 3 === 0 ? octets.subarray(0, cut % octets.length) : octets;
  });
const anything: fc.Arbitrary<Uint8Array> = fc.oneof(fc.uint8Array({ maxLength: 60 }), mutated);

test('a NegotiationToken is a value that is encoded to the same octets, or a CodecError', () => {
  fc.assert(
    fc.property(anything, (octets) => {
      let token: NegToken;
      try {
        token = decodeNegToken(octets);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        return;
      }
      expect(encodeNegToken(token).toString('hex')).toBe(Buffer.from(octets).toString('hex'));
    }),
    { numRuns: 5000 },
  );
});

test('a GSS-API frame is a value or a CodecError', () => {
  fc.assert(
    fc.property(anything, (octets) => {
      try {
        unframeGss(octets);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
      }
    }),
  );
});

const oid = fc
  .tuple(fc.constantFrom(0, 1, 2), fc.nat(39), fc.array(fc.bigInt({ min: 0n, max: 2n ** 100n }), { maxLength: 4 }))
  .map((arcs) => arcs.flat().join('.'));

test('object identifiers are read as they were written', () => {
  fc.assert(
    fc.property(oid, (text) => {
      expect(oidText(oidOctets(text), 'oid')).toBe(text);
    }),
  );
});

const bytes = fc.uint8Array({ maxLength: 400 }).map((octets) => Buffer.from(octets));
const init = fc.record(
  {
    kind: fc.constant('NegTokenInit' as const),
    framed: fc.boolean(),
    mechTypes: fc.array(oid, { maxLength: 5 }),
    reqFlags: bytes,
    mechToken: bytes,
    negHints: fc.record({ hintName: fc.constant('hint'), hintAddress: bytes }, { requiredKeys: [] }),
    mechListMIC: bytes,
  },
  { requiredKeys: ['kind', 'framed'] },
);
const response = fc.record(
  {
    kind: fc.constant('NegTokenResp' as const),
    negState: fc.nat(255),
    supportedMech: oid,
    responseToken: bytes,
    mechListMIC: bytes,
  },
  { requiredKeys: ['kind'] },
);

test('every token is decoded to what was encoded', () => {
  fc.assert(
    fc.property(fc.oneof(init, response), (token: NegToken) => {
      const decoded = decodeNegToken(encodeNegToken(token));
      expect(decoded).toMatchObject(token);
      expect(decoded.octets).toBeUndefined();
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
  test('the server, after any part of a handshake', () => {
    fc.assert(
      fc.property(anything, anything, fc.boolean(), (one, two, begun) => {
        const acceptor = server();
        if (begun) acceptor.step(tokens[0], NOW);
        legOrError(() => acceptor.step(one, NOW));
        legOrError(() => acceptor.step(two, NOW));
      }),
      { numRuns: 500 },
    );
  });

  test('the client, after any part of a handshake', () => {
    fc.assert(
      fc.property(anything, anything, fc.boolean(), (one, two, begun) => {
        const initiator = client();
        initiator.step(undefined, NOW);
        if (begun) initiator.step(tokens[1], NOW);
        legOrError(() => initiator.step(one, NOW));
        legOrError(() => initiator.step(two, NOW));
      }),
      { numRuns: 500 },
    );
  });

  test('a sniffer takes everything', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), anything), { maxLength: 5 }), (heard) => {
        const sniffer = spnegoPassive([ntlmPassive([{ secret: Secret.password(PASSWORD) }])]).observe();
        for (const [fromClient, token] of heard) sniffer.observe(fromClient ? 'initiator' : 'acceptor', token);
        expect(sniffer.info.mechanism).toBeTypeOf('string');
      }),
      { numRuns: 300 },
    );
  });
});
