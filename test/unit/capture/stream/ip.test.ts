import { describe, expect, test } from 'vitest';
import { FragmentTable } from '../../../../src/capture/stream/fragments.js';
import { Datagram, readDatagram } from '../../../../src/capture/stream/ip.js';
import { ENCRYPTED, ipOffset, NOT_IP, UNKNOWN_LINK } from '../../../../src/capture/stream/link.js';
import { formatIpv4, formatIpv6, parseAddress } from '../../../../src/codec/inet/address.js';
import { ipv4_header, ipv6_header, tcp_header } from '../../../../src/codec/inet/headers.js';
import { fromHex } from '../../../support/hex.js';
import { ethernetFrame, pcapngOf } from '../../../support/segments.js';
import { readStreams } from '../../../support/streams.js';
import { behind, ETHERNET_TUNNELS, FRAME, gre, IP, IP_TUNNELS, ipv4, LINKS, udp } from '../../../support/tunnels.js';

const frame = FRAME;
const ip = IP;

const read = (bytes: Uint8Array | Uint8Array[], linkType = 1): string[] => {
  const frames = bytes instanceof Uint8Array ? [bytes] : bytes;
  return readStreams(pcapngOf(frames, linkType)).streams.map(({ forward }) => forward.bytes.toString());
};

describe('link types', () => {
  test.each([
    ['Ethernet', 1, frame],
    ['Ethernet with a VLAN tag', 1, behind('000000000000000000000000 8100 0064 0800')],
    ['Ethernet with two VLAN tags', 1, behind('000000000000000000000000 88a8 0064 8100 0065 0800')],
    ['raw IP', 101, ip],
    ['raw IP, as DLT_RAW', 12, ip],
    ['raw IP, as DLT_RAW of OpenBSD', 14, ip],
    ['raw IPv4', 228, ip],
    ['null, little-endian', 0, behind('02000000')],
    ['null, big-endian', 0, behind('00000002')],
    ['loopback', 108, behind('00000002')],
    ['Linux cooked', 113, behind('0000 0001 0006 000000000000 0000 0800')],
    ['Linux cooked with a VLAN tag', 113, behind('0000 0001 0006 000000000000 0000 8100 0064 0800')],
    ['Linux cooked, version 2', 276, behind('0800 0000 00000002 0001 00 06 0000000000000000')],
  ])('%s', (_name, linkType, bytes) => {
    expect(read(bytes, linkType)).toEqual(['hello']);
  });

  test.each(LINKS)('%s (%i)', (_name, linkType, bytes) => {
    expect(read(bytes, linkType)).toEqual(['hello']);
  });

  test.each<[string, number, Buffer]>([
    ['MACsec', 1, behind('000000000000000000000000 88e5 2c00 00000001 0200000000010001 0800')],
    ['802.11', 105, behind('0841 0000 000000000000 000000000000 000000000000 0000 0000000000000000')],
  ])('%s that is encrypted is told from what is not IP', (_name, linkType, bytes) => {
    expect(ipOffset(bytes, 0, bytes.length, linkType)).toBe(ENCRYPTED);
  });

  test.each([
    ['LLC and SNAP', '0000 aaaa03 000000'],
    ['a pseudowire', '8847 00000100 00000000 000000000000 000000000000'],
  ])('%s in itself thousands of times, as no network does it, is no IP', (_name, layer) => {
    const layers = (count: number): Buffer =>
      behind(`${'00'.repeat(12)} ${layer.replaceAll(' ', '').repeat(count)} 0800`);
    expect(ipOffset(layers(8), 0, layers(8).length, 1)).toBe(layers(8).length - ip.length);
    expect(ipOffset(layers(10_000), 0, layers(10_000).length, 1)).toBe(NOT_IP);
  });

  test.each(LINKS)('%s: cut anywhere it is read up to there, and no further', (_name, linkType, bytes) => {
    for (let end = 0; end <= bytes.length; end++) {
      const at = ipOffset(bytes.subarray(0, end), 0, end, linkType);
      if (at >= 0) expect(at).toBeLessThan(end);
    }
  });

  test.each([
    ['ARP', 1, behind('000000000000000000000000 0806')],
    ['a frame that ends in its header', 1, frame.subarray(0, 13)],
    ['a VLAN tag that is cut', 1, fromHex('000000000000000000000000 8100 00')],
    ['another family', 0, behind('07000000')],
    ['a cooked header that is cut', 276, fromHex('0800 0000')],
  ])('%s is not IP', (_name, linkType, bytes) => {
    expect(ipOffset(bytes, 0, bytes.length, linkType)).toBe(NOT_IP);
  });

  test('an unknown link type is counted among what was passed over, with its first frame', () => {
    expect(ipOffset(frame, 0, frame.length, 147)).toBe(UNKNOWN_LINK);
    const { passedOver, certain } = readStreams(pcapngOf([frame, frame], 147)).understood;
    expect(passedOver).toMatchObject([
      { what: 'packets of link type 147, which is not known', count: 2, file: 'capture', frame: 1 },
    ]);
    expect(certain).toBe(false);
  });
});

describe('tunnels', () => {
  test.each([...IP_TUNNELS])('%s', (_name, bytes) => {
    expect(read(bytes, 101)).toEqual(['hello']);
  });

  test.each([...ETHERNET_TUNNELS])('%s', (_name, bytes) => {
    expect(read(bytes)).toEqual(['hello']);
  });

  const ethernet = '000000000000000000000000';
  test.each<[name: string, linkType: number, bytes: Buffer]>([
    ['GRE of version 1 that carries no PPP', 101, gre('2001 0800 00000000')],
    ['GRE that is cut', 101, gre('0000', Buffer.alloc(0))],
    ['VXLAN without its flag', 101, ipv4(17, udp(4789, behind('00000000 00002a00', frame)))],
    ['another UDP port', 101, ipv4(17, udp(4791, behind('08000000 00002a00', frame)))],
    ['Geneve of another version', 101, ipv4(17, udp(6081, behind('4000 6558 00002a00', frame)))],
    ['MPLS labels without an end', 1, behind(`${ethernet} 8847 00010040 00020040`, Buffer.alloc(0))],
    ['PPPoE that carries LCP', 1, behind(`${ethernet} 8864 1100 0001 0000 c021`)],
  ])('%s is not followed', (_name, linkType, bytes) => {
    expect(read(bytes, linkType)).toEqual([]);
  });

  test('fragments of the outer datagram are put together first', () => {
    const whole = ipv4(4, ip);
    const part = (from: number, to: number, flags: number): Buffer => {
      const bytes = ipv4(4, whole.subarray(20 + from, 20 + to));
      bytes.writeUInt16BE(flags | (from / 8), 6);
      return bytes;
    };
    expect(read([part(0, 24, 0x2000), part(24, whole.length - 20, 0)], 101)).toEqual(['hello']);
  });

  test('are followed to a depth of eight', () => {
    const nested = (depth: number): Buffer => (depth === 0 ? Buffer.from(ip) : ipv4(4, nested(depth - 1)));
    expect(read(nested(8), 101)).toEqual(['hello']);
    expect(read(nested(9), 101)).toEqual([]);
  });
});

describe('IPv4', () => {
  test('the padding of a short Ethernet frame is not data', () => {
    expect(read(Buffer.concat([frame, Buffer.alloc(10)]))).toEqual(['hello']);
  });

  test('a total length of 0, which segmentation offload leaves, means the rest', () => {
    const offloaded = Buffer.from(frame);
    offloaded.writeUInt16BE(0, 16);
    expect(read(offloaded)).toEqual(['hello']);
  });

  test('options are stepped over', () => {
    const options = Buffer.concat([frame.subarray(0, 34), Buffer.alloc(8, 1), frame.subarray(34)]);
    options[14] = 0x47;
    options.writeUInt16BE(frame.length - 14 + 8, 16);
    expect(read(options)).toEqual(['hello']);
  });

  test.each([
    ['a header length below 20', Buffer.concat([Buffer.of(0x44), ip.subarray(1)])],
    ['a total length below the header', Buffer.concat([ip.subarray(0, 2), Buffer.of(0, 19), ip.subarray(4)])],
    ['a version that is neither', Buffer.concat([Buffer.of(0x55), ip.subarray(1)])],
    ['nothing but a start', ip.subarray(0, 19)],
  ])('%s is broken', (_name, bytes) => {
    expect(readDatagram(bytes, 0, bytes.length, new Datagram())).toBe(false);
  });
});

/** Cuts the datagram of a frame with 64 octets of data into IPv4 fragments of so many octets. */
function fragments(size: number, identification = 7): Buffer[] {
  const whole = ethernetFrame({ sequence: 1000, data: 'x'.repeat(64) });
  const payload = whole.subarray(34);
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = Buffer.concat([whole.subarray(0, 34), payload.subarray(at, at + size)]);
    part.writeUInt16BE(part.length - 14, 16);
    part.writeUInt16BE(identification, 18);
    part.writeUInt16BE((at + size < payload.length ? 0x2000 : 0) | (at / 8), 20);
    parts.push(part);
  }
  return parts;
}

describe('fragments', () => {
  test('are put together in any order', () => {
    const parts = fragments(24);
    expect(read(parts)).toEqual(['x'.repeat(64)]);
    expect(read(parts.toReversed())).toEqual(['x'.repeat(64)]);
  });

  test('may come twice', () => {
    expect(read(fragments(16).flatMap((part) => [part, part]))).toEqual(['x'.repeat(64)]);
  });

  test('that never become whole are reported with the frame of the first', () => {
    const { streams, problems } = readStreams(pcapngOf(fragments(24).slice(1)));
    expect(streams).toEqual([]);
    expect(problems).toMatchObject([
      { severity: 'warning', frame: 1, message: 'an IP datagram is not whole: fragments of it are not in the capture' },
    ]);
  });

  test('are waited for only up to a bound', () => {
    const halves = Array.from({ length: 300 }, (_, n) => fragments(48, n)[0] as Buffer);
    expect(readStreams(pcapngOf(halves)).problems).toHaveLength(300);
  });

  test.each([
    [65_535, true],
    [65_536, false],
  ])('make a datagram of %i octets: %s', (length, whole) => {
    const lost: string[] = [];
    const table = new FragmentTable((_frame, why) => void lost.push(why));
    const datagram = new Datagram();
    const add = (offset: number, octets: number, moreFragments: boolean): boolean => {
      Object.assign(datagram, { bytes: Buffer.alloc(octets), start: 0, end: octets, fragmentOffset: offset });
      return table.add(Object.assign(datagram, { moreFragments, version: 4 }), 1);
    };
    add(0, 65_528, true);
    expect(add(65_528, length - 65_528, false)).toBe(whole);
    expect([datagram.end, lost]).toEqual(whole ? [length, []] : [8, ['its fragments exceed the limits']]);
  });

  test('of IPv6, behind another extension header', () => {
    const segment = ip.subarray(20);
    const parts = [segment.subarray(0, 16), segment.subarray(16)].map((part, place) => {
      const extensions = fromHex(`2c00000000000000 0600 ${place === 0 ? '0001' : '0010'} 00000009`);
      return Buffer.concat([ipv6(0, extensions.length + part.length), extensions, part]);
    });
    expect(read(parts, 229)).toEqual(['hello']);
  });
});

const ipv6 = (next_header: number, payload_length: number): Buffer =>
  ipv6_header.encode(
    {
      version_class_flow: 0x60000000,
      payload_length,
      next_header,
      hop_limit: 64,
      source: parseAddress('2001:db8::1'),
      destination: parseAddress('2001:db8::2'),
    },
    'big',
  );

describe('IPv6', () => {
  const segment = ip.subarray(20);

  test('its padding and its extension headers', () => {
    const extensions = fromHex('2b00000000000000 3300000000000000 0602000000000000 0000000000000000');
    // Routing, then an authentication header, whose length counts in units of 4 octets (RFC 4302 2.2).
    const bytes = Buffer.concat([ipv6(0, extensions.length + segment.length), extensions, segment, Buffer.alloc(9)]);
    expect(read(bytes, 101)).toEqual(['hello']);
  });

  test('an atomic fragment is a whole datagram', () => {
    const bytes = Buffer.concat([ipv6(44, 8 + segment.length), fromHex('0600000000000009'), segment]);
    expect(read(bytes, 229)).toEqual(['hello']);
  });

  test('extension headers beyond the end are broken', () => {
    const bytes = Buffer.concat([ipv6(0, 8), fromHex('06ff000000000000')]);
    expect(readDatagram(bytes, 0, bytes.length, new Datagram())).toBe(false);
  });
});

test('the hand-written reads agree with the declared headers', () => {
  const datagram = new Datagram();
  expect(readDatagram(frame, 14, frame.length, datagram)).toBe(true);
  const declared = ipv4_header.decode(frame, 14, 'big');
  expect(formatIpv4(datagram.source3)).toBe([...declared.source].join('.'));
  expect(formatIpv4(datagram.destination3)).toBe([...declared.destination].join('.'));
  expect(datagram).toMatchObject({
    version: 4,
    protocol: declared.protocol,
    start: 34,
    end: 14 + declared.total_length,
  });
  const tcp = tcp_header.decode(frame, 34, 'big');
  const { streams } = readStreams(pcapngOf([frame]));
  expect(streams[0]?.forward).toMatchObject({
    from: `10.0.0.1:${tcp.source_port}`,
    to: `10.0.0.2:${tcp.destination_port}`,
  });

  const header = ipv6(6, 20);
  const bytes = Buffer.concat([header, Buffer.alloc(20)]);
  expect(readDatagram(bytes, 0, bytes.length, datagram)).toBe(true);
  const { source0, source1, source2, source3 } = datagram;
  expect(parseAddress(formatIpv6([source0, source1, source2, source3]))).toEqual(
    ipv6_header.decode(header, 0, 'big').source,
  );
});
