import { describe, expect, test } from 'vitest';
import { CaptureError, type Problem } from '../../../../src/capture/file/error.js';
import { CaptureReader } from '../../../../src/capture/file/reader.js';
import { TimestampUnit } from '../../../../src/capture/file/timestamp.js';
import { pcap_file_header, pcap_record_header } from '../../../../src/codec/pcap/pcap.js';
import {
  enhanced_packet_block,
  interface_description_block,
  packet_block,
  section_header_block,
  simple_packet_block,
} from '../../../../src/codec/pcap/pcapng.js';
import type { Endian } from '../../../../src/codec/uuid.js';

interface Got {
  readonly frame: number;
  readonly text: string;
  readonly time: string;
  readonly linkType: number;
  readonly offset: number;
  readonly originalLength: number;
}

function read(bytes: Uint8Array, pieceLength = bytes.length || 1): { packets: Got[]; problems: Problem[] } {
  const packets: Got[] = [];
  const problems: Problem[] = [];
  const reader = new CaptureReader({
    file: 'test',
    onPacket({ bytes: all, start, end, seconds, nanoseconds, frame, linkType, offset, originalLength }) {
      const time = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
      packets.push({ frame, text: all.toString('latin1', start, end), time, linkType, offset, originalLength });
    },
    onProblem: (problem) => problems.push(problem),
  });
  for (let at = 0; at < bytes.length; at += pieceLength) reader.push(bytes.subarray(at, at + pieceLength));
  reader.end();
  return { packets, problems };
}

const fileHeader = (endian: Endian, magic = 0xa1b2c3d4, snaplen = 65_535): Buffer =>
  pcap_file_header.encode(
    { magic, version_major: 2, version_minor: 4, reserved1: 0, reserved2: 0, snaplen, linktype: 101 },
    endian,
  );

const record = (text: string, endian: Endian = 'little', { captured = text.length, seconds = 1_700_000_000 } = {}) =>
  Buffer.concat([
    pcap_record_header.encode(
      { seconds, fraction: 123_456, captured_length: captured, original_length: Math.max(captured, text.length) },
      endian,
    ),
    Buffer.from(text),
  ]);

describe('pcap', () => {
  test.each([
    [0xa1b2c3d4, 2_500_000, '1700000002.500000000', 'a time of 2500000 microseconds past a second; it may be wrong'],
    [
      0xa1b23c4d,
      1_000_000_001,
      '1700000001.000000001',
      'a time of 1000000001 nanoseconds past a second; it may be wrong',
    ],
  ])('a fraction past its second is added to it, and said once: magic %i, %i', (magic, fraction, time, message) => {
    const odd = record('odd');
    odd.writeUInt32LE(fraction, 4);
    const { packets, problems } = read(Buffer.concat([fileHeader('little', magic), odd, odd]));
    expect(packets).toMatchObject([{ time }, { time }]);
    expect(problems).toMatchObject([{ severity: 'warning', frame: 1, offset: 24, message }]);
  });

  test.each([
    ['little', 0xa1b2c3d4, '1700000000.123456000'],
    ['big', 0xa1b2c3d4, '1700000000.123456000'],
    ['little', 0xa1b23c4d, '1700000000.000123456'],
    ['big', 0xa1b23c4d, '1700000000.000123456'],
  ] as const)('%s-endian with magic %i', (endian, magic, time) => {
    const bytes = Buffer.concat([fileHeader(endian, magic), record('one', endian), record('second', endian)]);
    expect(read(bytes)).toEqual({
      packets: [
        { frame: 1, text: 'one', time, linkType: 101, offset: 24, originalLength: 3 },
        { frame: 2, text: 'second', time, linkType: 101, offset: 43, originalLength: 6 },
      ],
      problems: [],
    });
  });

  test('pieces of every size give the same packets', () => {
    const bytes = Buffer.concat([
      fileHeader('little'),
      record('one'),
      record(''),
      record('x'.repeat(100)),
      record('end'),
    ]);
    const whole = read(bytes);
    for (let length = 1; length < bytes.length; length++) expect(read(bytes, length)).toEqual(whole);
  });

  test('a packet length of 4 GB is reported with its offset, and the records after it are read', () => {
    const lying = record('broken', 'little', { captured: 0xffff_fff0 });
    const bytes = Buffer.concat([fileHeader('little'), record('one'), lying, record('two'), record('three')]);
    for (const length of [1, 7, bytes.length]) {
      const { packets, problems } = read(bytes, length);
      expect(packets.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
      expect(problems).toEqual([
        {
          kind: 'problem',
          severity: 'error',
          file: 'test',
          frame: 2,
          offset: 43,
          message: 'a record header with an impossible length; 22 octets skipped',
        },
      ]);
    }
  });

  test('a file that ends inside a record says so', () => {
    const bytes = Buffer.concat([fileHeader('little'), record('one'), record('second')]);
    expect(read(bytes.subarray(0, -2)).problems).toMatchObject([
      { frame: 2, offset: 43, message: 'the file ends inside a record: 20 of 22 octets' },
    ]);
  });

  test.each([
    ['EMPTY', Buffer.alloc(0), 'test: the file is empty'],
    ['NOT_A_CAPTURE', Buffer.from('hello, world'), 'test: neither pcap nor pcapng: it starts with 68656c6c'],
    ['NOT_A_CAPTURE', fileHeader('little').subarray(0, 20), 'test: the file ends inside its header, after 20 octets'],
  ])('%s is thrown where nothing can be read', (code, bytes, message) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ name: 'CaptureError', code, message }));
    expect(() => read(bytes)).toThrow(CaptureError);
  });
});

function block(endian: Endian, type: number, ...body: Uint8Array[]): Buffer {
  const content = Buffer.concat(body);
  const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)]);
  const bytes = Buffer.alloc(12 + padded.length);
  const put = (value: number, at: number): number =>
    endian === 'big' ? bytes.writeUInt32BE(value, at) : bytes.writeUInt32LE(value, at);
  put(type, 0);
  put(bytes.length, 4);
  padded.copy(bytes, 8);
  put(bytes.length, bytes.length - 4);
  return bytes;
}

const section = (endian: Endian): Buffer =>
  block(
    endian,
    0x0a0d0d0a,
    section_header_block.encode(
      { byte_order_magic: 0x1a2b3c4d, major_version: 1, minor_version: 0, section_length: 0xffff_ffff_ffff_ffffn },
      endian,
    ),
  );

function describeInterface(endian: Endian, linktype: number, snaplen = 0, options: [number, Buffer][] = []): Buffer {
  const encoded = options.map(([code, value]) => {
    const head = Buffer.alloc(4);
    if (endian === 'big') head.writeUInt16BE(code, 0);
    else head.writeUInt16LE(code, 0);
    if (endian === 'big') head.writeUInt16BE(value.length, 2);
    else head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
  });
  return block(endian, 1, interface_description_block.encode({ linktype, reserved: 0, snaplen }, endian), ...encoded);
}

const enhanced = (endian: Endian, id: number, time: bigint, text: string, captured = text.length): Buffer =>
  block(
    endian,
    6,
    enhanced_packet_block.encode(
      {
        interface_id: id,
        timestamp_high: Number(time >> 32n),
        timestamp_low: Number(time & 0xffff_ffffn),
        captured_length: captured,
        original_length: captured,
      },
      endian,
    ),
    Buffer.from(text),
  );

const TIME = 1_700_000_000_123_456n;
const texts = (packets: readonly Got[]): string[] => packets.map(({ text }) => text);

describe.each(['little', 'big'] as const)('pcapng, %s-endian', (endian) => {
  test('enhanced packets, with the time in microseconds where the interface says nothing', () => {
    const bytes = Buffer.concat([section(endian), describeInterface(endian, 1), enhanced(endian, 0, TIME, 'one')]);
    expect(read(bytes).packets).toMatchObject([{ frame: 1, text: 'one', time: '1700000000.123456000', linkType: 1 }]);
  });

  test('each interface has its own link type, resolution and offset', () => {
    const nanoseconds = describeInterface(endian, 113, 0, [[9, Buffer.of(9)]]);
    const seconds = Buffer.alloc(8);
    if (endian === 'big') seconds.writeBigInt64BE(-3600n);
    else seconds.writeBigInt64LE(-3600n);
    const binary = describeInterface(endian, 101, 0, [
      [2, Buffer.from('eth0')],
      [9, Buffer.of(0x80 | 10)],
      [14, seconds],
    ]);
    const picoseconds = describeInterface(endian, 1, 0, [[9, Buffer.of(12)]]);
    const { packets, problems } = read(
      Buffer.concat([
        section(endian),
        nanoseconds,
        binary,
        picoseconds,
        enhanced(endian, 2, 1_234_567_890_123n, 'c'),
        enhanced(endian, 1, 1024n * 10_000n + 512n, 'b'),
        enhanced(endian, 0, 1_700_000_000_123_456_789n, 'a'),
      ]),
    );
    expect(problems).toEqual([]);
    expect(packets.map(({ text, time, linkType }) => [text, time, linkType])).toEqual([
      ['c', '1.234567890', 1],
      ['b', '6400.500000000', 101],
      ['a', '1700000000.123456789', 113],
    ]);
  });

  test('simple packets are cut by the snaplen, and have no time', () => {
    const simple = block(endian, 3, simple_packet_block.encode({ original_length: 10 }, endian), Buffer.from('abcd'));
    const { packets } = read(Buffer.concat([section(endian), describeInterface(endian, 1, 4), simple]));
    expect(packets).toMatchObject([{ text: 'abcd', time: '0.000000000', originalLength: 10 }]);
  });

  test('the obsolete packet block is read', () => {
    const head = packet_block.encode(
      {
        interface_id: 0,
        drops_count: 0xffff,
        timestamp_high: Number(TIME >> 32n),
        timestamp_low: Number(TIME & 0xffff_ffffn),
        captured_length: 3,
        original_length: 3,
      },
      endian,
    );
    const bytes = Buffer.concat([
      section(endian),
      describeInterface(endian, 1),
      block(endian, 2, head, Buffer.from('old')),
    ]);
    expect(read(bytes).packets).toMatchObject([{ text: 'old', time: '1700000000.123456000' }]);
  });

  test('unknown blocks are skipped; those that Wireshark numbers as frames count', () => {
    const bytes = Buffer.concat([
      section(endian),
      block(endian, 0x1234, Buffer.alloc(20)),
      describeInterface(endian, 1),
      enhanced(endian, 0, TIME, 'one'),
      block(endian, 0xbad, Buffer.alloc(8)),
      enhanced(endian, 0, TIME, 'two'),
    ]);
    const { packets, problems } = read(bytes);
    expect(packets.map(({ frame, text }) => [frame, text])).toEqual([
      [1, 'one'],
      [3, 'two'],
    ]);
    expect(problems).toEqual([]);
  });

  test('a new section forgets the interfaces and may have the other byte order', () => {
    const other = endian === 'big' ? 'little' : 'big';
    const bytes = Buffer.concat([
      section(endian),
      describeInterface(endian, 1),
      enhanced(endian, 0, TIME, 'one'),
      section(other),
      enhanced(other, 0, TIME, 'nobody'),
      describeInterface(other, 101),
      enhanced(other, 0, TIME, 'two'),
    ]);
    const { packets, problems } = read(bytes);
    expect(packets.map(({ frame, text, linkType }) => [frame, text, linkType])).toEqual([
      [1, 'one', 1],
      [3, 'two', 101],
    ]);
    expect(problems).toMatchObject([{ severity: 'error', frame: 2, message: 'interface 0 is not described' }]);
  });

  test('pieces of every size give the same packets', () => {
    const bytes = Buffer.concat([
      section(endian),
      describeInterface(endian, 1),
      enhanced(endian, 0, TIME, 'one'),
      enhanced(endian, 0, TIME, 'x'.repeat(51)),
    ]);
    for (let length = 1; length < bytes.length; length++)
      expect(texts(read(bytes, length).packets)).toEqual(['one', 'x'.repeat(51)]);
  });

  test('a packet longer than its block is reported, and the next one is read', () => {
    const bytes = Buffer.concat([
      section(endian),
      describeInterface(endian, 1),
      enhanced(endian, 0, TIME, 'liar', 0xffff_ffff),
      enhanced(endian, 0, TIME, 'two'),
    ]);
    const { packets, problems } = read(bytes);
    expect(texts(packets)).toEqual(['two']);
    expect(problems).toMatchObject([
      { frame: 1, offset: 48, message: 'a packet of 4294967295 octets in a block that has room for 4' },
    ]);
  });

  test.each([
    ['4 GB', 0xffff_fffc],
    ['no multiple of four', 37],
    ['nothing', 0],
    ['another than its end says', 24],
  ])('a block length of %s is reported, and the next block is found', (_name, length) => {
    const broken = enhanced(endian, 0, TIME, 'broken');
    if (endian === 'big') broken.writeUInt32BE(length, 4);
    else broken.writeUInt32LE(length, 4);
    const start = Buffer.concat([section(endian), describeInterface(endian, 1), enhanced(endian, 0, TIME, 'one')]);
    const bytes = Buffer.concat([start, broken, enhanced(endian, 0, TIME, 'two')]);
    for (const piece of [1, bytes.length]) {
      const { packets, problems } = read(bytes, piece);
      expect(texts(packets)).toEqual(['one', 'two']);
      expect(problems).toMatchObject([
        { frame: 2, offset: start.length, message: 'a block with an impossible length; 40 octets skipped' },
      ]);
    }
  });
});

test('no more interfaces of a section are remembered than any capture has', () => {
  const many = Buffer.concat(Array.from({ length: 65_538 }, () => describeInterface('little', 1)));
  const last = [65_535, 65_536, 65_537].map((id) => enhanced('little', id, TIME, String(id)));
  const { packets, problems } = read(Buffer.concat([section('little'), many, ...last]));
  expect(texts(packets)).toEqual(['65535']);
  expect(problems).toMatchObject([
    { severity: 'error', message: 'more than 65536 interfaces; the packets of further ones are passed over' },
    { severity: 'error', message: 'interface 65536 is not described' },
    { severity: 'error', message: 'interface 65537 is not described' },
  ]);
});

test.each([37, 38, 39])('a block of %s octets is none, also where its end says the same', (length) => {
  const broken = enhanced('little', 0, TIME, 'broken');
  broken.writeUInt32LE(length, 4);
  broken.writeUInt32LE(length, length - 4);
  const start = Buffer.concat([section('little'), describeInterface('little', 1)]);
  const { packets, problems } = read(Buffer.concat([start, broken, enhanced('little', 0, TIME, 'two')]));
  expect(texts(packets)).toEqual(['two']);
  expect(problems).toMatchObject([{ offset: start.length, message: expect.stringContaining('impossible length') }]);
});

test('the hand-written reads agree with the declared headers', () => {
  for (const endian of ['little', 'big'] as const) {
    const values = { seconds: 0x81828384, fraction: 0x00010203, captured_length: 4, original_length: 0x91929394 };
    const bytes = Buffer.concat([fileHeader(endian), pcap_record_header.encode(values, endian), Buffer.from('data')]);
    const declared = pcap_record_header.decode(bytes, 24, endian);
    expect(read(bytes).packets).toMatchObject([
      {
        time: `${declared.seconds}.${String(declared.fraction * 1000).padStart(9, '0')}`,
        originalLength: declared.original_length,
      },
    ]);
    const packet = enhanced(endian, 0, 0x0009_0807_0605_0403n, 'data');
    const { timestamp_high, timestamp_low } = enhanced_packet_block.decode(packet, 8, endian);
    const unit = new TimestampUnit();
    unit.set(timestamp_high, timestamp_low);
    const time = `${unit.seconds}.${String(unit.nanoseconds).padStart(9, '0')}`;
    expect(read(Buffer.concat([section(endian), describeInterface(endian, 1), packet])).packets).toMatchObject([
      { time },
    ]);
  }
});
