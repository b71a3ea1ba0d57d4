// How fast a capture is read: records alone, with TCP reassembly, with PDU splitting, and as the items that programs
// take; beside tshark, which dissects all of it. Without FILE it reads the captures of pcaps/ over and over.
//   node bench/capture.mjs [FILE]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { stages } from './stages.mjs';

const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'bench-capture-'));
const file = process.argv[2] ?? join(folder, 'big.pcap');
try {
  if (process.argv[2] === undefined) {
    const maker = join(import.meta.dirname, 'make-capture.mjs');
    execFileSync(process.execPath, [maker, '--size', '24M', '--out', file], { stdio: 'ignore' });
  }
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure() {
  const megabytes = statSync(file).size / 1e6;
  const all = stages(file);
  const sides = Object.fromEntries(
    Object.entries(all).map(([name, run]) => [
      name,
      () =>
        rate(async () => {
          await run();
          return megabytes;
        }),
    ]),
  );
  const tshark = spawnSync('tshark', ['--version']).status === 0;
  if (tshark)
    sides.tshark = () =>
      rate(() => {
        execFileSync('tshark', ['-r', file, '-q', '-z', 'io,stat,0,dcerpc'], { stdio: 'ignore' });
        return megabytes;
      });
  else leftOut('reading captures beside tshark', 'tshark is not on PATH');
  const medians = await inTurns(ROUNDS, sides);
  const [reference, against] = tshark ? [medians.tshark, 'tshark'] : [medians.records, 'records alone'];
  const wanted = tshark ? '>= 1' : undefined;
  for (const name of Object.keys(all))
    row({ what: `capture read to its ${name}`, ours: medians[name], reference, against, unit: 'MB/s', wanted });
}
