import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PTYPE } from '../../src/codec/rpce/index.js';
import { captureFile } from '../support/labs.js';
import { pythonModule } from '../support/peers.js';
import { program } from '../support/program.js';
import { type CorpusRow, recordedCorpus } from '../support/recorded-corpus.js';
import { PDUS, tshark, tsharkFields } from '../support/tshark.js';

const ENHANCED_PACKET = 6;
const [SOURCE, DESTINATION] = [28 + 14 + 12, 28 + 14 + 16];
const FIELDS = ['frame.number', 'dcerpc.pkt_type', 'dcerpc.cn_call_id', 'dcerpc.cn_frag_len', 'dcerpc.opnum'];
const AUTH = ['dcerpc.auth_type', 'dcerpc.auth_level', 'dcerpc.auth_ctx_id', 'dcerpc.cn_status'];

/** All captures as one, since tshark takes most of its time to start: each with a network of its own, as each began anew. */
class AllCaptures {
  readonly bytes: Buffer;
  /** The frames before those of each capture. */
  readonly before: { readonly name: string; readonly frames: number }[] = [];

  constructor() {
    let frames = 0;
    const files = recordedCorpus.map(({ name, path }, network) => {
      const bytes = readFileSync(path);
      this.before.push({ name, frames });
      for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
        if (bytes.readUInt32LE(at) !== ENHANCED_PACKET) continue;
        frames++;
        for (const address of [SOURCE, DESTINATION]) bytes[at + address + 1] = network;
      }
      return bytes;
    });
    this.bytes = Buffer.concat(files);
  }

  /** Which frame of which capture it is. */
  placeOf(frame: number): string {
    const { name, frames } = this.before.findLast((each) => each.frames < frame) ?? { name: '', frames: 0 };
    return `${name} ${frame - frames}`;
  }
}

/** In tshark's fields; of several values it is the first, since a verification trailer repeats some of its PDU's. */
const asFields = (row: CorpusRow): string[] => [
  String(PTYPE[row.ptype as keyof typeof PTYPE]),
  String(row.call_id),
  String(row.frag_length),
  // It pairs no call whose presentation context was not agreed on.
  String(row.ptype !== 'request' && row.interface === undefined ? '' : (row.opnum ?? '')),
  String(row.auth_type ?? ''),
  String(row.auth_level ?? ''),
  String(row.auth_context_id ?? ''),
  row.status === undefined ? '' : `0x${row.status.toString(16).padStart(8, '0')}`,
];

describe.skipIf(tshark.skip)('tshark on the corpus of captures', () => {
  const all = new AllCaptures();
  let file = '';
  beforeAll(() => {
    file = captureFile('corpus', all.bytes);
  });
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  test('every PDU is where the corpus has it, with its type, call, operation, security and status', async () => {
    const told = await tsharkFields(file, PDUS, [...FIELDS, ...AUTH]);
    const found = told.map(([frame = '', ...fields]) => [
      all.placeOf(Number(frame)),
      ...fields.map((field) => field.split(',')[0]),
    ]);
    const expected = recordedCorpus.flatMap(({ name, rows }) =>
      rows.map((row) => [`${name} ${row.frame}`, ...asFields(row)]),
    );
    expect(found).toEqual(expected);
  });

  test('nothing is malformed but what the corpus says, and its TCP is without a gap', async () => {
    const malformed = await tsharkFields(file, '_ws.malformed', ['frame.number']);
    const expected = recordedCorpus.flatMap(({ name, entry }) =>
      entry.malformed.map(({ frame }) => `${name} ${frame}`),
    );
    expect(malformed.map(([frame]) => all.placeOf(Number(frame)))).toEqual(expected);
    expect(await tsharkFields(file, 'tcp.analysis.flags', ['frame.number', '_ws.col.Info'])).toEqual([]);
  });
});

const python = pythonModule('json');

test.skipIf(tshark.skip || python.skip)('the three lines of docs/corpus.md hold of tshark', async () => {
  const root = join(import.meta.dirname, '../..');
  const [, lines = ''] =
    /in three lines of Python:\n\n((?: {4}.+\n)+)/.exec(readFileSync(join(root, 'docs/corpus.md'), 'utf8')) ?? [];
  const script = `import json, os, subprocess\nos.chdir(${JSON.stringify(root)})\n${lines.replace(/^ {4}/gm, '')}`;
  expect(lines.trimEnd().split('\n')).toHaveLength(3);
  expect(await program(python.required(), ['-c', script])).toMatchObject({ code: 0 });
});
