import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { liveInput } from '../../../src/cli/input.js';
import { Heard } from '../../support/heard.js';
import { octetsInUse } from '../../support/memory.js';

const MIB = 1 << 20;

async function readAll({ source }: ReturnType<typeof liveInput>): Promise<number> {
  let octets = 0;
  for await (const piece of source as AsyncIterable<Uint8Array>) octets += piece.length;
  return octets;
}

test('of a live standard input nothing is held that was read', async () => {
  function* pieces(): Generator<Buffer> {
    for (let count = 0; count < 32; count++) yield Buffer.alloc(MIB);
  }
  const before = octetsInUse();
  const input = liveInput(new Heard(), Readable.from(pieces()));
  try {
    expect(await readAll(input)).toBe(32 * MIB);
    expect(octetsInUse() - before).toBeLessThan(8 * MIB);
  } finally {
    input.end();
  }
});

test('a live standard input that fails is not an end of it', async () => {
  const source = new PassThrough();
  const input = liveInput(new Heard(), source);
  source.destroy(new Error('EIO'));
  try {
    await expect(readAll(input)).rejects.toThrow('EIO');
  } finally {
    input.end();
  }
});

test('an interruption ends a live standard input that stays open, after what was on its way', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const source = new PassThrough();
  const input = liveInput(new Heard(), source);
  try {
    const reading = readAll(input);
    source.write(Buffer.alloc(5));
    process.emit('SIGINT');
    source.write(Buffer.alloc(3));
    await setImmediate();
    vi.advanceTimersByTime(500);
    expect(await reading).toBe(8);
    expect(source.destroyed).toBe(true);
  } finally {
    input.end();
    vi.useRealTimers();
  }
});
