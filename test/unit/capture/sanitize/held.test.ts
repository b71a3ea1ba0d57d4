import { describe, expect, test } from 'vitest';
import { MemorySpool } from '../../../../src/capture/sanitize/content/spool.js';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { Sanitizer } from '../../../../src/capture/sanitize/sanitizer.js';
import { retained } from '../../../support/memory.js';
import { captureOf, ethernetFrame, pcapngOf, type Sent } from '../../../support/segments.js';
import { udp } from '../../../support/tunnels.js';

const LINK = ethernetFrame({ sequence: 1 }).subarray(0, 14);
const NFS = 2049;
const KDC = 88;

const sanitizer = (spool = new MemorySpool()): Sanitizer =>
  new Sanitizer({ names: new Pseudonyms({ seed: 'a test' }), spool });

/** The frames of the fragments that a datagram of UDP comes in. */
function fragmentsOf(datagram: Buffer, identification: number, size = 8000): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < datagram.length; at += size) {
    const part = datagram.subarray(at, at + size);
    const header = Buffer.from('450000000000000040110000c0000201c0000202', 'hex');
    header.writeUInt16BE(20 + part.length, 2);
    header.writeUInt16BE(identification, 4);
    header.writeUInt16BE((at + size < datagram.length ? 0x2000 : 0) | (at / 8), 6);
    frames.push(Buffer.concat([LINK, header, part]));
  }
  return frames;
}

/** A message of a KDC: an octet string, which is replaced. */
function kdcMessage(length: number): Buffer {
  const head = Buffer.from('6a82000004820000', 'hex');
  head.writeUInt16BE(length - 4, 2);
  head.writeUInt16BE(length - 8, 6);
  return Buffer.concat([head, Buffer.alloc(length - 8, 'A')]);
}

/** Counts how often it is read. */
class CountedSpool extends MemorySpool {
  reads = 0;

  override read(...where: Parameters<MemorySpool['read']>): void {
    this.reads++;
    super.read(...where);
  }
}

describe('what is kept of a capture between the passes', () => {
  test('is of a datagram of UDP in fragments its header alone, where its content becomes zero', () => {
    const datagram = udp(NFS, Buffer.alloc(60_000, 'x'));
    const capture = pcapngOf(Array.from({ length: 100 }, (_, at) => fragmentsOf(datagram, at)).flat());
    const { octets, value } = retained(() => {
      const learning = sanitizer();
      learning.learn(capture);
      return learning;
    });
    expect(octets).toBeLessThan(2 << 20);
    value.learned();
    const result = Buffer.concat([value.rewrite(capture), value.rewritten()]);
    expect(value.packets).toBe(100 * 8);
    expect(result.includes('xxxxxxxx')).toBe(false);
  });

  test('is read once for all fragments of a datagram', () => {
    const spool = new CountedSpool();
    const both = sanitizer(spool);
    const message = kdcMessage(20_000);
    const capture = pcapngOf(fragmentsOf(udp(KDC, message), 1, 800));
    both.learn(capture);
    both.learned();
    const result = Buffer.concat([both.rewrite(capture), both.rewritten()]);
    expect(result.includes(message.subarray(0, 8))).toBe(true);
    expect(result.includes('AAAAAAAA')).toBe(false);
    expect(result.includes(Buffer.alloc(64))).toBe(false);
    expect(spool.reads).toBe(1);
  });
});

/** Begins of messages of a KDC that never end. */
function* unfinished(connections: number, octets: number): Generator<Sent> {
  for (let clientPort = 1024; clientPort < 1024 + connections; clientPort++) {
    yield { clientPort, serverPort: KDC, flags: 'SYN', sequence: 0 };
    const data = Buffer.alloc(octets, 'A');
    data.writeUInt32BE(0xf0000);
    for (let at = 0; at < octets; at += 50_000)
      yield { clientPort, serverPort: KDC, sequence: 1 + at, data: data.subarray(at, at + 50_000) };
  }
}

describe('messages of a KDC over TCP', () => {
  test('that never end share the memory that there is for all of them', () => {
    const capture = captureOf(...unfinished(100, 900_000));
    const { octets, value } = retained(() => {
      const learning = sanitizer();
      learning.learn(capture);
      return learning;
    });
    // Buffers count twice there.
    expect(octets).toBeLessThan(2 * (68 << 20));
    value.learned();
  });

  test.each([1, 3, 5000])('are rewritten in segments of %i octets, and two in one segment', (size) => {
    const message = kdcMessage(600);
    const one = Buffer.concat([Buffer.of(0, 0, 2, 0x58), message]);
    const stream = Buffer.concat([one, one]);
    const sent: Sent[] = [{ serverPort: KDC, flags: 'SYN', sequence: 0 }];
    for (let at = 0; at < stream.length; at += size)
      sent.push({ serverPort: KDC, sequence: 1 + at, data: stream.subarray(at, at + size) });
    const both = sanitizer();
    const capture = captureOf(...sent);
    both.learn(capture);
    both.learned();
    const result = Buffer.concat([both.rewrite(capture), both.rewritten()]);
    expect(both.tally.zeroed).toEqual(new Map());
    if (size > one.length) {
      const at = result.indexOf(one.subarray(0, 12));
      expect(at).toBeGreaterThan(0);
      expect(result.subarray(at, at + one.length)).toEqual(result.subarray(at + one.length, at + 2 * one.length));
      expect(result.includes('AAAA')).toBe(false);
    }
  });
});

describe('messages of LDAP and HTTP', () => {
  const replaced = (...sent: Sent[]): { result: Buffer; zeroed: Sanitizer['tally']['zeroed'] } => {
    const capture = captureOf({ flags: 'SYN', sequence: 0 }, ...sent);
    const both = sanitizer();
    both.learn(capture);
    both.learned();
    return { result: Buffer.concat([both.rewrite(capture), both.rewritten()]), zeroed: both.tally.zeroed };
  };

  test('of LDAP that never end share the memory that there is for all of them', () => {
    const begin = Buffer.concat([Buffer.from('3084000f00000201016084000e0000', 'hex'), Buffer.alloc(45_000, 'A')]);
    const sent = Array.from({ length: 100 }, (_, at): Sent[] => {
      const whole = Buffer.concat([begin, Buffer.alloc(855_000, 'A')]);
      const clientPort = 1024 + at;
      const parts = Array.from({ length: 18 }, (_, part): Sent => {
        return { clientPort, sequence: 1 + part * 50_000, data: whole.subarray(part * 50_000, (part + 1) * 50_000) };
      });
      return [{ clientPort, flags: 'SYN', sequence: 0 }, ...parts];
    });
    const capture = captureOf(...sent.flat());
    const { octets, value } = retained(() => {
      const learning = sanitizer();
      learning.learn(capture);
      return learning;
    });
    expect(octets).toBeLessThan(2 * (68 << 20));
    value.learned();
  });

  test('of HTTP behind a chunked body are replaced, and the sizes of its chunks stay', () => {
    const first =
      'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=secret\r\nalice\r\n0\r\nWho: alice\r\n\r\n';
    const text = `${first}GET /workshop HTTP/1.1\r\nAccept: x\r\n\r\n`;
    const { result, zeroed } = replaced({ sequence: 1, data: text });
    expect(result.toString('latin1')).toMatch(
      /\r\n\r\n5;\0{8}\r\n\0{7}0\r\n\0{10}\r\n\r\nGET \/[a-z0-9]{8} HTTP\/1\.1\r\nAccept: [^\0]\r\n/,
    );
    const segments: Sent[] = [{ sequence: 1, data: text.slice(0, 16) }];
    for (let at = 16; at < text.length; at++) segments.push({ sequence: 1 + at, data: text.slice(at, at + 1) });
    expect(replaced(...segments).zeroed).toEqual(zeroed);
  });
});
