import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ndjsonLines } from './cli.js';
import { installedPeer } from './installed-peers.js';
import { type Peer, pythonModule } from './peers.js';

export const impacket = pythonModule('impacket');
/** Of PyPI: Debian's 0.10 cannot sign under AES (it joins text to octets). */
export const newerImpacket = installedPeer('impacket', 'bin', 'python');

/** What impacket says of one activation. */
export interface ImpacketActivation {
  readonly level: number;
  readonly accepted: boolean;
  /** The result in the answer; for a fault impacket gives a text alone. */
  readonly code?: number;
  readonly text?: string;
  readonly ipid?: string;
  readonly oxid?: string;
}

/**
 * `DCOMConnection(host, …, authLevel=N).CoCreateInstanceEx(MMC20.Application, IDispatch)` for each level, as LAB\op; where
 * it is accepted, the references are released too. impacket knows no other port than 135.
 */
export async function impacketActivates(
  host: string,
  password: string,
  levels: readonly number[],
): Promise<ImpacketActivation[]> {
  return activations(impacket, ['impacket_activate.py', host, ...levels.map(String)], password);
}

/** Where impacket gets its tickets, and for whom. */
export interface ImpacketKerberos {
  /** The server's name, by which there are tickets, and the address that it has. */
  readonly name: string;
  readonly address: string;
  readonly realm: string;
  /** An address; impacket asks port 88. */
  readonly kdc: string;
  /** A cache of tickets, where no password is given. */
  readonly ccache?: string;
}

/** The same by Kerberos, inside SPNEGO: `doKerberos=True`, as `-k` has it. */
export function impacketActivatesByKerberos(
  { name, address, realm, kdc, ccache }: ImpacketKerberos,
  password: string,
  levels: readonly number[],
): Promise<ImpacketActivation[]> {
  const args = ['impacket_kerberos.py', name, address, realm, kdc, ...levels.map(String)];
  return activations(newerImpacket, args, password, ccache === undefined ? {} : { KRB5CCNAME: ccache });
}

async function activations(
  python: Peer,
  [script = '', ...args]: readonly string[],
  password: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ImpacketActivation[]> {
  const child = spawn(python.required(), [join(import.meta.dirname, script), ...args], {
    stdio: 'pipe',
    env: { ...process.env, ...env },
  });
  child.stdin.end(`${password}\n`);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (stderr !== '') throw new Error(`impacket failed: ${stderr}`);
  return ndjsonLines(stdout) as unknown as ImpacketActivation[];
}
