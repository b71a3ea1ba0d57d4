import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../src/codec/inet/checksum.js';
import { ipv4_header, tcp_header } from '../../../src/codec/inet/headers.js';
import { enhanced_packet_block } from '../../../src/codec/pcap/pcapng.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../src/net/pcapng.js';
import { type ConnectionRecorder, Recorder } from '../../../src/net/recorder.js';
import { readStreams } from '../../support/streams.js';

const CLIENT = { address: '10.0.0.1', port: 50_000 };
const SERVER = { address: '10.0.0.2', port: 135 };

function record(use: (connection: ConnectionRecorder, recorder: Recorder) => void, mss?: number): Buffer[] {
  const blocks: Buffer[] = [];
  const recorder = new Recorder({ write: (block) => blocks.push(block) });
  use(recorder.connection({ client: CLIENT, server: SERVER, ...(mss !== undefined && { mss }) }), recorder);
  return blocks;
}

/** `flags sequence acknowledgment length`, relative to the first number of each side, as Wireshark shows them. */
function flow(blocks: readonly Buffer[]): string[] {
  const base = new Map<number, number>();
  return blocks.slice(2).map((block) => {
    const { captured_length } = enhanced_packet_block.decode(block, 8);
    const tcp = tcp_header.decode(block, 8 + 20 + 34, 'big');
    const { source_port, destination_port, sequence_number, acknowledgment_number } = tcp;
    if (!base.has(source_port)) base.set(source_port, sequence_number);
    const sequence = (sequence_number - (base.get(source_port) as number)) >>> 0;
    const acknowledgment = (acknowledgment_number - (base.get(destination_port) ?? acknowledgment_number)) >>> 0;
    const flags = ['F', 'S', 'R', 'P', 'A'].filter((_, bit) => tcp.flags & (1 << bit)).join('');
    const length = captured_length - 34 - (tcp.data_offset >>> 4) * 4;
    return `${source_port === 50_000 ? '>' : '<'} ${flags} ${sequence} ${acknowledgment} ${length}`;
  });
}

describe('a connection is recorded as a sniffer would have seen it', () => {
  test('handshake, data, close from both sides', () => {
    const blocks = record((connection) => {
      connection.open(1n);
      connection.data(2n, 'toServer', Buffer.alloc(100));
      connection.data(3n, 'toClient', Buffer.alloc(50));
      connection.close(4n, 'toServer');
      connection.close(5n, 'toClient');
    });
    expect(flow(blocks)).toEqual([
      '> S 0 0 0',
      '< SA 0 1 0',
      '> A 1 1 0',
      '> PA 1 1 100',
      '< PA 1 101 50',
      '> FA 101 51 0',
      '< A 51 102 0',
      '< FA 51 102 0',
      '> A 102 52 0',
    ]);
  });

  test('data beyond the MSS goes in segments, the last of them pushed', () => {
    const blocks = record((connection) => connection.data(1n, 'toServer', Buffer.alloc(250)), 100);
    expect(flow(blocks)).toEqual(['> A 0 0 100', '> A 100 0 100', '> PA 200 0 50']);
  });

  test('the peer acknowledges before its window is full', () => {
    const blocks = record((connection) => connection.data(1n, 'toServer', Buffer.alloc(40_000)));
    expect(flow(blocks).filter((line) => line.startsWith('<'))).toEqual(['< A 0 33580 0']);
  });

  test('a reset ends both directions', () => {
    const blocks = record((connection) => {
      connection.open(1n);
      connection.reset(2n, 'toClient');
      connection.data(3n, 'toServer', Buffer.alloc(1));
      connection.close(4n, 'toClient');
      connection.reset(5n, 'toServer');
    });
    expect(flow(blocks).slice(3)).toEqual(['< RA 1 1 0']);
  });

  test('a server that ends before the handshake has: one acknowledgment of the client is for both', () => {
    const blocks = record((connection) => {
      connection.offer(1n);
      connection.close(2n, 'toClient');
      connection.opened(3n);
      connection.close(4n, 'toServer');
    });
    expect(flow(blocks)).toEqual(['> S 0 0 0', '< SA 0 1 0', '< FA 1 1 0', '> A 1 2 0', '> FA 1 2 0', '< A 2 2 0']);
  });

  test.each(['toServer', 'toClient'] as const)('nothing opens after a reset %s', (direction) => {
    const blocks = record((connection) => {
      connection.offer(1n);
      connection.reset(2n, direction);
      connection.opened(3n);
    });
    expect(flow(blocks).slice(2)).toEqual([direction === 'toServer' ? '> RA 1 1 0' : '< RA 1 1 0']);
  });

  test('after its close a direction records nothing more, the other still does', () => {
    const blocks = record((connection) => {
      connection.close(1n, 'toServer');
      connection.data(2n, 'toServer', Buffer.alloc(1));
      connection.data(3n, 'toClient', Buffer.alloc(1));
    });
    expect(flow(blocks)).toEqual(['> FA 0 0 0', '< A 0 1 0', '< PA 0 1 1']);
  });

  test('the same calls give the same octets', () => {
    const once = (): Buffer => Buffer.concat(record((connection) => connection.data(1n, 'toServer', Buffer.from('x'))));
    expect(once()).toEqual(once());
  });

  test('both checksums are right', () => {
    const [, , block] = record((connection) => connection.data(1n, 'toServer', Buffer.from('odd'))) as Buffer[];
    const ip = (block as Buffer).subarray(8 + 20 + 14, 8 + 20 + 14 + 43);
    expect(internetChecksum(ip.subarray(0, 20))).toBe(0);
    const { source, destination } = ipv4_header.decode(ip, 0, 'big');
    expect(internetChecksum(source, destination, Buffer.of(0, 6, 0, 23), ip.subarray(20))).toBe(0);
  });

  test.each([
    ['IPv4', '10.0.0.1', '10.0.0.2', '10.0.0.1:50000'],
    ['IPv6', '2001:db8::1', '::1', '2001:db8::1:50000'],
    ['IPv4 mapped into IPv6, as a socket of both families has it', '::ffff:10.0.0.1', '10.0.0.2', '10.0.0.1:50000'],
    ['one of each', '10.0.0.1', '2001:db8::2', '::ffff:a00:1:50000'],
  ])('%s is read back', (_name, client, server, from) => {
    const blocks: Buffer[] = [];
    const recorder = new Recorder({ write: (block) => blocks.push(block) });
    const options = { client: { address: client, port: 50_000 }, server: { address: server, port: 135 } };
    for (const text of ['first', 'second']) {
      const connection = recorder.connection(options);
      connection.open(1n);
      connection.data(2n, 'toServer', Buffer.from(text));
      connection.data(3n, 'toClient', Buffer.from('answer'));
      connection.close(4n, 'toClient');
      connection.close(5n, 'toServer');
    }
    const { streams, problems } = readStreams(Buffer.concat(blocks));
    expect(problems).toEqual([]);
    expect(
      streams.map(({ forward, backward }) => [forward.from, forward.bytes.toString(), backward.bytes.toString()]),
    ).toEqual([
      [from, 'first', 'answer'],
      [from, 'second', 'answer'],
    ]);
    expect(
      streams.every(({ forward, backward, ends }) => forward.gaps.length + backward.gaps.length === 0 && ends === 1),
    ).toBe(true);
  });
});

describe('pcapng blocks', () => {
  test('each is a multiple of four octets, with its length at both ends', () => {
    const blocks = [
      sectionHeader('dcom-harness 1'),
      interfaceDescription({ name: 'lab' }),
      enhancedPacket({ time: 1n, bytes: Buffer.alloc(5), comment: 'why' }),
    ];
    for (const block of blocks) {
      expect(block.length % 4).toBe(0);
      expect([block.readUInt32LE(4), block.readUInt32LE(block.length - 4)]).toEqual([block.length, block.length]);
    }
  });

  test('a comment longer than an option can be is cut between characters', () => {
    const block = enhancedPacket({ time: 1n, bytes: Buffer.alloc(4), comment: 'ü'.repeat(40_000) });
    expect(block.readUInt16LE(8 + 20 + 4 + 2)).toBe(65_534);
  });
});
