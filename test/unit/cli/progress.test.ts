import { describe, expect, test } from 'vitest';
import { Progress, StatusLine, wantsProgress } from '../../../src/cli/progress.js';

function drawn(total: number | undefined, columns?: number) {
  const written: string[] = [];
  let now = 0;
  const terminal = {
    isTTY: true,
    ...(columns === undefined ? {} : { columns }),
    write: (text: string) => written.push(text),
  };
  const progress = new Progress(terminal, 'file.pcap', total, () => now);
  const at = (milliseconds: number, octets: number): void => {
    now = milliseconds;
    progress.advance(octets);
  };
  return { written, progress, at };
}

const ERASE = '\r\u001b[2K';

describe('the progress bar', () => {
  test('draws nothing of what takes less than half a second', () => {
    const { written, progress, at } = drawn(10_000_000);
    at(499, 10_000_000);
    progress.clear();
    expect(written).toEqual([]);
  });

  test('shows part, size, rate and name, over itself, ten times a second at most', () => {
    const { written, at } = drawn(10_000_000);
    at(500, 2_500_000);
    at(550, 1);
    at(1000, 2_499_999);
    expect(written).toEqual([
      `${ERASE}[######------------------]  25 % of 10.0 MB, 5.0 MB/s  file.pcap`,
      `${ERASE}[############------------]  50 % of 10.0 MB, 5.0 MB/s  file.pcap`,
    ]);
  });

  test('of a pipe, whose size nobody knows, is what was read', () => {
    const { written, at } = drawn(undefined);
    at(2000, 3_000_000);
    expect(written).toEqual([`${ERASE}3.0 MB, 1.5 MB/s  file.pcap`]);
  });

  test('stays at the end where the file grew, and within the terminal', () => {
    const { written, at } = drawn(10, 34);
    at(1000, 20);
    expect(written).toEqual([`${ERASE}[########################] 100 % `]);
  });

  test('goes away once', () => {
    const { written, progress, at } = drawn(10);
    at(1000, 5);
    progress.clear();
    progress.clear();
    expect(written.slice(1)).toEqual([ERASE]);
  });

  const write = (): void => {};
  test.each([
    { stderr: true, stdout: true, quiet: false, piped: false, wanted: false, why: 'lines run through it' },
    { stderr: true, stdout: true, quiet: true, piped: false, wanted: true, why: 'nothing else is written yet' },
    { stderr: true, stdout: false, quiet: false, piped: false, wanted: true, why: 'stdout goes to a file' },
    { stderr: true, stdout: false, quiet: false, piped: true, wanted: false, why: 'a pager may be behind the pipe' },
    { stderr: false, stdout: false, quiet: true, piped: false, wanted: false, why: 'nobody sees it' },
  ])('wanted: $wanted where $why', ({ stderr, stdout, quiet, piped, wanted }) => {
    expect(wantsProgress({ isTTY: stderr, write }, { isTTY: stdout, write }, { quiet, piped })).toBe(wanted);
  });
});

describe('the line that says what is being done', () => {
  const lines = (printing: boolean, stdoutIsTTY: boolean): string[] => {
    const written: string[] = [];
    const stderr = { isTTY: true, columns: 12, write: (text: string) => written.push(text) };
    const status = new StatusLine(printing, stderr, { isTTY: stdoutIsTTY, write: () => {} });
    status.draw('[1/2] a\u001b]0;b a long name');
    status.clear();
    return written;
  };

  test('is drawn over itself within the terminal, and nothing of a name acts upon it', () => {
    const [line = '', erased] = lines(false, true);
    expect(line.slice(0, ERASE.length)).toBe(ERASE);
    expect(line.slice(ERASE.length)).toMatch(/^\[1\/2\] a\P{Cc}{4}$/u);
    expect(erased).toBe(ERASE);
  });

  test('is not there where results run through it', () => {
    expect(lines(true, true)).toEqual([]);
    expect(lines(true, false)).toHaveLength(2);
  });
});
