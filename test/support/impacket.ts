import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ndjsonLines } from './cli.js';
import { pythonModule } from './peers.js';

export const impacket = pythonModule('impacket');

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
  const script = join(import.meta.dirname, 'impacket_activate.py');
  const child = spawn(impacket.required(), [script, host, ...levels.map(String)], { stdio: 'pipe' });
  child.stdin.end(`${password}\n`);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (stderr !== '') throw new Error(`impacket failed: ${stderr}`);
  return ndjsonLines(stdout) as unknown as ImpacketActivation[];
}
