import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodecError } from '../../src/codec/error.js';
import {
  decodePdu,
  encodePdu,
  encodeVerificationTrailer,
  findVerificationTrailer,
  PTYPE,
  VERIFICATION_TRAILER_SIGNATURE,
  type VerificationCommand,
} from '../../src/codec/rpce/index.js';
import { plain } from '../../src/report/ndjson.js';
import { PassiveAssociation, PassiveBudget, type Sender } from '../../src/rpc/index.js';
import { edited, editsOf } from '../support/mutated.js';
import { observerOf } from '../support/observers.js';
import { pduOf } from '../support/segments.js';
import { SHIPPED_PASSWORD, shippedPdus } from '../support/shipped.js';

const pdus = await shippedPdus();
const real = fc.constantFrom(...pdus.map(({ bytes }) => bytes));

/** Octets that are nearly a PDU: a header that fits, with anything behind it. */
const plausible = fc
  .record({
    type: fc.oneof(fc.constantFrom(...Object.values(PTYPE)), fc.integer({ min: 0, max: 255 })),
    body: fc.uint8Array({ maxLength: 300 }),
    bigEndian: fc.boolean(),
    flags: fc.integer({ min: 0, max: 255 }),
    auth: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ type, body, bigEndian, flags, auth }) => {
    const pdu = pduOf({ type, body, bigEndian });
    pdu[3] = flags;
    if (bigEndian) pdu.writeUInt16BE(auth, 10);
    else pdu.writeUInt16LE(auth, 10);
    return pdu;
  });
const changed = fc.tuple(real, editsOf(6)).map(([bytes, edits]) => edited(bytes, edits));
const cut = fc.tuple(real, fc.nat()).map(([bytes, length]) => bytes.subarray(0, length % bytes.length));
const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
const anything = fc.oneof(plausible, changed, cut, noise);

/** Gives a value, or throws `CodecError`; lets nothing else pass. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

describe('PDUs', () => {
  test('of any octets decode to a value that encodes to the same octets, or to a CodecError', () => {
    let values = 0;
    fc.assert(
      fc.property(anything, (bytes) => {
        const pdu = attempt(() => decodePdu(bytes));
        if (pdu === undefined) return;
        values++;
        const little = (bytes[4] as number) >> 4 === 1;
        const length = little ? bytes.readUInt16LE(8) : bytes.readUInt16BE(8);
        expect(encodePdu(pdu).toString('hex')).toBe(bytes.subarray(0, length).toString('hex'));
      }),
      { numRuns: 4000 },
    );
    expect(values).toBeGreaterThan(500);
  });

  test('that are real decode whatever follows them', () => {
    fc.assert(
      fc.property(real, fc.uint8Array({ maxLength: 40 }), (bytes, more) => {
        expect(encodePdu(decodePdu(Buffer.concat([bytes, more]))).equals(bytes)).toBe(true);
      }),
    );
  });

  test('cut anywhere are a CodecError that says SHORT', () => {
    for (const { bytes } of pdus)
      for (let length = 0; length < bytes.length; length++)
        expect(() => decodePdu(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'SHORT' }));
  });

  test('with lists that claim to be as long as they can be are refused without reading what is not there', () => {
    const bind = Buffer.concat([pduOf({ type: PTYPE.bind, body: 0xff00 })]);
    bind.fill(0xff, 24);
    expect(() => decodePdu(bind)).toThrow(expect.objectContaining({ code: 'SHORT' }));
  });
});

const uuid = fc.uuid();
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const command: fc.Arbitrary<VerificationCommand> = fc.oneof(
  fc.record({ type: fc.constant(1), mustProcess: fc.boolean(), bitmask: fc.record({ bits: u32 }) }),
  fc.record({
    type: fc.constant(2),
    mustProcess: fc.boolean(),
    pcontext: fc.record({
      interface_uuid: uuid,
      interface_version: u32,
      transfer_uuid: uuid,
      transfer_version: u32,
    }),
  }),
  fc.record({
    type: fc.constant(3),
    mustProcess: fc.boolean(),
    header2: fc.record({
      PTYPE: fc.integer({ min: 0, max: 255 }),
      Reserved1: fc.integer({ min: 0, max: 255 }),
      Reserved2: u16,
      drep: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      call_id: u32,
      p_cont_id: u16,
      opnum: u16,
    }),
  }),
  fc.record({
    type: fc.integer({ min: 4, max: 0x3fff }),
    mustProcess: fc.boolean(),
    unknown: fc.uint8Array({ maxLength: 40 }),
  }),
);

describe('verification trailers', () => {
  test('are found where they were put, with their commands', () => {
    // A stub may hold the signature by chance; the last one counts, and that is the trailer's.
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(command, { minLength: 1, maxLength: 8 }),
        (stub, commands) => {
          const trailer = encodeVerificationTrailer(stub.length, commands);
          fc.pre(trailer.lastIndexOf(VERIFICATION_TRAILER_SIGNATURE) < 8);
          const found = findVerificationTrailer(Buffer.concat([stub, trailer]));
          expect(found?.offset).toBe(stub.length + (-stub.length & 3));
          expect(plain(found?.commands)).toEqual(plain(commands));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('behind any octets, cut or changed anywhere, are found, not there, or a CodecError', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(command, { maxLength: 4 }),
        editsOf(6),
        fc.nat(),
        (stub, commands, edits, length) => {
          const bytes = edited(Buffer.concat([stub, encodeVerificationTrailer(stub.length, commands)]), edits);
          const found = attempt(() => findVerificationTrailer(bytes.subarray(0, length % (bytes.length + 1))));
          if (found !== undefined) expect(found.offset % 4).toBe(0);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('with commands that never end are a CodecError, soon', () => {
    const bytes = Buffer.concat([VERIFICATION_TRAILER_SIGNATURE, Buffer.alloc(400_000)]);
    const endless = Buffer.alloc(bytes.length);
    bytes.copy(endless);
    for (let at = 8; at < endless.length; at += 4) endless.writeUInt16LE(4, at);
    expect(() => findVerificationTrailer(endless)).toThrow(CodecError);
  });
});

describe('an association that is overheard', () => {
  const sender = fc.constantFrom<Sender>('client', 'server');

  test('takes any PDUs from either side, in any order, and throws nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sender, anything), { maxLength: 30 }), (sent) => {
        const association = new PassiveAssociation({
          observe: observerOf(SHIPPED_PASSWORD),
          budget: new PassiveBudget({ octets: 2000 }),
        });
        for (const [from, bytes] of sent) {
          const before = Buffer.from(bytes);
          const { pdu, error, message } = association.take(from, bytes);
          expect((pdu === undefined) !== (error === undefined)).toBe(true);
          expect(bytes.equals(before)).toBe(true);
          if (message?.stubState === 'verified') throw new Error('nothing of this can be verified');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('follows a real conversation up to where an octet was changed, and takes the rest', () => {
    const conversation = pdus.slice(10);
    fc.assert(
      fc.property(fc.nat(conversation.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, flip) => {
        const association = new PassiveAssociation({ observe: observerOf(SHIPPED_PASSWORD) });
        for (const [index, { direction, bytes }] of conversation.entries()) {
          const copy = Buffer.from(bytes);
          if (index === which) copy[at % copy.length]! ^= flip;
          const observed = association.take(direction === 'toServer' ? 'client' : 'server', copy);
          if (index < which) expect(observed.error).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});
