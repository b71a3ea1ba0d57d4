import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../../src/codec/inet/checksum.js';
import { framesOf, only } from '../../../support/sanitized-frames.js';
import { captureOf, ethernetFrame, pcapngOf, pduOf } from '../../../support/segments.js';
import { FRAME, IP_TUNNELS, ipv4 } from '../../../support/tunnels.js';

const IP_AT = 14;
const TCP_AT = 34;

/** RFC 1071: over octets with a right checksum in them the sum is zero. */
function expectRight(frame: Buffer): void {
  const ip = frame.subarray(IP_AT, TCP_AT);
  expect(internetChecksum(ip)).toBe(0);
  const segment = frame.subarray(TCP_AT, IP_AT + ip.readUInt16BE(2));
  const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.of(0, 6, segment.length >> 8, segment.length & 255)]);
  expect(internetChecksum(pseudo, segment)).toBe(0);
}

describe('a packet', () => {
  test('has other addresses, the same ports and numbers, right checksums, and no octet that is not understood', async () => {
    const before = ethernetFrame({ sequence: 77, data: 'user=alice&password=secret' });
    const after = await only(before);
    expect(after).toHaveLength(before.length);
    expectRight(after);
    expect(after.subarray(0, 12)).not.toEqual(before.subarray(0, 12));
    expect(after.subarray(26, 34).equals(before.subarray(26, 34))).toBe(false);
    expect(after.subarray(TCP_AT, TCP_AT + 16)).toEqual(before.subarray(TCP_AT, TCP_AT + 16));
    expect(after.subarray(TCP_AT + 20)).toEqual(Buffer.alloc(26));
  });

  test('keeps the PDUs in it', async () => {
    const pdu = pduOf({ type: 18, body: 0 });
    const after = await only(ethernetFrame({ sequence: 1, data: Buffer.concat([pdu, pdu]) }));
    expect(after.subarray(54)).toEqual(Buffer.concat([pdu, pdu]));
    expectRight(after);
  });

  test('whose IP header cannot be read is zero behind that of the link', async () => {
    const broken = Buffer.from(ethernetFrame({ sequence: 1, data: 'secret' }));
    broken[IP_AT] = 0x4f;
    broken.fill(0x41, 40);
    const after = await only(broken.subarray(0, 50));
    expect(after.subarray(IP_AT)).toEqual(Buffer.alloc(36));
  });

  test('of ARP has the addresses that other packets have', async () => {
    const tcp = ethernetFrame({ sequence: 1 });
    const arp = Buffer.concat([
      Buffer.from('ffffffffffff', 'hex'),
      tcp.subarray(6, 12),
      Buffer.from('08060001080006040001', 'hex'),
      tcp.subarray(6, 12),
      tcp.subarray(26, 30),
      Buffer.alloc(6),
      tcp.subarray(30, 34),
    ]);
    const [first, second] = (await framesOf(pcapngOf([tcp, arp]))) as [Buffer, Buffer];
    expect(second.subarray(22, 28)).toEqual(first.subarray(6, 12));
    expect(second.subarray(28, 32)).toEqual(first.subarray(26, 30));
    expect(second.subarray(38, 42)).toEqual(first.subarray(30, 34));
  });

  test('of ICMP keeps the head of the datagram that it is about, with other addresses', async () => {
    const inner = ethernetFrame({ sequence: 5, data: 'secret' }).subarray(IP_AT);
    const icmp = Buffer.concat([Buffer.of(3, 1, 0, 0, 0, 0, 0, 0), inner]);
    const after = await only(ipv4(1, icmp), 101);
    const [plain] = await framesOf(pcapngOf([ethernetFrame({ sequence: 5 })]));
    expect(after.subarray(28 + 12, 28 + 20)).toEqual(plain?.subarray(26, 34));
    expect(after.subarray(48, 56)).toEqual(inner.subarray(20, 28));
    expect(after.subarray(56)).toEqual(Buffer.alloc(inner.length - 28));
    expect(internetChecksum(after.subarray(20))).toBe(0);
  });

  test('that is cut keeps what there is of it, and its length', async () => {
    const whole = ethernetFrame({ sequence: 1, data: pduOf({ type: 0, body: 60 }) });
    const after = await only(whole.subarray(0, 90));
    expect(after).toHaveLength(90);
    expect(after.subarray(54)).toEqual(Buffer.concat([whole.subarray(54, 78), Buffer.alloc(12)]));
  });

  test('of a link that is not known is zero', async () => {
    expect(await only(FRAME, 147)).toEqual(Buffer.alloc(FRAME.length));
  });
});

describe('a tunnel', () => {
  const addresses = FRAME.subarray(26, 34);
  const macs = FRAME.subarray(0, 12);

  test.each([...IP_TUNNELS])('%s: no address of what it carries is left', async (_, datagram) => {
    const after = await only(datagram, 101);
    expect(after).toHaveLength(datagram.length);
    expect(datagram.includes(addresses.subarray(0, 4))).toBe(true);
    for (const at of [0, 4]) expect(after.includes(addresses.subarray(at, at + 4))).toBe(false);
    for (const at of [0, 6]) expect(after.includes(macs.subarray(at, at + 6))).toBe(false);
    expect(after.includes('hello')).toBe(false);
  });
});

describe('a stream', () => {
  const pdu = pduOf({ type: 18, body: 0 });
  const payloads = async (capture: Buffer): Promise<string[]> =>
    (await framesOf(capture)).map((frame) => frame.subarray(54).toString('hex'));

  test('whose PDU lies in two segments is put together, also out of order, and each retransmission is the same', async () => {
    const hex = pdu.toString('hex');
    const [first, second] = [pdu.subarray(0, 10), pdu.subarray(10)];
    const capture = captureOf(
      { flags: 'SYN', sequence: 99 },
      { sequence: 110, data: second },
      { sequence: 100, data: first },
      { sequence: 104, data: pdu.subarray(4) },
    );
    expect(await payloads(capture)).toEqual(['', hex.slice(20), hex.slice(0, 20), hex.slice(8)]);
  });

  test('that is sent again with other octets has none of them', async () => {
    const capture = captureOf({ sequence: 1, data: pdu }, { sequence: 1, data: 'SECRETSECRETSECR' });
    const hex = pdu.toString('hex');
    expect(await payloads(capture)).toEqual([hex, hex]);
  });

  test('whose sequence numbers go round is followed', async () => {
    const start = 0xffff_fff8;
    const capture = captureOf({ sequence: start, data: pdu }, { sequence: (start + pdu.length) % 2 ** 32, data: pdu });
    const hex = pdu.toString('hex');
    expect(await payloads(capture)).toEqual([hex, hex]);
  });

  test('of which a fragment says that it lies behind the end has nothing of it', async () => {
    const whole = ethernetFrame({ sequence: 1, data: pdu });
    const behind = Buffer.from(whole);
    behind.writeUInt16BE(0x2064, 20);
    const last = Buffer.from(whole);
    const [first, second] = (await framesOf(pcapngOf([behind, last]))) as [Buffer, Buffer];
    expect(first.subarray(TCP_AT)).toEqual(Buffer.alloc(whole.length - TCP_AT));
    expect(second.subarray(54)).toEqual(pdu);
  });

  test('in fragments of IP is put together', async () => {
    const whole = ethernetFrame({ sequence: 1, data: Buffer.concat([pdu, Buffer.from('secret')]) });
    const cut = (from: number, to: number, more: number): Buffer => {
      const part = Buffer.concat([whole.subarray(0, TCP_AT), whole.subarray(TCP_AT + from, TCP_AT + to)]);
      part.writeUInt16BE(20 + to - from, 16);
      part.writeUInt16BE((more << 13) | (from / 8), 20);
      return part;
    };
    const [a, b] = (await framesOf(pcapngOf([cut(0, 24, 1), cut(24, 42, 0)]))) as [Buffer, Buffer];
    const segment = Buffer.concat([a.subarray(TCP_AT), b.subarray(TCP_AT)]);
    expect(segment.subarray(20)).toEqual(Buffer.concat([pdu, Buffer.alloc(6)]));
    const pseudo = Buffer.concat([a.subarray(26, 34), Buffer.of(0, 6, 0, segment.length)]);
    expect(internetChecksum(pseudo, segment)).toBe(0);
  });
});
