import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { inProcess } from '../../support/in-process.js';
import { ethernetFrame, pcapngOf } from '../../support/segments.js';
import { shippedPath } from '../../support/shipped.js';

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
const at = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing in it is refused. */
const ACCEPTED = shippedPath('activation-at-pkt-integrity.pcapng');
const whole = readFileSync(ACCEPTED);
const LAST = 20;

writeFileSync(at('nothing.pcapng'), pcapngOf([ethernetFrame({ sequence: 1, data: 'something else' })]));
writeFileSync(at('cut.pcapng'), whole.subarray(0, whole.length - LAST));
writeFileSync(at('damaged.pcapng.gz'), gzipSync(whole).subarray(0, -LAST));
writeFileSync(at('unreadable.pcapng'), 'this is no capture');
mkdirSync(at('several'));
copyFileSync(ACCEPTED, at('several', 'accepted.pcapng'));
copyFileSync(at('unreadable.pcapng'), at('several', 'unreadable.pcapng'));

const INPUTS = ['nothing.pcapng', 'cut.pcapng', 'damaged.pcapng.gz', 'unreadable.pcapng', 'several'];

/** The words of a command, with a capture in them. */
const COMMANDS: Readonly<Record<string, (capture: string) => string[]>> = {
  decode: (capture) => ['decode', capture],
  'decode --filter': (capture) => ['decode', capture, '--filter', 'ptype=request'],
  'decode -w FILE': (capture) => ['decode', capture, '-w', at('written.pcapng')],
  audit: (capture) => ['audit', capture],
  replay: (capture) => ['replay', capture],
  'replay conversations': (capture) => ['replay', 'conversations', capture],
  'replay relay': (capture) => ['replay', 'relay', capture, '--variant', 'as-captured'],
  sanitize: (capture) => ['sanitize', capture, at('sanitized')],
};

const page = readFileSync(join(import.meta.dirname, '../../../docs/ci.md'), 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \|((?: \d \|){5})$/gm)].map(([, command = '', codes = '']) => ({
  command,
  codes: codes.match(/\d/g)?.map(Number) ?? [],
}));

describe('the exit codes that docs/ci.md has', () => {
  test('are those of every command that reads captures to an end', () => {
    expect(rows.map(({ command }) => command)).toEqual(Object.keys(COMMANDS));
  });

  test.each(rows)('are those of $command', async ({ command, codes }) => {
    const found: number[] = [];
    for (const input of INPUTS) {
      rmSync(at('sanitized'), { recursive: true, force: true });
      found.push((await inProcess(...(COMMANDS[command]?.(at(input)) ?? []))).code);
    }
    expect(found).toEqual(codes);
  });
});
