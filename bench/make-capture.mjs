// Makes a large capture out of small ones, for benchmarks: every packet again and again, each time between other hosts.
//   node bench/make-capture.mjs --from FOLDER --size 1G --out big.pcap
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CaptureReader } from '../dist/capture/file/reader.js';
import { ipOffset } from '../dist/capture/stream/link.js';
import { pcap_file_header } from '../dist/codec/pcap/pcap.js';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: join(import.meta.dirname, '../pcaps') },
    out: { type: 'string' },
    size: { type: 'string', default: '256M' },
  },
});
if (values.out === undefined) {
  process.stderr.write('usage: node bench/make-capture.mjs --from FOLDER --size 1G --out FILE\n');
  process.exit(2);
}
const [, number, unit] = /^(\d+)([KMG]?)$/i.exec(values.size) ?? [];
const wanted = Number(number) * 1024 ** ' KMG'.indexOf((unit || ' ').toUpperCase());

const ETHERNET = 1;
const HEADER = Buffer.from('020000000001020000000002', 'hex');

/** The packets of one capture as Ethernet records of a pcap file, and where in them the addresses stand. */
function records(path) {
  const list = [];
  const reader = new CaptureReader({
    file: path,
    onPacket({ bytes, start, end, linkType, seconds, nanoseconds }) {
      const ip = ipOffset(bytes, start, end, linkType);
      const type = ip < 0 ? '0000' : bytes[ip] >> 4 === 6 ? '86dd' : '0800';
      const link =
        linkType === ETHERNET
          ? bytes.subarray(start, ip < 0 ? end : ip)
          : Buffer.concat([HEADER, Buffer.from(type, 'hex')]);
      const packet =
        ip < 0 && linkType === ETHERNET ? link : Buffer.concat([link, bytes.subarray(Math.max(ip, start), end)]);
      const head = Buffer.alloc(16);
      head.writeUInt32LE(seconds, 0);
      head.writeUInt32LE(Math.floor(nanoseconds / 1000), 4);
      head.writeUInt32LE(packet.length, 8);
      head.writeUInt32LE(packet.length, 12);
      const at = 16 + link.length;
      const addresses = ip < 0 ? [] : type === '86dd' ? [at + 16, at + 32] : [at + 12, at + 16];
      list.push({ bytes: Buffer.concat([head, packet]), addresses });
    },
  });
  reader.push(readFileSync(path));
  reader.end();
  return list;
}

const files = readdirSync(values.from, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(pcap|pcapng|cap)$/.test(name) && statSync(join(values.from, name)).isFile())
  .sort();
const all = files.flatMap((name) => records(join(values.from, name)));
const length = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
const repetition = Buffer.concat(
  all.map(({ bytes }) => bytes),
  length,
);
const places = [];
let offset = 0;
for (const { bytes, addresses } of all) {
  for (const address of addresses) if (address + 4 <= bytes.length) places.push(offset + address);
  offset += bytes.length;
}
const original = places.map((place) => repetition.readUInt32BE(place));

const out = openSync(values.out, 'w');
writeSync(
  out,
  pcap_file_header.encode({
    magic: 0xa1b2c3d4,
    version_major: 2,
    version_minor: 4,
    reserved1: 0,
    reserved2: 0,
    snaplen: 262_144,
    linktype: ETHERNET,
  }),
);
let written = pcap_file_header.size;
let round = 0;
for (; written < wanted; round++) {
  // The same change for both ends keeps a conversation together.
  for (const [index, place] of places.entries())
    repetition.writeUInt32BE((original[index] ^ (round << 8)) >>> 0, place);
  writeSync(out, repetition);
  written += length;
}
closeSync(out);
process.stdout.write(
  `${values.out}: ${written} octets, ${all.length * round} packets, ${round} rounds of ${files.length} captures\n`,
);
