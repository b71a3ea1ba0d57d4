import { basename } from 'node:path';

/** What other formats start with, and what makes pcapng of them. */
const FORMATS: readonly (readonly [start: string, what: string, command: (file: string) => string])[] = [
  ['474d4255', 'a capture of Network Monitor 2', (file) => `editcap -F pcapng ${file} OUT.pcapng`],
  ['52545353', 'a capture of Network Monitor 1', (file) => `editcap -F pcapng ${file} OUT.pcapng`],
  ['736e6f6f', 'a capture of snoop', (file) => `editcap -F pcapng ${file} OUT.pcapng`],
  ['28b52ffd', 'packed with zstd', (file) => `zstd -d ${file}`],
  ['fd377a58', 'packed with xz', (file) => `xz -d ${file}`],
  ['04224d18', 'packed with lz4', (file) => `lz4 -d ${file}`],
  ['425a68', 'packed with bzip2', (file) => `bzip2 -d ${file}`],
  ['504b0304', 'a zip archive', (file) => `unzip ${file}`],
];

/** One line that says what a file is and what turns it into something that can be read; undefined for the unknown. */
export function foreignFormat(start: Buffer, file: string): string | undefined {
  const name = basename(file);
  const hex = start.toString('hex');
  const known = FORMATS.find(([octets]) => hex.startsWith(octets));
  if (known !== undefined) return `${known[1]}; this makes a capture of it: ${known[2](name)}`;
  // A trace of Windows starts with the size of its buffers, and has no mark of its own.
  if (!/\.etl$/i.test(name)) return undefined;
  return `a trace of Windows; this makes a capture of it: pktmon etl2pcap ${name}, or etl2pcapng.exe ${name} OUT.pcapng`;
}
