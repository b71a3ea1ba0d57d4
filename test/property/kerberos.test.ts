import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import {
  decodeCcache,
  decodeGssChecksum,
  decodeKeytab,
  decodePac,
  encodeCcache,
  encodeGssChecksum,
  encodeKeytab,
  KRB_ERROR,
  unframeKerberos,
} from '../../src/codec/kerberos/index.js';
import { DEFAULT_ETYPES, SecurityError, TgsExchange } from '../../src/security/index.js';
import { kerberosPair, kerberosProviders, keytabEntries, labKdc, logOn, SERVICE } from '../support/kerberos.js';
import { message, NOW, seeded } from '../support/security.js';

const anyOctets = fc.uint8Array({ maxLength: 80 });

/** Some octets of one of these changed, or its end cut off. */
const mutated = (...all: readonly Uint8Array[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...all), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
    .map(([token, edits, cut]) => {
      const octets = Buffer.from(token);
      for (const [where, octet] of edits) octets[where % octets.length] = octet;
      return cut % 3 === 0 ? octets.subarray(0, cut % octets.length) : octets;
    });

/** Undefined where it is refused by a CodecError; every other error is thrown. */
function unlessRefused<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

const KEYTAB = encodeKeytab(keytabEntries());
const CLIENT = { name_type: 1, realm: 'LAB.EXAMPLE', name: ['op'] };
const CCACHE = encodeCcache({
  principal: CLIENT,
  credentials: [
    {
      ...{
        client: CLIENT,
        server: { ...CLIENT, name: ['HOST', 'server'] },
        etype: 18,
        key: new Uint8Array(32),
        flags: 1,
      },
      ...{ authtime: 1000, starttime: 1000, endtime: 2000, renew_till: 0, ticket: Uint8Array.of(0x61, 0) },
    },
  ],
});
const CHECKSUM = encodeGssChecksum({ Bnd: new Uint8Array(16), Flags: 0x103f, Deleg: Buffer.from('ticket') });

describe('files and checksums are values that are written as they are read, or CodecErrors', () => {
  test.each([
    ['a keytab', KEYTAB, (octets: Uint8Array) => decodeKeytab(octets), encodeKeytab],
    ['a cache of tickets', CCACHE, (octets: Uint8Array) => decodeCcache(octets), encodeCcache],
    ['the checksum 0x8003', CHECKSUM, (octets: Uint8Array) => decodeGssChecksum(octets), encodeGssChecksum],
  ] as const)('%s', (_, example, decode, encode) => {
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(example)), (octets) => {
        const value = unlessRefused(() => decode(octets));
        if (value !== undefined) expect(decode((encode as (value: unknown) => Buffer)(value))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('the frame of GSS-API, and a PAC', () => {
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(Buffer.from('0600000000000000', 'hex'))), (octets) => {
        unlessRefused(() => unframeKerberos(octets));
        unlessRefused(() => decodePac(octets));
      }),
      { numRuns: 500 },
    );
  });
});

describe('whatever a peer sends', () => {
  const { tokens } = kerberosPair();
  const [request, reply, third] = tokens as [Buffer, Buffer, Buffer];

  /** A context that refuses, refuses by a SecurityError. */
  const steps = (step: () => unknown): void => {
    try {
      step();
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
    }
  };

  test('an acceptor takes it or refuses it, in both of its legs', () => {
    const { acceptor } = kerberosProviders({ server: { replayCache: false } });
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(...tokens)), fc.boolean(), (token, second) => {
        const context = acceptor.accept();
        if (second) context.step(request, NOW);
        steps(() => context.step(token, NOW));
      }),
      { numRuns: 500 },
    );
  });

  test('an initiator takes it or refuses it', () => {
    const { initiator } = kerberosProviders();
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(reply, third, KRB_ERROR.write(ERROR))), (token) => {
        const context = initiator.initiate({ level: 6, target: SERVICE });
        context.step(undefined, NOW);
        steps(() => context.step(token, NOW));
      }),
      { numRuns: 500 },
    );
  });

  test('a token of a message that is not what was sent is refused', () => {
    const { initiator, acceptor } = kerberosPair();
    const sealed = message('a stub of thirty-two octets, all');
    const token = initiator.seal(sealed);
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(token)), (wrong) => {
        if (Buffer.from(wrong).equals(Buffer.from(token))) return;
        const pdu = Buffer.from(sealed.pdu);
        expect(() => acceptor.unseal({ ...sealed, pdu }, wrong)).toThrow(SecurityError);
        expect(pdu.equals(Buffer.from(sealed.pdu))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a KDC answers it, or says nothing to what is no request', () => {
    const kdc = labKdc();
    const exchange = new TgsExchange({
      ...{ tgt: logOn(kdc), service: SERVICE, etypes: DEFAULT_ETYPES, random: seeded('t') },
    });
    const tgs = exchange.start(NOW);
    fc.assert(
      fc.property(fc.oneof(anyOctets, mutated(tgs)), (octets) => {
        const { reply: answer, event } = kdc.answer(octets, NOW);
        expect(answer === undefined || answer.length > 0).toBe(true);
        expect(event.outcome).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

const ERROR: Parameters<typeof KRB_ERROR.write>[0] = {
  ...{ pvno: 5, msg_type: 30, stime: NOW - (NOW % 1000), susec: 0, error_code: 41, realm: 'LAB.EXAMPLE' },
  sname: { name_type: 2, name_string: ['RPCSS', 'server.lab.example'] },
};
