import { describe, expect, test } from 'vitest';
import { Datagram, readDatagram } from '../../../../src/capture/stream/ip.js';
import { ENCRYPTED, ipOffset } from '../../../../src/capture/stream/link.js';
import { tunnelled } from '../../../../src/capture/stream/tunnel.js';
import { fromHex } from '../../../support/hex.js';
import { only } from '../../../support/sanitized-frames.js';
import { behind, ETHERNET_TUNNELS, gre, IP, IP_TUNNELS, ipv4, LINKS, udp } from '../../../support/tunnels.js';

const RAW = 101;
const ETHERNET = 1;
const DESTINATION = '0200dead0001';
const SOURCE = '0200beef0002';
const OUTER = '020000000003020000000004';
const SECRET = Buffer.from('SECRETMETADATA!!');
const MACS = `${DESTINATION}${SOURCE}`;
const SNAP = `${(IP.length + 8).toString(16).padStart(4, '0')} aaaa03 000000`;

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const PSEUDOWIRE = '8847 00010140 00000000';

/** What stands behind the type of a frame of Ethernet, up to the datagram. */
const TYPED: readonly (readonly [name: string, head: string])[] = [
  ['a VLAN tag in a pseudowire', `${PSEUDOWIRE} ${MACS} 8100 0005 0800`],
  ['two VLAN tags in a pseudowire', `${PSEUDOWIRE} ${MACS} 88a8 0005 8100 0006 0800`],
  ['LLC and SNAP in a pseudowire', `${PSEUDOWIRE} ${MACS} ${SNAP} 0800`],
  ['a pseudowire in a pseudowire', `${PSEUDOWIRE} ${OUTER} ${PSEUDOWIRE} ${MACS} 0800`],
  ['MACsec with the address of its sender', `88e5 2000 00000001 ${SOURCE} 0001 0800`],
  ['MACsec behind a VLAN tag', `8100 0005 88e5 2000 00000001 ${SOURCE} 0001 0800`],
  ['MACsec in a pseudowire', `${PSEUDOWIRE} ${MACS} 88e5 2000 00000001 ${SOURCE} 0001 0800`],
  ['metadata of Cisco', `8909 0104 ${hex(SECRET)} 0800`],
];

/** No address and no word of a tool is left, and the datagram is found where it was. */
function expectClean(before: Buffer, after: Buffer): void {
  for (const address of [DESTINATION, SOURCE].filter((each) => before.includes(fromHex(each))))
    expect(after.includes(fromHex(address))).toBe(false);
  expect(after.includes('SECRET')).toBe(false);
}

const innerOf = (bytes: Buffer): number => {
  const datagram = new Datagram();
  expect(readDatagram(bytes, 0, bytes.length, datagram)).toBe(true);
  return tunnelled(datagram);
};

async function expectFound(before: Buffer, linkType: number): Promise<Buffer> {
  const after = await only(before, linkType);
  const ip = ipOffset(before, 0, before.length, linkType);
  expect(ip).toBe(before.length - IP.length);
  expect(ipOffset(after, 0, after.length, linkType)).toBe(ip);
  expectClean(before, after);
  return after;
}

describe('between the head of a frame and its datagram', () => {
  test.each(TYPED)('%s: no address and no metadata stay', async (_, head) => {
    await expectFound(behind(`${OUTER} ${head}`), ETHERNET);
  });

  test.each(TYPED)('%s, behind other links: neither', async (_, head) => {
    await expectFound(behind(`0000 0001 0006 ${DESTINATION} 0000 ${head}`), 113);
    await expectFound(behind(`${head.slice(0, 4)} 0000 00000001 0001 00 06 ${SOURCE} 0000 ${head.slice(4)}`), 276);
    await expectFound(behind(`0f00 ${head}`), 104);
    await expectFound(behind(`aaaa03 000000 ${head}`), 100);
    await expectFound(behind(`1841 03 80 000000 ${head}`), 107);
    await expectFound(behind(`1040 ${MACS} aaaa03 000000 ${head}`), 6);
    await expectFound(behind(`0801 0000 ${MACS} ${OUTER.slice(0, 12)} 0000 aaaa03 000000 ${head}`), 105);
    await expectFound(
      behind(`8801 0000 ${MACS} ${OUTER.slice(0, 12)} 0000 8000 ${MACS} 0040 aaaa03 000000 ${head}`),
      105,
    );
  });

  test.each(LINKS)('%s: the datagram is found', async (_, linkType, bytes) => {
    const ip = ipOffset(bytes, 0, bytes.length, linkType);
    const after = await only(bytes, linkType);
    expect(ipOffset(after, 0, after.length, linkType)).toBe(ip);
  });

  test.each([...ETHERNET_TUNNELS])('%s: the datagram is found', async (_, bytes) => {
    const after = await only(bytes, ETHERNET);
    expect(ipOffset(after, 0, after.length, ETHERNET)).toBe(ipOffset(bytes, 0, bytes.length, ETHERNET));
  });

  test('encrypted MACsec is told as such, without the address of its sender', async () => {
    const before = Buffer.concat([fromHex(`${OUTER} 88e5 2c00 00000001 ${SOURCE} 0001`), SECRET]);
    const after = await only(before, ETHERNET);
    expect(ipOffset(after, 0, after.length, ETHERNET)).toBe(ENCRYPTED);
    expectClean(before, after);
    expect(after.subarray(28)).toEqual(Buffer.alloc(SECRET.length));
  });
});

describe('between the head of a tunnel and its datagram', () => {
  const frame = (head = '0800'): Buffer => behind(`${MACS} ${head}`);
  const optional = hex(SECRET);

  test.each<readonly [string, Buffer]>([
    ['Geneve: options', ipv4(17, udp(6081, behind(`0500 6558 00002a00 0108 0104 ${optional}`, frame())))],
    ['Geneve without Ethernet: options', ipv4(17, udp(6081, behind(`0500 0800 00002a00 0108 0104 ${optional}`)))],
    ['TZSP: tags', ipv4(17, udp(37_008, behind(`0100 0001 3c10 ${optional} 01`, frame())))],
    [
      'TZSP with 802.11: tags and addresses',
      ipv4(
        17,
        udp(
          37_008,
          behind(`0100 0012 3c10 ${optional} 01 0801 0000 ${MACS} ${OUTER.slice(0, 12)} 0000 aaaa03 000000 0800`),
        ),
      ),
    ],
    ['VXLAN: what is reserved', ipv4(17, udp(4789, behind('08 534543 00002a 52', frame())))],
    [
      'ERSPAN III: what a platform adds',
      gre(`1000 22eb 00000001 2001 0000 00000000 0000 0001 ${optional.slice(0, 16)}`, frame()),
    ],
    ['GRE with MACsec', gre(`0000 88e5 2000 00000001 ${SOURCE} 0001 0800`)],
    ...TYPED.map(([name, head]) => [`Ethernet in GRE with ${name}`, gre('0000 6558', frame(head))] as const),
    ...TYPED.map(([name, head]) => [`GRE with ${name}`, gre(`0000 ${head}`)] as const),
    ['Ethernet in GRE with LLC and SNAP', gre('0000 6558', frame(`${SNAP} 0800`))],
  ])('%s: no address and no metadata stay', async (_, before) => {
    const after = await only(before, RAW);
    expect(innerOf(before)).toBe(before.length - IP.length);
    expect(innerOf(after)).toBe(innerOf(before));
    expectClean(before, after);
    expect(after.includes('SEC')).toBe(false);
  });

  test.each([...IP_TUNNELS])('%s: the datagram is found', async (_, before) => {
    expect(innerOf(await only(before, RAW))).toBe(innerOf(before));
  });
});
