import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Stdout } from '../../../src/cli/stdout.js';

const dropped = (texts: number): string => `${texts} dropped\n`;

/** A reader that takes each batch when `take` is called, or at once. */
function reader({ slow = false, live = false } = {}) {
  const batches: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      const taken = (): void => {
        batches.push(chunk.toString());
        done();
      };
      if (slow) waiting.push(taken);
      else taken();
    },
  });
  return { batches, stream, stdout: new Stdout(stream, live ? { dropped } : {}), take: () => waiting.shift()?.() };
}

describe('standard output of a command that prints much', () => {
  test('goes out together', async () => {
    const { batches, stdout } = reader();
    for (const line of ['one\n', 'zwölf\n', '三\n']) stdout.write(line);
    expect(batches).toEqual([]);
    await stdout.flush();
    expect(batches).toEqual(['one\nzwölf\n三\n']);
  });

  test('keeps its order where one line is larger than all that goes out together', async () => {
    const { batches, stdout } = reader();
    const large = 'x'.repeat(100_000);
    for (const line of ['before', large, 'after']) stdout.write(line);
    await stdout.flush();
    expect(batches).toEqual(['before', large, 'after']);
  });

  test('is not written over before the reader has taken it', async () => {
    const { batches, stdout, take } = reader({ slow: true });
    const lines = Array.from({ length: 9 }, (_, n) => `${n}`.repeat(20_000));
    for (const [n, line] of lines.entries()) {
      stdout.write(line);
      if (n === 5) take();
    }
    const flush = stdout.flush();
    const takingAll = setInterval(take, 1);
    await flush;
    clearInterval(takingAll);
    expect(batches.join('')).toBe(lines.join(''));
  });

  test('flush waits for a reader that is slow', async () => {
    const { batches, stdout, take } = reader({ slow: true });
    stdout.write('much');
    let flushed = false;
    const flush = stdout.flush().then(() => {
      flushed = true;
    });
    await new Promise(setImmediate);
    expect(flushed).toBe(false);
    take();
    await flush;
    expect(batches).toEqual(['much']);
  });
});

describe('standard output of what is told while it happens', () => {
  const LINE = `${'x'.repeat(999)}\n`;

  test('keeps one batch for a reader that has stopped, and says how much was dropped when it goes on', async () => {
    const { batches, stdout, take } = reader({ slow: true, live: true });
    const tell = (text: string): void => {
      stdout.write(text);
      stdout.send();
    };
    tell('first\n');
    for (let line = 0; line < 100; line++) tell(LINE);
    take();
    take();
    take();
    await stdout.flush();
    expect(batches).toEqual(['first\n', LINE.repeat(65), '35 dropped\n']);
    tell('after\n');
    take();
    expect(batches.at(-1)).toBe('after\n');
  });

  test('drops nothing while it is read', async () => {
    const { batches, stdout } = reader({ live: true });
    for (let line = 0; line < 200; line++) {
      stdout.write(LINE);
      await stdout.flush();
    }
    expect(batches.join('')).toBe(LINE.repeat(200));
  });

  test('is not waited for once the reader has gone', async () => {
    const { stream, stdout } = reader({ slow: true, live: true });
    stdout.write('first\n');
    const flushed = stdout.flush();
    stream.destroy();
    await flushed;
    stdout.write('second\n');
    await stdout.flush();
  });
});
