import { describe, expect, test } from 'vitest';
import { packet_block, simple_packet_block } from '../../../../src/codec/pcap/pcapng.js';
import { block, describeInterface, enhanced, read, section, TIME, texts } from './read-back.js';

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

test.each([37, 38, 39])('a block of %s octets is invalid, also where its end says the same', (length) => {
  const broken = enhanced('little', 0, TIME, 'broken');
  broken.writeUInt32LE(length, 4);
  broken.writeUInt32LE(length, length - 4);
  const start = Buffer.concat([section('little'), describeInterface('little', 1)]);
  const { packets, problems } = read(Buffer.concat([start, broken, enhanced('little', 0, TIME, 'two')]));
  expect(texts(packets)).toEqual(['two']);
  expect(problems).toMatchObject([{ offset: start.length, message: expect.stringContaining('impossible length') }]);
});
