import { describe, expect, test, vi } from 'vitest';
import { SimulationStuck, VirtualTime } from '../../../../src/net/simulation/index.js';
import { retained } from '../../../support/memory.js';

const START = Date.parse('2022-06-14T09:00:00Z');
const DAY = 86_400_000;

/** A time, and what happened when, in milliseconds since its start. */
function timeline(horizonMilliseconds?: number) {
  const time = new VirtualTime({ start: START, ...(horizonMilliseconds !== undefined && { horizonMilliseconds }) });
  const seen: string[] = [];
  const note = (what: string) => () => void seen.push(`${time.now() - START} ${what}`);
  return { time, seen, note };
}

describe('order', () => {
  test('what is due first comes first, whenever it was asked for', async () => {
    const { time, seen, note } = timeline();
    time.after(30, note('c'));
    time.after(10, note('a'));
    time.after(20, note('b'));
    await time.pass(30);
    expect(seen).toEqual(['10 a', '20 b', '30 c']);
  });

  test('of what is due at the same time, what was asked for first comes first', async () => {
    const { time, seen, note } = timeline();
    for (let n = 0; n < 50; n++) time.after(5, note(String(n)));
    time.after(1, () => time.after(4, note('later asked')));
    await time.pass(6);
    expect(seen).toEqual([...Array.from({ length: 50 }, (_, n) => `5 ${n}`), '5 later asked']);
  });

  test('promises that settle by themselves have their turn before time passes', async () => {
    const { time, seen, note } = timeline();
    time.after(1, note('timer'));
    const chain = async () => {
      for (let n = 0; n < 20; n++) await Promise.resolve();
      note('promise')();
    };
    void chain();
    await time.pass(1);
    expect(seen).toEqual(['0 promise', '1 timer']);
  });

  test('what is asked for a time that is over comes now, and time never goes back', async () => {
    const { time, seen, note } = timeline();
    await time.pass(10);
    time.at(3_000, note('late'));
    time.after(-5, note('negative'));
    await time.pass(0);
    expect(seen).toEqual(['10 late', '10 negative']);
  });
});

describe('the clock', () => {
  test('says the same in milliseconds, microseconds and nanoseconds', async () => {
    const { time } = timeline();
    await time.pass(1.25);
    expect([time.now(), time.microseconds, time.nanoseconds]).toEqual([
      START + 1.25,
      1_250,
      BigInt(START) * 1_000_000n + 1_250_000n,
    ]);
  });

  test('two minutes take no time of this machine', async () => {
    const { time } = timeline();
    // The timers of this machine stand still, and it passes all the same.
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'Date', 'performance'] });
    try {
      await time.pass(120_000);
    } finally {
      vi.useRealTimers();
    }
    expect(time.now()).toBe(START + 120_000);
  });
});

describe('timers', () => {
  test('every comes once a period, until it is stopped', async () => {
    const { time, seen, note } = timeline();
    const ping = time.every(120_000, note('ping'));
    await time.pass(300_000);
    ping.stop();
    await time.pass(300_000);
    expect(seen).toEqual(['120000 ping', '240000 ping']);
  });

  test('every can stop itself', async () => {
    const { time, seen, note } = timeline();
    const once = time.every(10, () => {
      note('once')();
      once.stop();
    });
    await time.pass(100);
    expect(seen).toEqual(['10 once']);
  });

  test('after that is stopped does not come, nor does stopping it twice or too late disturb others', async () => {
    const { time, seen, note } = timeline();
    const stopped = time.after(10, note('stopped'));
    const came = time.after(10, note('came'));
    stopped.stop();
    stopped.stop();
    await time.pass(10);
    came.stop();
    time.after(1, note('next'));
    await time.pass(1);
    expect(seen).toEqual(['10 came', '11 next']);
  });

  test('stopped timers do not pile up, and those that are left come in their order', async () => {
    const { time, seen, note } = timeline();
    const { octets } = retained(() => {
      for (let n = 0; n < 20_000; n++) {
        // What a stopped timer would keep alive: all of them together are 80 MB.
        const held = Buffer.allocUnsafeSlow(4_096);
        time.after(DAY, () => void held.length).stop();
        if (n % 4_000 === 0) time.after(20 - n / 4_000, note(String(n)));
      }
    });
    expect(octets).toBeLessThan(40e6);
    await time.pass(20);
    expect(seen).toEqual(['16 16000', '17 12000', '18 8000', '19 4000', '20 0']);
  });
});

describe('a run', () => {
  test('gives what its work gives, at the time when it does', async () => {
    const { time } = timeline();
    const work = new Promise((resolve) => time.after(7, () => resolve('done')));
    time.after(8, () => expect.fail('after the end'));
    expect(await time.run(work)).toBe('done');
    expect(time.now()).toBe(START + 7);
  });

  test('rejects as its work does', async () => {
    const { time } = timeline();
    const work = new Promise((_, reject) => time.after(7, () => reject(new RangeError('no'))));
    await expect(time.run(work)).rejects.toThrow(new RangeError('no'));
  });

  test('that can come to nothing says so', async () => {
    const { time } = timeline();
    time.after(5, () => undefined);
    const stuck = time.run(new Promise(() => undefined));
    await expect(stuck).rejects.toThrow(SimulationStuck);
    await expect(stuck).rejects.toThrow('nothing will happen any more');
    expect(time.now()).toBe(START + 5);
  });

  test('in which only pings go on ends at its horizon', async () => {
    const { time } = timeline(2 * DAY);
    time.every(120_000, () => undefined);
    await expect(time.run(new Promise(() => undefined))).rejects.toThrow('nothing came of it in 2 days');
    expect(time.now()).toBe(START + 2 * DAY);
  });

  test('has a horizon of its own, and what lies beyond that of one comes in another', async () => {
    const { time, seen, note } = timeline(DAY);
    time.after(1.5 * DAY, note('beyond'));
    await expect(time.run(new Promise(() => undefined))).rejects.toThrow(SimulationStuck);
    time.after(DAY, () => undefined);
    await time.pass(DAY);
    await time.pass(DAY);
    expect(seen).toEqual([`${1.5 * DAY} beyond`]);
  });

  test('that waits on purpose has that much longer', async () => {
    const { time } = timeline(DAY);
    await time.run(
      (async () => {
        for (let n = 0; n < 5; n++) await time.wait(DAY);
      })(),
    );
    expect(time.now()).toBe(START + 5 * DAY);
  });
});

describe('two runs at once', () => {
  test('are refused, and the first goes on', async () => {
    const { time } = timeline();
    const first = time.run(new Promise((resolve) => time.after(7, () => resolve('first'))));
    await expect(time.run(Promise.resolve())).rejects.toThrow(TypeError);
    await expect(time.pass(1)).rejects.toThrow('one run at a time');
    expect(await first).toBe('first');
    expect(time.now()).toBe(START + 7);
  });

  test('that of its own work too', async () => {
    const { time } = timeline();
    const nested = async () => {
      await Promise.resolve();
      await time.pass(1);
    };
    await expect(time.run(nested())).rejects.toThrow(TypeError);
  });

  test.each([
    ['failed', async () => Promise.reject(new RangeError('no')), RangeError],
    ['got stuck', () => new Promise(() => undefined), SimulationStuck],
  ])('are not these: one after another that %s', async (_what, work, error) => {
    const { time } = timeline();
    await expect(time.run(work())).rejects.toThrow(error);
    await time.pass(1);
    expect(time.now()).toBe(START + 1);
  });
});

describe('a start', () => {
  test('that is no whole number of milliseconds is rounded', async () => {
    const time = new VirtualTime({ start: START + 0.6 });
    expect([time.now(), time.nanoseconds]).toEqual([START + 1, BigInt(START + 1) * 1_000_000n]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('of %s is none', (start) => {
    expect(() => new VirtualTime({ start })).toThrow(TypeError);
  });
});

describe('skipping', () => {
  test('moves the clock at once, and what is due comes that much later', async () => {
    const { time, seen, note } = timeline();
    time.after(10, note('timer'));
    time.every(15, note('period'));
    time.skip(1_000);
    expect(time.now()).toBe(START + 1_000);
    await time.pass(31);
    expect(seen).toEqual(['1010 timer', '1015 period', '1030 period']);
  });

  test('does not count against the horizon of a run', async () => {
    const { time } = timeline(DAY);
    await time.run(
      (async () => {
        time.skip(300 * DAY);
        await new Promise<void>((resolve) => time.after(DAY / 2, resolve));
      })(),
    );
    expect(time.now()).toBe(START + 300.5 * DAY);
  });

  test.each([-1, 0])('by %s changes nothing', (by) => {
    const { time } = timeline();
    time.skip(by);
    expect(time.now()).toBe(START);
  });
});
