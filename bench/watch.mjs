import { readFileSync } from 'node:fs';

/** Of Linux, in which /proc tells the time of a process. */
const TICKS = 100;
const OFTEN = 20;

/**
 * Peak memory of a process in megabytes and its time in seconds, as Linux keeps them, asked again and again since nobody
 * keeps them afterwards; 0 elsewhere.
 */
export function watch(pid) {
  let peak = 0;
  let ticks = 0;
  const look = () => {
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? peak);
      // Behind the name, which may hold anything: utime and stime are the 12th and 13th there.
      const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
        .slice(11, 13);
      ticks = Number(user) + Number(system);
    } catch {
      // It has ended, or this is no Linux.
    }
  };
  const timer = setInterval(look, OFTEN);
  return () => {
    clearInterval(timer);
    return { peak: (peak * 1024) / 1e6, processor: ticks / TICKS };
  };
}
