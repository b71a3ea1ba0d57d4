import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peer } from './peers.js';

export const tshark = peer('tshark');
const execute = promisify(execFile);

/** What tshark prints; it also exits with 2 where the last record of a file is cut, which some captures are. */
export async function runTshark(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(tshark.required(), args, { maxBuffer: 1 << 28 });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && /cut short in the middle/.test(error.message))
      return String(error.stdout);
    throw error;
  }
}

/** The fields of every packet that a display filter lets through, one row a packet. */
export async function tsharkFields(
  file: string,
  filter: string,
  names: readonly string[],
  options: readonly string[] = [],
): Promise<string[][]> {
  const args = ['-r', file, ...options, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name])];
  const stdout = await runTshark(args);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** What tshark takes for malformed in a recording that a server made of itself, of what it has sent. */
export async function malformedFrom(address: string, recording: Buffer): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'malformed-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    await writeFile(file, recording);
    return await tsharkFields(file, `_ws.malformed && ip.src == ${address}`, ['frame.number', '_ws.col.Info']);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Checksums are looked at only where tshark is told to. */
export const CHECKSUMS = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'] as const;

/** By capture: what tshark has to be told to see all PDUs there are. */
export const CAPTURE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  // Bare PDUs on the port of SMB, which tshark gives to NetBIOS by its number.
  'arkime__dcerpc_synthetic.pcap': ['-d', 'tcp.port==445,dcerpc'],
  // A request whose segments come in the wrong order; it says so itself in INDEX.tsv.
  'suricata__zerologon.pcap': ['-o', 'tcp.reassemble_out_of_order:TRUE'],
};

/** The PDUs over TCP, by themselves or in pipes of SMB; of UDP tshark takes other things for RPC. */
export const PDUS = 'dcerpc && !udp';
