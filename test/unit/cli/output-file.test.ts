import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/io.js';
import { filesAreOpen, OutputFile, recordTo } from '../../../src/cli/output-file.js';
import { Heard } from '../../support/heard.js';

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file for results', () => {
  test('holds what was written, and is known to be open until it is closed', () => {
    const path = join(folder, 'results');
    const file = new OutputFile(path);
    expect(filesAreOpen()).toBe(true);
    file.write('one ');
    file.write(Buffer.from('two'));
    file.close();
    expect(filesAreOpen()).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('one two');
  });

  test('of a folder that is not there is bad usage, in words', () => {
    const path = join(folder, 'nowhere', 'results');
    expect(() => new OutputFile(path)).toThrow(new UsageError(`cannot write ${path}: no such file or directory`));
    expect(filesAreOpen()).toBe(false);
  });

  test('on a full disk is bad usage that names it', () => {
    const file = new OutputFile('/dev/full');
    expect(() => file.write('x')).toThrow(new UsageError('cannot write /dev/full: no space left on device'));
    file.close();
  });
});

test('a recording on a full disk ends with one line, and the server goes on', () => {
  const before = process.listenerCount('exit');
  const out = new Heard();
  const record = recordTo(new OutputFile('/dev/full'), out);
  for (let block = 0; block < 3; block++) record(Buffer.from('x'));
  expect(out.notes).toEqual(['dcom-harness: the recording ends here: cannot write /dev/full: no space left on device']);
  // It makes the exit code 2, whatever else comes of the server.
  expect(process.listenerCount('exit')).toBe(before + 1);
  process.removeListener('exit', process.listeners('exit').at(-1) as () => void);
});
