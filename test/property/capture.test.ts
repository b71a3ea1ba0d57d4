import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/file/error.js';
import { PduReader } from '../../src/capture/pdu/reader.js';
import { Recorder } from '../../src/net/recorder.js';
import { captureOf, pduOf, type Sent } from '../support/segments.js';
import { readStreams } from '../support/streams.js';

const SYN: Sent = { flags: 'SYN', sequence: 0xffff_ff00 };
const FIRST = 0xffff_ff01;

interface Cut {
  readonly at: number;
  readonly length: number;
}

/** Cuts that cover a stream of `length` octets, with overlaps and repetitions, in any order. */
const cuts = (length: number): fc.Arbitrary<Cut[]> =>
  fc
    .record({
      borders: fc.array(fc.nat(length), { maxLength: 30 }),
      more: fc.array(fc.record({ at: fc.nat(Math.max(0, length - 1)), length: fc.integer({ min: 1, max: 80 }) }), {
        maxLength: 20,
      }),
    })
    .chain(({ borders, more }) => {
      const sorted = [...new Set([0, ...borders, length])].sort((a, b) => a - b);
      const cover = sorted
        .slice(1)
        .map((end, place) => ({ at: sorted[place] as number, length: end - (sorted[place] as number) }));
      const all = [...cover, ...more.map((cut) => ({ at: cut.at, length: Math.min(cut.length, length - cut.at) }))];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });

const streamAndCuts = fc
  .uint8Array({ minLength: 1, maxLength: 600 })
  .chain((stream) => fc.tuple(fc.constant(Buffer.from(stream)), cuts(stream.length)));

/** A capture in pieces of the sizes given, in turn. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[n % sizes.length] as number);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const pieceSizes = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 5 });

describe('reassembly', () => {
  test('any segmentation, order, repetition and overlap of a stream gives the stream', () => {
    fc.assert(
      fc.property(streamAndCuts, pieceSizes, ([stream, all], sizes) => {
        const sent = all.map(
          ({ at, length }): Sent => ({ sequence: FIRST + at, data: stream.subarray(at, at + length) }),
        );
        const { streams, problems } = readStreams(inPieces(captureOf(SYN, ...sent), sizes));
        expect(problems).toEqual([]);
        expect(streams).toHaveLength(1);
        expect(streams[0]?.forward.gaps).toEqual([]);
        expect(streams[0]?.forward.bytes).toEqual(stream);
      }),
      { numRuns: 300 },
    );
  });

  test('with segments missing, the octets delivered and the gaps declared add up to the stream', () => {
    fc.assert(
      fc.property(streamAndCuts, fc.infiniteStream(fc.boolean()), ([stream, all], keeps) => {
        const kept = all.filter(() => keeps.next().value === true);
        const sent = kept.map(
          ({ at, length }): Sent => ({ sequence: FIRST + at, data: stream.subarray(at, at + length) }),
        );
        const fin: Sent = { flags: 'FIN+ACK', sequence: FIRST + stream.length };
        const { streams } = readStreams(captureOf(SYN, ...sent, fin));
        const forward = streams[0]?.forward ?? { bytes: Buffer.alloc(0), gaps: [{ at: 0, lost: stream.length }] };
        let original = 0;
        let delivered = 0;
        for (const { at, lost } of [...forward.gaps, { at: forward.bytes.length, lost: 0 }]) {
          const part = forward.bytes.subarray(delivered, at);
          expect(part).toEqual(stream.subarray(original, original + part.length));
          original += part.length + lost;
          delivered = at;
        }
        expect(original).toBe(stream.length);
      }),
      { numRuns: 300 },
    );
  });

  test('what was recorded is read back, direction by direction', () => {
    const writes = fc.array(fc.tuple(fc.constantFrom('toServer', 'toClient'), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(writes, fc.integer({ min: 1, max: 400 }), (all, mss) => {
        const blocks: Buffer[] = [];
        const recorder = new Recorder({ write: (block) => blocks.push(block) });
        const connection = recorder.connection({
          client: { address: '10.0.0.1', port: 50_000 },
          server: { address: '10.0.0.2', port: 135 },
          mss,
        });
        connection.open(0n);
        for (const [direction, bytes] of all) connection.data(1n, direction as 'toServer' | 'toClient', bytes);
        connection.close(2n, 'toServer');
        connection.close(3n, 'toClient');
        const { streams, problems } = readStreams(Buffer.concat(blocks));
        expect(problems).toEqual([]);
        const expected = (wanted: string): Buffer =>
          Buffer.concat(all.filter(([direction]) => direction === wanted).map(([, bytes]) => bytes));
        const { forward, backward } = streams[0] ?? {};
        expect(forward?.bytes ?? Buffer.alloc(0)).toEqual(expected('toServer'));
        expect(backward?.bytes ?? Buffer.alloc(0)).toEqual(expected('toClient'));
      }),
      { numRuns: 100 },
    );
  });
});

/** Reads to the end; the PDUs as hexadecimal with their frames, and how much was said to be wrong. */
function readAll(pieces: readonly Uint8Array[]): { pdus: string[]; cut: number; problems: number; error?: unknown } {
  const pdus: string[] = [];
  let cut = 0;
  let problems = 0;
  const reader = new PduReader({
    open: (stream) => ({
      pdu: ({ bytes, frame }) => void pdus.push(`${stream} ${frame} ${bytes.toString('hex')}`),
      cut: () => void cut++,
    }),
    onProblem: () => problems++,
  });
  try {
    for (const piece of pieces) reader.push(piece);
    reader.end();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { pdus, cut, problems, error };
  }
  return { pdus, cut, problems };
}

const pdus = fc.array(
  fc.record({
    type: fc.constantFrom(0, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19),
    body: fc.uint8Array({ maxLength: 200 }),
    bigEndian: fc.boolean(),
  }),
  { minLength: 1, maxLength: 10 },
);

describe('PDU splitting', () => {
  test('a stream of PDUs is split into them, however it was segmented', () => {
    const cases = pdus.chain((all) => {
      const stream = Buffer.concat(all.map(pduOf));
      return fc.tuple(fc.constant(all), fc.constant(stream), cuts(stream.length));
    });
    fc.assert(
      fc.property(cases, ([all, stream, parts]) => {
        const sent = parts.map(
          ({ at, length }): Sent => ({ sequence: FIRST + at, data: stream.subarray(at, at + length) }),
        );
        const { pdus: found, cut, problems } = readAll([captureOf(SYN, ...sent)]);
        expect(found.map((text) => text.split(' ')[2])).toEqual(all.map((one) => pduOf(one).toString('hex')));
        expect([cut, problems]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });
});

/** The captures that the project ships, for mutation; one made here where there are none yet. */
const shipped = join(import.meta.dirname, '../../pcaps');
const seeds: Buffer[] = [
  captureOf(
    SYN,
    ...[0, 1, 2, 3].map((n): Sent => ({ sequence: FIRST + n * 36, data: pduOf({ type: n === 0 ? 11 : 0, body: 20 }) })),
  ),
  ...(existsSync(shipped) ? readdirSync(shipped, { recursive: true, encoding: 'utf8' }) : [])
    .filter((name) => /\.pcap(ng)?$/.test(name) && statSync(join(shipped, name)).size < 100_000)
    .map((name) => readFileSync(join(shipped, name))),
];

describe('no capture is too broken to read', () => {
  test('random octets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom('', 'd4c3b2a1', 'a1b2c3d4', '0a0d0d0a'),
        pieceSizes,
        (tail, magic, sizes) => {
          readAll(inPieces(Buffer.concat([Buffer.from(magic, 'hex'), tail]), sizes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('octets changed, removed and repeated; and pieces of any size give the same result', () => {
    const change = fc.record({
      at: fc.nat(),
      octet: fc.integer({ min: 0, max: 255 }),
      remove: fc.nat(6),
      insert: fc.uint8Array({ maxLength: 6 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        pieceSizes,
        (seed, changes, sizes) => {
          let bytes = Buffer.from(seed);
          for (const { at, octet, remove, insert } of changes) {
            const place = at % bytes.length;
            bytes[place] = octet;
            if (remove + insert.length < 4) continue;
            bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + remove)]);
          }
          const whole = readAll([bytes]);
          const inParts = readAll(inPieces(bytes, sizes));
          expect(inParts).toEqual(whole);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('every truncation of a capture', () => {
    const [seed] = seeds as [Buffer];
    for (let length = 0; length < seed.length; length++) readAll([seed.subarray(0, length)]);
  });
});
