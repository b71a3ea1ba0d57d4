import { readFileSync } from 'node:fs';

/** A process that was ended may wait to be noticed, where nobody does that. */
export function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
