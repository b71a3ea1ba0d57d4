import { describe, expect, test } from 'vitest';
import { terminalWidth } from '../../../src/cli/complain.js';

describe('results are as wide as', () => {
  test.each([
    ['the terminal', { isTTY: true, columns: 100 }, 100],
    ['they come out in a terminal that does not say', { isTTY: true, columns: 0 }, undefined],
    ['they come out in a pipe', { isTTY: false, columns: 0 }, undefined],
  ])('%s', (_, stream, width) => {
    expect(terminalWidth(stream)).toBe(width);
  });
});
