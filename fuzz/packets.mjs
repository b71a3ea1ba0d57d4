// Captures that lie, at each layer: what frames, IP, TCP, SMB and PDUs say of themselves, and the records of the file.
// Whatever they hold, nothing but a CaptureError is thrown, and the octets stay as they are.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { audit } from '../dist/capture/audit/audit.js';
import { readRecords } from '../dist/capture/decode/records.js';
import { CaptureError } from '../dist/capture/file/error.js';
import { CaptureReader } from '../dist/capture/file/reader.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../dist/net/pcapng.js';
import { newObserver } from './conversations.mjs';

const PCAPS = join(import.meta.dirname, '..', 'pcaps');
/** Larger ones take longer and have nothing else in them. */
const LARGEST = 64 * 1024;
const ETHERNET = 14;
const SMB = Buffer.from('fe534d42', 'hex');

const files = readdirSync(PCAPS, { recursive: true })
  .filter((name) => name.endsWith('.pcapng'))
  .map((name) => readFileSync(join(PCAPS, name)))
  .filter(({ length }) => length <= LARGEST);

/** The packets of a capture, and their link type. */
function packetsOf(bytes) {
  const packets = [];
  let link = 1;
  const onPacket = ({ bytes: all, start, end, linkType }) => {
    link = linkType;
    packets.push(Buffer.from(all.subarray(start, end)));
  };
  const reader = new CaptureReader({ onPacket });
  reader.push(bytes);
  reader.end();
  return { packets, link };
}

const captures = files.map(packetsOf).filter(({ packets, link }) => link === 1 && packets.length > 0);

/** Where the layers of a packet of Ethernet, IPv4 and TCP begin. */
function layersOf(packet) {
  const ip = ETHERNET;
  const tcp = ip + 4 * ((packet[ip] ?? 0) & 15);
  return { link: 0, ip, tcp, payload: tcp + 4 * ((packet[tcp + 12] ?? 0) >>> 4) };
}

const put = (packet, at, value, random) => {
  if (at < packet.length) packet[at] = random.chance(2) ? value : random.below(256);
  return packet;
};

/** Bare octets of a record as the data of an SMB2 write of a pipe, or as garbage after its header. */
const inSmb = (data, random) => {
  const smb = Buffer.alloc(64 + 48);
  SMB.copy(smb);
  smb.writeUInt16LE(64, 4);
  smb.writeUInt16LE(random.pick([0, 1, 3, 5, 8, 9, 11, 14]), 12);
  smb.writeUInt32LE(random.chance(2) ? 0 : 1, 16);
  smb.writeUInt32LE(random.chance(4) ? random.next() : 0, 20);
  smb.writeUInt16LE(random.pick([36, 49, 57, 33, 17]), 64);
  smb.writeUInt16LE(random.chance(3) ? random.below(65_536) : 112, 66);
  smb.writeUInt32LE(random.chance(3) ? random.next() : data.length, 68);
  const message = Buffer.concat([smb, data]);
  const netbios = Buffer.alloc(4);
  netbios.writeUInt32BE(random.chance(8) ? random.below(1 << 24) : message.length);
  return Buffer.concat([netbios, message]);
};

const INTERESTING = [0, 1, 4, 5, 6, 0x11, 0x2f, 0x3f, 0x40, 0x45, 0x4f, 0x60, 0x80, 0x81, 0x86, 0xdd, 0xff];

/** One change at each layer. */
const AT_LAYER = {
  link: (packet, random) => {
    if (random.chance(3)) return packet.subarray(0, random.below(packet.length));
    if (random.chance(2)) {
      const tags = Buffer.concat(Array.from({ length: 1 + random.below(12) }, () => Buffer.from('81000001', 'hex')));
      return Buffer.concat([packet.subarray(0, 12), tags, packet.subarray(12)]);
    }
    return put(packet, 12 + random.below(2), random.pick(INTERESTING), random);
  },
  ip: (packet, random) => {
    const { ip } = layersOf(packet);
    // A tunnel in a tunnel: the header of the packet before itself, as IP in IP.
    if (random.chance(4)) {
      const outer = Buffer.from(packet.subarray(ip, ip + 20));
      outer[9] = random.pick([4, 41, 47]);
      return Buffer.concat([packet.subarray(0, ip), outer, packet.subarray(ip)]);
    }
    return put(packet, ip + random.below(20), random.pick(INTERESTING), random);
  },
  tcp: (packet, random) => {
    const { tcp } = layersOf(packet);
    return put(packet, tcp + random.below(20), random.pick(INTERESTING), random);
  },
  smb: (packet, random) => {
    const { tcp, payload } = layersOf(packet);
    if (payload >= packet.length || packet.length < tcp + 4) return packet;
    const changed = Buffer.concat([packet.subarray(0, payload), inSmb(packet.subarray(payload), random)]);
    changed.writeUInt16BE(random.chance(2) ? 445 : 139, tcp + 2 * random.below(2));
    changed.writeUInt16BE(changed.length - ETHERNET, ETHERNET + 2);
    return changed;
  },
  pdu: (packet, random) => {
    const { payload } = layersOf(packet);
    for (let n = 1 + random.below(3); n > 0; n--)
      if (payload < packet.length)
        put(packet, payload + random.below(packet.length - payload), random.pick(INTERESTING), random);
    return packet;
  },
};

/** Changes of the order of packets. */
const OF_LIST = [
  (list, random) => void list.splice(random.below(list.length), 1),
  (list, random) => void list.splice(random.below(list.length), 0, Buffer.from(random.pick(list))),
  (list) => void list.reverse(),
  (list, random) => void list.push(...list.splice(0, random.below(list.length))),
];

/** Reads it as every command does, and gives what was thrown. */
async function read(bytes, count) {
  const before = Buffer.from(bytes);
  for (const [name, reading] of Object.entries({
    decoded: async () => {
      for await (const _ of readRecords(bytes, { observe: newObserver(), onProblem: () => count('a problem') }))
        count('a PDU');
    },
    audited: async () => void (await audit([bytes], { asOf: '2023-03-14' })),
  }))
    try {
      await reading();
      count(name);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      count(`not ${name}: ${error.code}`);
    }
  assert.ok(before.equals(bytes), 'the octets were changed');
}

/** Packets of which one or several lie. */
export async function packets(random, { count }) {
  const { packets: taken, link } = random.pick(captures);
  const list = taken.map((packet) => Buffer.from(packet));
  for (let n = 1 + random.below(6); n > 0 && list.length > 0; n--) {
    if (random.chance(4)) {
      random.pick(OF_LIST)(list, random);
      continue;
    }
    const at = random.below(list.length);
    if (list[at].length > 0) list[at] = AT_LAYER[random.pick(Object.keys(AT_LAYER))](Buffer.from(list[at]), random);
  }
  const linkType = random.chance(12) ? random.pick([0, 9, 101, 105, 113, 127, 192, 276]) : link;
  await read(
    Buffer.concat([
      sectionHeader('fuzz'),
      interfaceDescription({ name: 'fuzz', linkType }),
      ...list.map((bytes, n) => enhancedPacket({ time: BigInt(n) * 1_000_000n, bytes })),
    ]),
    count,
  );
}

/** The file itself: cut, with wrong lengths, packed and then damaged. */
export async function file(random, { count }) {
  let bytes = Buffer.from(random.pick(files));
  for (let n = random.below(5); n > 0; n--) {
    const at = 4 * random.below(bytes.length >>> 2);
    bytes.writeUInt32LE(random.chance(2) ? random.pick([0, 1, 6, 12, 0x7fffffff, 0xffffffff]) : random.next(), at);
  }
  if (random.chance(3)) bytes = bytes.subarray(0, random.below(bytes.length));
  if (random.chance(3)) {
    bytes = gzipSync(bytes, { level: random.below(10) });
    if (random.chance(2)) bytes = Buffer.concat([bytes, random.octets(random.below(40))]);
    if (random.chance(2)) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    if (random.chance(3)) bytes = bytes.subarray(0, random.below(bytes.length));
  }
  await read(bytes, count);
}
