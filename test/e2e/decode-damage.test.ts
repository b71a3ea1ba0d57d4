import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePdu, NDR20_SYNTAX } from '../../src/codec/rpce/index.js';
import { cli, ndjsonLines, wrongIn } from '../support/cli.js';
import { captureOf, ethernetFrame, pcapngOf, pduOf, type Sent } from '../support/segments.js';

const AT_CONNECT = join(import.meta.dirname, '../../pcaps/activation-at-connect.pcapng');

/** A bind_nak, reason 4, as it stands in the specification's terms: the smallest PDU that decodes. */
const BIND_NAK = Buffer.from('05000d03100000001500000001000000 0400010500'.replace(' ', ''), 'hex');

/** A stream of three segments: a whole PDU, what is given, a whole PDU. The second one is frame 3. */
const between = (middle: Uint8Array): Buffer =>
  captureOf(
    { flags: 'SYN', sequence: 0 },
    { sequence: 1, data: BIND_NAK },
    { sequence: 1 + BIND_NAK.length, data: middle },
    { sequence: 1 + BIND_NAK.length + middle.length, data: BIND_NAK },
  );

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Decodes a damaged file; gives what it said, its records, and the frame and type of every PDU. */
async function damaged(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const { code, stdout, stderr } = await cli(['decode', '--json', path]);
  const records = ndjsonLines(stdout);
  const pdus = records.map(({ frame, ptype }) => `${frame} ${ptype}`);
  return { code, pdus, said: wrongIn(stderr), closing: stderr, records };
}

describe('decode: what is damaged is named by file, frame and offset, and the rest is decoded', () => {
  test('a record that is cut', async () => {
    const bytes = readFileSync(AT_CONNECT);
    const { code, pdus, said } = await damaged('cut.pcapng', bytes.subarray(0, -50));
    expect(code).toBe(0);
    expect(pdus).toHaveLength(10);
    expect(said).toEqual(['warning: cut.pcapng frame 24 offset 4584: the file ends inside a block: 38 of 88 octets']);
  });

  test('gzip that breaks off later on, with its name once', async () => {
    const packed = gzipSync(readFileSync(AT_CONNECT));
    const { code, pdus, said } = await damaged('cut.gz', packed.subarray(0, 900));
    expect(code).toBe(0);
    expect(pdus.length).toBeGreaterThan(0);
    expect(said[0]).toBe('error: cut.gz frame 8: unexpected end of file');
  });

  test('gzip with other octets after it', async () => {
    const packed = gzipSync(readFileSync(AT_CONNECT));
    const { code, pdus, said } = await damaged('more.gz', Buffer.concat([packed, Buffer.from('a line of a log\n')]));
    expect(code).toBe(0);
    expect(pdus).toHaveLength(10);
    expect(said).toEqual([
      `error: more.gz frame 25: gzip ends at octet ${packed.length}; what follows is something else and is left out`,
    ]);
  });

  test('octets between two records that are no record', async () => {
    const bytes = readFileSync(AT_CONNECT);
    const odd = Buffer.concat([bytes.subarray(0, 1000), Buffer.alloc(400, 0xff), bytes.subarray(1000)]);
    const { code, pdus, said } = await damaged('odd.pcapng', odd);
    expect(code).toBe(0);
    expect(pdus).toHaveLength(9);
    expect(said[0]).toBe('error: odd.pcapng frame 6 offset 856: a block with an impossible length; 776 octets skipped');
  });

  test('a PDU of an unknown type', async () => {
    const { code, pdus, said } = await damaged('type.pcapng', between(pduOf({ type: 0x63, body: 4 })));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 bind_nak', '4 bind_nak'] });
    expect(said).toEqual([
      'warning: type.pcapng frame 3: 20 octets that are no PDU (PTYPE 99) skipped, from offset 21 of the stream on',
    ]);
  });

  test('a frag_length below its own header', async () => {
    const { code, pdus, said } = await damaged('small.pcapng', between(pduOf({ body: 4, fragLength: 10 })));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 bind_nak', '4 bind_nak'] });
    expect(said).toEqual([
      'warning: small.pcapng frame 3: 20 octets that are no PDU skipped, from offset 21 of the stream on',
    ]);
  });

  test('a frag_length beyond what was captured', async () => {
    const { code, pdus, said } = await damaged('large.pcapng', between(pduOf({ body: 4, fragLength: 4000 })));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 bind_nak', '4 cut'] });
    expect(said).toEqual(['warning: large.pcapng frame 4: 3959 of its octets are not in the capture']);
  });

  test('a list that is longer than its PDU', async () => {
    const { code, pdus, said } = await damaged('inner.pcapng', between(pduOf({ type: 11, body: 12 })));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 bind_nak', '3 malformed', '4 bind_nak'] });
    expect(said).toEqual(['warning: inner.pcapng frame 3: bind.p_cont_elem_t @0x1c: needs 4 octets, has 0']);
  });

  test('a PDU that is cut after any number of its octets', async () => {
    const pdu = pduOf({ type: 11, body: 44 });
    for (const length of [1, 15, 16, 17, 59]) {
      const bytes = captureOf(
        { flags: 'SYN', sequence: 0 },
        { sequence: 1, data: BIND_NAK },
        { sequence: 1 + BIND_NAK.length, data: pdu.subarray(0, length) },
      );
      const { code, pdus, said } = await damaged(`cut${length}.pcapng`, bytes);
      expect({ code, pdus }).toEqual({ code: 0, pdus: length < 16 ? ['2 bind_nak'] : ['2 bind_nak', '3 cut'] });
      expect(said).toEqual([expect.stringMatching(`^warning: cut${length}.pcapng frame 3: `)]);
    }
  });
});

describe('decode: what a capture lacks, or has twice, is counted honestly', () => {
  const SIZE = BIND_NAK.length;
  const SYN: Sent = { flags: 'SYN', sequence: 0 };
  const nak = (sequence: number): Sent => ({ sequence, data: BIND_NAK });

  test('a snap length: the PDU is cut, and the next one is found by the sequence numbers', async () => {
    const long: Sent = { sequence: 1, data: pduOf({ body: 200 }) };
    const frames = [ethernetFrame(SYN), ethernetFrame(long).subarray(0, 96), ethernetFrame(nak(217))];
    const { code, pdus, said, closing } = await damaged('snap.pcapng', pcapngOf(frames));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 cut', '3 bind_nak'] });
    // Of most packets of such a capture: they are counted in the closing statement.
    expect({ wrong: said, counted: closing }).toEqual({
      wrong: [],
      counted: expect.stringMatching(
        /^passed over: PDUs of which a part was not captured.*: 1 \(the first: snap\.pcapng frame 2\)$/m,
      ),
    });
  });

  test('a segment that is missing: what was lost is said, and the next PDU is found', async () => {
    const later = 1 + SIZE + 500;
    const acknowledged: Sent = { from: 'server', sequence: 1, acknowledgment: later + SIZE };
    const { code, pdus, said } = await damaged('gap.pcapng', captureOf(SYN, nak(1), nak(later), acknowledged));
    expect({ code, pdus }).toEqual({ code: 0, pdus: ['2 bind_nak', '3 bind_nak'] });
    expect(said).toEqual(['warning: gap.pcapng frame 4: 500 octets of the stream are not in the capture']);
  });

  test('segments that come twice, overlap or come too early give every PDU once', async () => {
    const two = Buffer.concat([BIND_NAK, BIND_NAK]);
    const bytes = captureOf(
      SYN,
      { sequence: 1 + 2 * SIZE, data: two },
      nak(1),
      nak(1),
      { sequence: 1, data: Buffer.concat([BIND_NAK, BIND_NAK]) },
      { sequence: 1 + 2 * SIZE, data: two },
    );
    const { code, pdus, said } = await damaged('twice.pcapng', bytes);
    expect({ code, pdus, said }).toEqual({
      code: 0,
      pdus: ['3 bind_nak', '5 bind_nak', '2 bind_nak', '2 bind_nak'],
      said: [],
    });
  });

  test('one direction alone: an answer without its request has no level, no operation and no time', async () => {
    const answer: Sent = { from: 'server', sequence: 1, data: pduOf({ type: 2, body: 16, callId: 9 }) };
    const { code, records, said } = await damaged('oneway.pcapng', captureOf(answer));
    expect({ code, said }).toEqual({ code: 0, said: [] });
    expect(records).toEqual([
      {
        kind: 'pdu',
        file: 'oneway.pcapng',
        stream: 0,
        frame: 1,
        time: '2023-11-14T22:13:20.000000000Z',
        src: '10.0.0.2:40000',
        dst: '10.0.0.1:50000',
        transport: 'ncacn_ip_tcp',
        ptype: 'response',
        call_id: 9,
        pfc_flags: 3,
        frag_length: 32,
        stub: 'plain',
        value: { stub_data: 'eeeeeeeeeeeeeeee' },
      },
    ]);
  });

  test('VLANs and tunnels, mixed with what is outside of them', async () => {
    const plain = (sequence: number): Buffer => ethernetFrame(nak(sequence));
    const tagged = Buffer.concat([
      plain(1 + SIZE).subarray(0, 12),
      Buffer.from('81000064', 'hex'),
      plain(1 + SIZE).subarray(12),
    ]);
    const inner = plain(1 + 2 * SIZE).subarray(14);
    const outer = Buffer.from('4500000000000000402f0000c0000201c000020200000800', 'hex');
    outer.writeUInt16BE(outer.length + inner.length, 2);
    const gre = Buffer.concat([plain(0).subarray(0, 14), outer, inner]);
    const { pdus, said } = await damaged('tunnel.pcapng', pcapngOf([plain(1), tagged, gre]));
    expect({ pdus, said }).toEqual({ pdus: ['1 bind_nak', '2 bind_nak', '3 bind_nak'], said: [] });
  });

  test('ports that are used again: the second connection knows nothing of what was bound on the first', async () => {
    const bind = encodePdu({
      PTYPE: 'bind',
      pfc_flags: 3,
      call_id: 1,
      max_xmit_frag: 4280,
      max_recv_frag: 4280,
      assoc_group_id: 0,
      p_context_elem: [
        {
          p_cont_id: 0xeeee,
          abstract_syntax: { uuid: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa', version: 3 },
          transfer_syntaxes: [NDR20_SYNTAX],
        },
      ],
    });
    const request = pduOf({ body: 16, callId: 2 });
    const bytes = captureOf(
      SYN,
      { sequence: 1, data: bind },
      { sequence: 1 + bind.length, data: request },
      { flags: 'SYN', sequence: 90_000 },
      { sequence: 90_001, data: request },
    );
    const { records, said } = await damaged('again.pcapng', bytes);
    expect(said).toEqual([]);
    expect(records.map(({ stream, ptype, interface: name, auth_level }) => [stream, ptype, name, auth_level])).toEqual([
      [0, 'bind', undefined, 1],
      [0, 'request', 'ept', 1],
      [1, 'request', undefined, undefined],
    ]);
  });
});
