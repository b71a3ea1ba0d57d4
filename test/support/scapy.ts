import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ndjsonLines } from './cli.js';
import { installedPeer } from './installed-peers.js';

export const scapy = installedPeer('scapy', 'bin', 'python');

/** What scapy says of one activation. */
export interface ScapyActivation {
  readonly level: number;
  readonly accepted: boolean;
  readonly text?: string;
}

/**
 * Activates MMC20.Application at each level as LAB\\op, and releases it. `how` is ntlm, spnego, or by Kerberos
 * `kerberos,SERVICE,KDC` or `kerberos-spnego,SERVICE,KDC`. scapy knows no other port than 135.
 */
export async function scapyActivates(
  host: string,
  how: string,
  password: string,
  levels: readonly number[],
): Promise<ScapyActivation[]> {
  const script = join(import.meta.dirname, 'scapy_activate.py');
  const child = spawn(scapy.required(), [script, host, how, ...levels.map(String)], { stdio: 'pipe' });
  child.stdin.end(`${password}\n`);
  const [stdout] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return ndjsonLines(stdout) as unknown as ScapyActivation[];
}
