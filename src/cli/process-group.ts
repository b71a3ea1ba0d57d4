import type { ChildProcess } from 'node:child_process';

/** None of it is left, or it runs as somebody else. */
const OUT_OF_REACH: ReadonlySet<string | undefined> = new Set(['ESRCH', 'EPERM']);

/** Signals a process that was started as the leader of a group of its own, and all that it has started in it. */
export function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = leader;
  if (pid === undefined) return;
  try {
    // Windows has no such groups.
    if (process.platform === 'win32') leader.kill(signal);
    else process.kill(-pid, signal);
  } catch (error) {
    if (!OUT_OF_REACH.has((error as NodeJS.ErrnoException).code)) throw error;
  }
}
