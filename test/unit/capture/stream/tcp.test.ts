import { describe, expect, test } from 'vitest';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { PduReader } from '../../../../src/capture/pdu/reader.js';
import { captureOf, ethernetFrame, pcapngOf, pduOf, type Sent } from '../../../support/segments.js';
import { type ReadStream, readStreams } from '../../../support/streams.js';

const SYN: Sent = { flags: 'SYN', sequence: 999 };
const read = (...sent: Sent[]) => readStreams(captureOf(...sent));
const first = (...sent: Sent[]): ReadStream => read(...sent).streams[0] as ReadStream;
const text = (...sent: Sent[]): string => first(...sent).forward.bytes.toString();

describe('a stream is put in order', () => {
  test('segments in order', () => {
    expect(text(SYN, { sequence: 1000, data: 'abc' }, { sequence: 1003, data: 'def' })).toBe('abcdef');
  });

  test('a retransmission is delivered once', () => {
    expect(
      text(SYN, { sequence: 1000, data: 'abc' }, { sequence: 1000, data: 'abc' }, { sequence: 1003, data: 'd' }),
    ).toBe('abcd');
  });

  test('of an overlap the octets that came first stay', () => {
    expect(text(SYN, { sequence: 1000, data: 'abcd' }, { sequence: 1002, data: 'XXef' })).toBe('abcdef');
  });

  test('a segment that came too early waits, and keeps its own frame', () => {
    const { forward } = first(SYN, { sequence: 1003, data: 'def' }, { sequence: 1000, data: 'abc' });
    expect(forward.bytes.toString()).toBe('abcdef');
    expect(forward.frames).toEqual([
      { frame: 3, upTo: 3 },
      { frame: 2, upTo: 6 },
    ]);
    expect(forward.gaps).toEqual([]);
  });

  test('sequence numbers wrap', () => {
    expect(
      text(
        { flags: 'SYN', sequence: 0xfffffffd },
        { sequence: 0x00000001, data: 'def' },
        { sequence: 0xfffffffe, data: 'abc' },
      ),
    ).toBe('abcdef');
  });

  test('a keep-alive adds nothing', () => {
    const keepAlive: Sent = { sequence: 1002, data: '\0' };
    expect(text(SYN, { sequence: 1000, data: 'abc' }, keepAlive, keepAlive, { sequence: 1003, data: 'def' })).toBe(
      'abcdef',
    );
  });

  test('a capture that starts in mid-connection starts with the first data, not with an empty segment before it', () => {
    expect(text({ sequence: 76_999 }, { sequence: 77_000, data: 'abc' }, { sequence: 77_003, data: 'def' })).toBe(
      'abcdef',
    );
  });

  test('data that a SYN carries is the first of the stream', () => {
    expect(text({ ...SYN, data: 'ab' }, { sequence: 1002, data: 'c' })).toBe('abc');
  });
});

describe('a gap', () => {
  test('is declared once the peer has acknowledged past it', () => {
    const { forward } = first(
      SYN,
      { sequence: 1000, data: 'abc' },
      { sequence: 1010, data: 'xyz' },
      { from: 'server', sequence: 5000, acknowledgment: 1013 },
      { sequence: 1003, data: 'too late' },
    );
    expect(forward.bytes.toString()).toBe('abcxyz');
    expect(forward.gaps).toEqual([{ at: 3, lost: 7 }]);
  });

  test('is declared at once, also where an older acknowledgment has come since', () => {
    const bind = pduOf({ type: 11, body: 56 });
    const order: string[] = [];
    const open = () => ({ pdu: ({ type, frame }: CapturedPdu) => void order.push(`${type} @${frame}`) });
    const reader = new PduReader({ open });
    const sent: Sent[] = [
      SYN,
      { sequence: 1000, data: bind },
      { from: 'server', sequence: 5000, acknowledgment: 1300 },
      { from: 'server', sequence: 5000, acknowledgment: 1072 },
      { sequence: 1272, data: pduOf({ type: 14, body: 12 }) },
      { from: 'server', sequence: 5000, data: pduOf({ type: 15 }) },
    ];
    reader.push(captureOf(...sent));
    reader.end();
    expect(order).toEqual(['11 @2', '14 @5', '15 @6']);
  });

  test('is not declared while it may still be filled', () => {
    const { forward } = first(
      SYN,
      { sequence: 1010, data: 'xyz' },
      { from: 'server', sequence: 5000, acknowledgment: 1000 },
      { sequence: 1000, data: '0123456789' },
    );
    expect(forward.bytes.toString()).toBe('0123456789xyz');
    expect(forward.gaps).toEqual([]);
  });

  test('is declared at the end of the capture', () => {
    const { forward } = first(SYN, { sequence: 1004, data: 'xyz' });
    expect(forward.gaps).toEqual([{ at: 0, lost: 4 }]);
    expect(forward.bytes.toString()).toBe('xyz');
  });

  test('is declared once too much waits for it', () => {
    const sent = Array.from({ length: 20 }, (_, n): Sent => ({ sequence: 1010 + n * 100, data: Buffer.alloc(100, n) }));
    const late: Sent = { sequence: 1000, data: '0123456789' };
    const { streams } = readStreams(captureOf(SYN, ...sent, late), { waitingSegments: 10 });
    expect(streams[0]?.forward.gaps).toEqual([{ at: 0, lost: 10 }]);
    expect(streams[0]?.forward.bytes.length).toBe(2000);
  });

  test('at the very end shows in what the peer acknowledged', () => {
    const { forward } = first(
      SYN,
      { sequence: 1000, data: 'abc' },
      { from: 'server', flags: 'FIN+ACK', sequence: 5000, acknowledgment: 1020 },
      { flags: 'FIN+ACK', sequence: 1019, acknowledgment: 5001 },
    );
    expect(forward.gaps).toEqual([{ at: 3, lost: 16 }]);
  });

  test('is known at once where a snaplen cut the segment', () => {
    const cut = (sent: Sent): Buffer => ethernetFrame(sent).subarray(0, 64);
    const long: Sent = { sequence: 1000, data: 'x'.repeat(100) };
    const frames = [
      ethernetFrame(SYN),
      cut({ ...long, sequence: 1100 }),
      cut(long),
      ethernetFrame({ sequence: 1200, data: 'end' }),
    ];
    const { forward } = readStreams(pcapngOf(frames)).streams[0] as ReadStream;
    expect(forward.gaps).toEqual([
      { at: 10, lost: 90 },
      { at: 20, lost: 90 },
    ]);
    expect(forward.bytes.toString()).toBe(`${'x'.repeat(20)}end`);
  });

  test('a jump far out of the window is another connection on the same ports', () => {
    const { forward } = first({ sequence: 1000, data: 'abc' }, { sequence: 0x7000_0000, data: 'xyz' });
    expect(forward.bytes.toString()).toBe('abcxyz');
    expect(forward.gaps).toEqual([{ at: 3, lost: -1 }]);
  });
});

describe('connections', () => {
  test('a SYN with another sequence number on the same ports starts another stream', () => {
    const { streams } = read(
      SYN,
      { sequence: 1000, data: 'one' },
      { flags: 'SYN', sequence: 9999 },
      { sequence: 10_000, data: 'two' },
    );
    expect(streams.map(({ stream, forward, ends }) => [stream, forward.bytes.toString(), ends])).toEqual([
      [0, 'one', 1],
      [1, 'two', 1],
    ]);
  });

  test('the same SYN again does not', () => {
    expect(read(SYN, SYN, { sequence: 1000, data: 'one' }).count).toBe(1);
  });

  test('the same SYN after a reset does, as a half-open connection is opened again', () => {
    expect(read(SYN, { from: 'server', flags: 'RST+ACK', sequence: 0, acknowledgment: 1000 }, SYN).count).toBe(2);
  });

  test('a SYN+ACK that comes again after a reset does not, nor does a SYN that comes again before it', () => {
    const answer: Sent = { from: 'server', flags: 'SYN+ACK', sequence: 4999, acknowledgment: 1000 };
    const reset: Sent = { flags: 'RST', sequence: 1000 };
    expect(read(SYN, answer, SYN, reset, answer).count).toBe(1);
    expect(read(SYN, answer, reset, SYN, answer).count).toBe(2);
  });

  test('after both sides have closed, the same SYN opens another', () => {
    const closing: Sent[] = [
      { flags: 'FIN+ACK', sequence: 1000, acknowledgment: 5000 },
      { from: 'server', flags: 'FIN+ACK', sequence: 5000, acknowledgment: 1001 },
    ];
    const answer: Sent = { from: 'server', flags: 'SYN+ACK', sequence: 4999, acknowledgment: 1000 };
    expect(read(SYN, answer, ...closing, SYN).count).toBe(2);
  });

  test('ends by FIN from both sides, once', () => {
    const { streams } = read(
      SYN,
      { from: 'server', flags: 'SYN+ACK', sequence: 4999, acknowledgment: 1000 },
      { sequence: 1000, data: 'abc', acknowledgment: 5000 },
      { flags: 'FIN+ACK', sequence: 1003, acknowledgment: 5000 },
      { from: 'server', sequence: 5000, data: 'last words', acknowledgment: 1004 },
      { from: 'server', flags: 'FIN+ACK', sequence: 5010, acknowledgment: 1004 },
      { sequence: 1004, acknowledgment: 5011 },
    );
    expect(streams[0]).toMatchObject({ ends: 1, forward: { gaps: [], toServer: true }, backward: { gaps: [] } });
    expect(streams[0]?.backward.bytes.toString()).toBe('last words');
  });

  test('where the SYN of the client is missing, that of the server tells who is who', () => {
    const { streams } = read(
      { from: 'server', flags: 'SYN+ACK', sequence: 4999 },
      { from: 'server', sequence: 5000, data: 'x' },
    );
    expect(streams[0]?.forward).toMatchObject({ from: '10.0.0.2:40000', toServer: false });
  });

  test('one direction alone is read', () => {
    const sent = Array.from({ length: 5 }, (_, n): Sent => ({ from: 'server', sequence: 5000 + n, data: `${n}` }));
    expect(first(...sent).forward.bytes.toString()).toBe('01234');
  });

  test('beyond the limit the connection that was idle longest is forgotten, and said to have ended', () => {
    const opens = Array.from({ length: 8 }, (_, n): Sent => ({ sequence: 1, data: 'x', clientPort: 50_000 + n }));
    const { streams, count } = readStreams(captureOf(...opens, { sequence: 2, data: 'y', clientPort: 50_000 }), {
      connections: 4,
    });
    expect(count).toBe(9);
    expect(streams.every(({ ends }) => ends === 1)).toBe(true);
  });

  test('beyond the limit the probes of a port scan are forgotten before a connection that carries RPC', () => {
    const bind = pduOf({ type: 11, body: 56 });
    const rpc: Sent = { sequence: 1000, data: bind, clientPort: 50_000 };
    const probes = Array.from({ length: 8 }, (_, n): Sent => ({ flags: 'SYN', sequence: 1, clientPort: 60_000 + n }));
    const streams: number[] = [];
    const open = (stream: number) => ({ pdu: () => void streams.push(stream) });
    const reader = new PduReader({ limits: { connections: 4 }, open });
    reader.push(captureOf(rpc, ...probes, { ...rpc, sequence: 1000 + bind.length }));
    reader.end();
    expect(streams).toEqual([0, 0]);
  });

  test('a connection that has ended is known for a while longer, and then forgotten', () => {
    const short = (n: number): Sent[] => [
      { flags: 'SYN', sequence: 999, clientPort: 1024 + n },
      { flags: 'RST', sequence: 1000, clientPort: 1024 + n },
    ];
    const late = (n: number): Sent => ({ sequence: 1000, acknowledgment: 1, clientPort: 1024 + n });
    const many = Array.from({ length: 3000 }, (_, n) => short(n)).flat();
    expect(readStreams(captureOf(...many, late(2999))).count).toBe(3000);
    expect(readStreams(captureOf(...many, late(0))).count).toBe(3001);
  });

  test('a segment with an impossible data offset is counted and passed over', () => {
    const frame = ethernetFrame({ sequence: 1, data: 'x' });
    frame[46] = 0x40;
    expect(readStreams(pcapngOf([frame])).problems).toMatchObject([
      { severity: 'info', message: '1 packets with a broken IP or TCP header' },
    ]);
  });
});
