import zlib from 'node:zlib';
import { type Octets, unpackedBy } from './unpack.js';

/** Output that is made together: what a damaged file loses before its damage is never more. */
const PIECE = 1 << 17;

/** RFC 1952 2.3.1: the bits of FLG that announce fields after the fixed header. */
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

const START = 10;
const TRAILER = 8;
/** Names and comments longer than this are none. */
const LONGEST_TEXT = 65_536;

/** What is wrong with packed octets, in words. */
export class Damaged extends Error {}

/**
 * The members of a gzip file, RFC 1952 2.2, unpacked one after the other. Throws `Damaged` once all that came before is
 * given: for what is no further member, too, unless it is padding with zeros, as tapes have it.
 */
export async function* gunzipped(octets: Octets): AsyncGenerator<Uint8Array> {
  for (let first = true; ; first = false) {
    const from = octets.taken;
    const start = await octets.exactly(START);
    if (!first && (await isPadding(start, octets))) return;
    if (!isMember(start) && !first)
      throw new Damaged(`gzip ends at octet ${from}; what follows is something else and is left out`);
    if (!isMember(start)) throw new Damaged(start.length < START ? CUT : 'an invalid gzip header');
    await skipFields(start[3] as number, octets);
    yield* body(octets);
  }
}

const CUT = 'unexpected end of file';

const isMember = (start: Buffer): boolean =>
  start.length === START && start[0] === 0x1f && start[1] === 0x8b && start[2] === 8;

async function isPadding(start: Buffer, octets: Octets): Promise<boolean> {
  for (let next: Uint8Array = start; next.length > 0; next = await octets.some()) {
    if (next.some((octet) => octet !== 0)) return false;
  }
  return true;
}

async function skipFields(flags: number, octets: Octets): Promise<void> {
  if (flags & FEXTRA) {
    const length = await whole(octets, 2);
    await whole(octets, length.readUInt16LE());
  }
  if (flags & FNAME) await skipText(octets);
  if (flags & FCOMMENT) await skipText(octets);
  if (flags & FHCRC) await whole(octets, 2);
}

/** Up to the zero that ends it. */
async function skipText(octets: Octets): Promise<void> {
  for (let read = 0; read <= LONGEST_TEXT; ) {
    const piece = await octets.some();
    if (piece.length === 0) throw new Damaged(CUT);
    const end = piece.indexOf(0);
    if (end >= 0) return octets.giveBack(piece.subarray(end + 1));
    read += piece.length;
  }
  throw new Damaged('a gzip header without an end');
}

async function whole(octets: Octets, count: number): Promise<Buffer> {
  const got = await octets.exactly(count);
  if (got.length < count) throw new Damaged(CUT);
  return got;
}

/** The packed octets of a member, and the check behind them. */
async function* body(octets: Octets): AsyncGenerator<Uint8Array> {
  let crc = 0;
  let size = 0;
  for await (const made of unpackedBy(zlib.createInflateRaw({ chunkSize: PIECE }), octets)) {
    crc = zlib.crc32(made, crc);
    size = (size + made.length) >>> 0;
    yield made;
  }
  const trailer = await whole(octets, TRAILER);
  if (trailer.readUInt32LE(0) !== crc || trailer.readUInt32LE(4) !== size)
    throw new Damaged('gzip’s check of what it held is wrong: some of it is not what was packed');
}
