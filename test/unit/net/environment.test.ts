import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { environmentOf, SYSTEM_ENVIRONMENT } from '../../../src/net/environment.js';
import { SimulatedNetwork, VirtualTime } from '../../../src/net/simulation/index.js';

describe('the environment of a run', () => {
  test('is the machine’s own where nothing is given', () => {
    expect(environmentOf({})).toEqual(SYSTEM_ENVIRONMENT);
    expect(environmentOf({}).random(16)).toHaveLength(16);
  });

  test('is what is given, each by itself, and nothing else of the options', () => {
    const time = new VirtualTime({ start: 7 });
    const network = new SimulatedNetwork({ time });
    const options = { network, clock: time.now, timeout: 9 };
    expect(environmentOf(options)).toEqual({ ...SYSTEM_ENVIRONMENT, network, clock: time.now, monotonic: time.now });
    expect(environmentOf({ timers: time }).timers).toBe(time);
  });

  test('counts time-outs by a clock that nobody can set, unless a caller brings his own time', () => {
    const wound = vi.spyOn(Date, 'now').mockReturnValue(0);
    onTestFinished(() => wound.mockRestore());
    const { clock, monotonic } = environmentOf({ clock: SYSTEM_ENVIRONMENT.clock });
    const before = monotonic();
    expect([before > 0, monotonic() >= before]).toEqual([true, true]);
    expect(monotonic).not.toBe(clock);
    const own = (): number => 7;
    expect(environmentOf({ clock: own }).monotonic()).toBe(7);
    expect(environmentOf({ clock: own, monotonic: () => 8 }).monotonic()).toBe(8);
  });

  test('is named in one place: no other file outside the command line takes the machine’s time, timers or chance', () => {
    const src = join(import.meta.dirname, '../../../src');
    const files = (readdirSync(src, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'));
    const taking = files
      .filter((file) => !/^(cli|api)\/|^index/.test(file))
      .filter((file) =>
        /Date\.now\b|performance\.now|randomBytes\b|SYSTEM_TIMERS|Math\.random|setTimeout/.test(code(join(src, file))),
      );
    // A socket and a file that grows have none but the machine's.
    expect(taking.sort()).toEqual([
      'capture/file/growing-file.ts',
      'net/environment.ts',
      'net/tcp.ts',
      'net/timers.ts',
      'net/udp.ts',
    ]);
  });
});

const code = (file: string): string => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
