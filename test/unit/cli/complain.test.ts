import { describe, expect, test } from 'vitest';
import { tell } from '../../../src/cli/complain.js';

const LONG =
  "dcom-harness: option '--level <level>' argument 'strong' is invalid. expected default, none, connect, call, pkt, pkt_integrity, pkt_privacy or 0 to 6 (try --help)";

const said = (columns: number | undefined): string => {
  let text = '';
  const write = (part: string | Uint8Array): boolean => {
    text += part;
    return true;
  };
  tell(LONG, { isTTY: columns !== undefined, columns: columns ?? 0, write } as typeof process.stderr);
  return text;
};

describe('what is wrong', () => {
  test('is one line for programs', () => {
    expect(said(undefined)).toBe(`${LONG}\n`);
  });

  test('goes on below, between words, in a terminal of 80 columns', () => {
    const lines = said(80).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(LONG);
  });

  test('is one line where nobody knows how wide the terminal is', () => {
    expect(said(0)).toBe(`${LONG}\n`);
  });
});
