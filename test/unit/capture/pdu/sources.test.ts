import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { CaptureSource } from '../../../../src/capture/file/source.js';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { readCapture, readPdus } from '../../../../src/capture/pdu/pdus.js';
import { captureOf, pduOf } from '../../../support/segments.js';
import { bind, items, line, request, SYN, sent } from './lines.js';

/** As `reuse` does it: a piece is there only until the next one is asked for. */
async function* throughOneBuffer(octets: Buffer): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(1 << 18);
  for (let at = 0; at < octets.length; at += memory.length)
    yield memory.subarray(0, octets.copy(memory, 0, at, at + memory.length));
}

describe('sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const capture = captureOf(SYN, ...sent(bind, request));
  const expected = ['11 72 @2', '0 36 @3', 'end 0'];
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test('a file', async () => {
    expect((await items(file('plain.pcapng', capture))).map(line)).toEqual(expected);
  });

  test('gzip, whatever the name', async () => {
    expect((await items(file('packed.pcapng', gzipSync(capture)))).map(line)).toEqual(expected);
  });

  test('octets, and a stream of them octet by octet', async () => {
    expect((await items(capture)).map(line)).toEqual(expected);
    async function* octets(): AsyncGenerator<Uint8Array> {
      for (const octet of gzipSync(capture)) yield Buffer.of(octet);
    }
    expect((await items(octets())).map(line)).toEqual(expected);
  });

  test('gzip that breaks off: what is there is read, and a problem', async () => {
    const noise = Buffer.from(Array.from({ length: 300_000 }, (_, n) => Math.imul(n, 2_654_435_761) >>> 13));
    const large = captureOf(
      SYN,
      ...sent(bind, ...Array.from({ length: 200 }, (_, n) => noise.subarray(n * 1400, n * 1400 + 1400))),
    );
    const packed = gzipSync(large);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, packed.length >>> 1);
    }
    const all = (await items(pieces())).map(line);
    expect(all.slice(0, 1)).toEqual(['11 72 @2']);
    expect(all).toContainEqual(expect.stringMatching(/^error: .*unexpected end of file/));
  });

  test('memory that is used again gives the same PDUs, also where one lies across pieces', async () => {
    const parts = Array.from({ length: 3000 }, (_, n) => {
      const pdu = pduOf({ callId: n, body: Buffer.alloc(1900, n) });
      return [pdu.subarray(0, 1300), pdu.subarray(1300)];
    });
    const large = file('pieces.pcapng', captureOf(SYN, ...sent(bind, ...parts.flat())));
    const read = async (reuse: boolean): Promise<string[]> => {
      const all: string[] = [];
      const open = () => ({ pdu: ({ bytes }: CapturedPdu) => void all.push(bytes.toString('hex')) });
      await readCapture(large, { open }, { reuse });
      return all;
    };
    const again = await read(true);
    expect(again).toEqual([bind, ...parts.map((part) => Buffer.concat(part))].map((pdu) => pdu.toString('hex')));
    expect(await read(false)).toEqual(again);
  });

  test('memory that is used again gives the same PDUs of gzip that packs into many pieces, also from standard input', async () => {
    const bodies = Array.from({ length: 6500 }, () => randomBytes(1400));
    const large = captureOf(SYN, ...sent(...bodies.map((body, n) => pduOf({ callId: n, body }))));
    const packed = gzipSync(large, { level: 1 });
    expect(packed.length).toBeGreaterThan(8 << 20);
    const read = async (source: CaptureSource): Promise<string> => {
      const hash = createHash('sha256');
      const open = () => ({ pdu: ({ bytes }: CapturedPdu) => void hash.update(bytes) });
      await readCapture(source, { open, onProblem: ({ message }) => void hash.update(message) }, { reuse: true });
      return hash.digest('hex');
    };
    const expected = await read(file('plain.pcapng', large));
    const name = file('packed.pcapng', packed);
    expect(await read(name)).toBe(expected);
    const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(createReadStream(name) as never);
    expect(await read('-')).toBe(expected);
    stdin.mockRestore();
    expect(await read(throughOneBuffer(packed))).toBe(expected);
  });

  test('reading waits for the handler after each piece', async () => {
    const steps: string[] = [];
    await readCapture(file('waits.pcapng', capture), {
      open: () => ({ pdu: () => void steps.push('PDU'), end: () => void steps.push('end') }),
      async onPiece() {
        steps.push('piece');
        await new Promise(setImmediate);
        steps.push('waited');
      },
    });
    const [before, after] = [steps.indexOf('piece'), steps.indexOf('end')];
    expect(steps.slice(0, before).every((step) => step === 'PDU')).toBe(true);
    expect(steps[before + 1]).toBe('waited');
    expect(after).toBeGreaterThan(before + 1);
  });

  test('a file that is not there, or no capture, is a CaptureError', async () => {
    const missing = join(folder, 'missing.pcap');
    await expect(items(missing)).rejects.toMatchObject({ name: 'CaptureError', code: 'UNREADABLE', file: missing });
    const text = file('text.pcap', Buffer.from('not a capture'));
    await expect(items(text)).rejects.toMatchObject({ name: 'CaptureError', code: 'NOT_A_CAPTURE', file: text });
    await expect(items(file('empty.pcap', Buffer.alloc(0)))).rejects.toMatchObject({ code: 'EMPTY' });
  });

  test('an error of the handler is not taken for one of the file', async () => {
    const failing = readCapture(capture, {
      open: () => ({
        pdu() {
          throw new TypeError('mine');
        },
      }),
    });
    await expect(failing).rejects.toThrow(new TypeError('mine'));
  });

  test('reading may be left early', async () => {
    for await (const item of readPdus(file('left.pcapng', capture))) {
      expect(line(item)).toBe('11 72 @2');
      break;
    }
  });
});
