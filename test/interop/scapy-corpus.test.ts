import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PTYPE } from '../../src/codec/rpce/index.js';
import { ndjsonLines } from '../support/cli.js';
import { recordedCorpus } from '../support/recorded-corpus.js';
import { scapy } from '../support/scapy.js';

/** scapy knows RPC by the port of the resolver, where all of these are. */
const captures = recordedCorpus.filter(({ name }) => name.startsWith('wire/'));

test.skipIf(scapy.skip)(
  'scapy finds every PDU of the captures of the wire, with its type, call and byte order',
  async () => {
    const script = join(import.meta.dirname, '../support/scapy_pdus.py');
    const { stdout } = await promisify(execFile)(scapy.required(), [script, ...captures.map(({ path }) => path)]);
    const expected = captures.flatMap(({ path, rows }) =>
      rows.map(({ ptype, call_id, little_endian = true }) => {
        return { path, ptype: PTYPE[ptype as keyof typeof PTYPE], call_id, little_endian };
      }),
    );
    expect(ndjsonLines(stdout)).toEqual(expected);
  },
);
