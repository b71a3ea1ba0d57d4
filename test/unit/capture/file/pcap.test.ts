import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../../src/capture/file/error.js';
import { TimestampUnit } from '../../../../src/capture/file/timestamp.js';
import { pcap_file_header, pcap_record_header } from '../../../../src/codec/pcap/pcap.js';
import { enhanced_packet_block } from '../../../../src/codec/pcap/pcapng.js';
import type { Endian } from '../../../../src/codec/uuid.js';
import { describeInterface, enhanced, read, section } from './read-back.js';

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
