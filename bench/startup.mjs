// How long the command line takes to say what it is and to read a short capture, beside a Node that runs nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns, row } from './measure.mjs';

const ROUNDS = 11;
/** Milliseconds, on a quiet machine. */
const LIMIT = 150;
const MAIN = join(import.meta.dirname, '../dist/cli/main.js');
const CAPTURE = join(import.meta.dirname, '../pcaps/activation-at-connect.pcapng');

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-bench-'));
const empty = join(folder, 'empty.mjs');
writeFileSync(empty, '');

function milliseconds(...args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

try {
  const found = await inTurns(ROUNDS, {
    version: () => milliseconds(MAIN, '--version'),
    help: () => milliseconds(MAIN, '--help'),
    command: () => milliseconds(MAIN, 'decode', '--help'),
    decode: () => milliseconds(MAIN, 'decode', CAPTURE),
    empty: () => milliseconds(empty),
  });
  for (const [name, what] of [
    ['version', '--version'],
    ['help', '--help'],
  ]) {
    row({ what, ours: found[name], reference: LIMIT, against: 'the limit', unit: 'ms', wanted: '< 1' });
    row({ what, ours: found[name], reference: found.empty, against: 'an empty Node', unit: 'ms' });
  }
  row({
    what: 'decode of a short capture',
    ours: found.decode,
    reference: found.empty,
    against: 'an empty Node',
    unit: 'ms',
  });
  row({ what: 'decode --help', ours: found.command, reference: found.empty, against: 'an empty Node', unit: 'ms' });
} finally {
  rmSync(folder, { recursive: true });
}
