import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../../src/cli/io.js';
import { partialOf } from '../../../../src/cli/output-file.js';
import { openMap, writeMap } from '../../../../src/cli/sanitize/map-file.js';
import { ResultFile } from '../../../../src/cli/sanitize/result-file.js';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pipe = (): string => {
  execFileSync('mkfifo', [at('pipe')]);
  return at('pipe');
};

describe('a result', () => {
  test('takes the place of a file once it is whole, and leaves it as it was where that fails', async () => {
    writeFileSync(at('a'), 'before');
    const broken = new ResultFile(at('a'));
    await broken.write(Buffer.from('half'));
    broken.remove();
    expect(readFileSync(at('a'), 'utf8')).toBe('before');
    const whole = new ResultFile(at('a'));
    await whole.write(Buffer.from('after'));
    await whole.close();
    expect(readFileSync(at('a'), 'utf8')).toBe('after');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('is written to a pipe or device as it is made, and takes the place of none', async () => {
    const path = pipe();
    // Who reads and writes does not wait for another one.
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      const result = new ResultFile(path);
      await result.write(Buffer.from('octets'));
      await result.close();
      new ResultFile(path).remove();
      const read = Buffer.alloc(16);
      expect(read.toString('latin1', 0, readSync(reader, read))).toBe('octets');
    } finally {
      closeSync(reader);
    }
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(readdirSync(folder)).toEqual(['pipe']);
  });

  test('is written by way of no other file, and of no link that somebody has put there', () => {
    writeFileSync(at('other'), 'of somebody else');
    symlinkSync('other', partialOf(at('a')));
    const inTheWay = /cannot write .*a: file already exists/;
    expect(() => new ResultFile(at('a'))).toThrow(inTheWay);
    expect(() => writeMap(at('a'), openMap(undefined, 'a seed'))).toThrow(inTheWay);
    expect(readFileSync(at('other'), 'utf8')).toBe('of somebody else');
  });

  test('is written to what a link will lead to, and the link stays', async () => {
    symlinkSync('a', at('link'));
    const result = new ResultFile(at('link'));
    await result.write(Buffer.from('after'));
    await result.close();
    expect(readFileSync(at('a'), 'utf8')).toBe('after');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  test('is written to what a link leads to', async () => {
    writeFileSync(at('a'), 'before');
    symlinkSync('a', at('link'));
    const result = new ResultFile(at('link'));
    await result.write(Buffer.from('after'));
    await result.close();
    expect(readFileSync(at('a'), 'utf8')).toBe('after');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });
});

describe('a map', () => {
  test('that a link leads to goes on there', () => {
    const map = openMap(undefined, 'a seed');
    writeMap(at('map'), map);
    symlinkSync('map', at('link'));
    writeMap(at('link'), { ...openMap(at('link'), undefined), names: { alice: 'bobby' } });
    expect(openMap(at('map'), undefined).names).toEqual({ alice: 'bobby' });
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  test('is no pipe and no device', () => {
    const path = pipe();
    expect(() => openMap(path, undefined)).toThrow(new UsageError(`--map: ${path} is no file, so it keeps nothing`));
    expect(lstatSync(path).isFIFO()).toBe(true);
  });
});
