// Every structure of src/codec against octets that are not meant for it. Two things must hold: nothing but a CodecError
// is thrown, and what is decoded encodes to the octets that it came from.
import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPdus } from '../dist/capture/pdu/pdus.js';
import { CodecError } from '../dist/codec/error.js';
import { decodePdu } from '../dist/codec/rpce/index.js';
import { structures } from '../dist/codec/structures/index.js';

const PCAPS = join(import.meta.dirname, '..', 'pcaps');
const ALL = structures();

/** What real PDUs hold: stubs and tokens, which get further into a decoder than anything made up. */
async function recorded() {
  const found = [];
  for (const file of readdirSync(PCAPS).filter((name) => name.endsWith('.pcapng')))
    for await (const item of readPdus(join(PCAPS, file))) {
      if (item.kind !== 'pdu') continue;
      const octets = Buffer.from(item.bytes);
      const { stub, auth } = decodePdu(octets);
      found.push(
        octets,
        ...[stub, auth?.auth_value].filter((part) => part?.length > 0).map((part) => Buffer.from(part)),
      );
    }
  return found;
}

const REAL = await recorded();

/** What counts, tags and pointers look like. */
const word = (random) =>
  random.chance(3) ? 0x20000 + 4 * random.below(8) : random.chance(3) ? random.next() : random.below(5);

function made(random) {
  const octets = Buffer.alloc(4 * random.below(60));
  for (let at = 0; at < octets.length; at += 4) octets.writeUInt32LE(word(random), at);
  return octets;
}

function changed(random) {
  const octets = Buffer.from(random.pick(REAL));
  for (let n = random.below(6); n > 0; n--)
    octets[random.below(octets.length)] = random.chance(2) ? random.below(6) : random.next();
  return random.chance(4) ? octets.subarray(0, random.below(octets.length)) : octets;
}

/** Decoding one structure is a small part of the work of a conversation, so it is done as often as takes as long. */
export function codec(random, { count }) {
  for (let n = 0; n < 50; n++) once(random, count);
}

/** One structure in one of its forms. */
function once(random, count) {
  const { kind, name, forms } = random.pick(ALL);
  const form = random.pick(forms);
  const octets = random.chance(2)
    ? changed(random)
    : random.chance(4)
      ? random.octets(random.below(200))
      : made(random);
  const before = Buffer.from(octets);
  let again;
  try {
    again = form.decode(octets);
    count(`${kind} decoded`);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    count(`${kind} refused, ${error.code}`);
  }
  if (again !== undefined) {
    const { taken, made } = again();
    const is = `${name} (${form.name}) of ${before.toString('hex')}`;
    assert.ok(Buffer.from(made).equals(taken), `${is} encodes to other octets`);
  }
  assert.ok(before.equals(octets), `${name} changed the octets that it read`);
}
