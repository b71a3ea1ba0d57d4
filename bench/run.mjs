// npm run bench [-- --only NAME]: every benchmark in a process of its own, and one table of their ratios. Exit code 1
// where a ratio is not as wanted, or a benchmark fails.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cells, holds } from './measure.mjs';

const BENCHMARKS = [
  'startup',
  'ndr',
  'seal',
  'kerberos',
  'capture',
  'captures',
  'connections',
  'calls',
  'held',
  'activations',
  'opc',
  'opc-load',
  'clients',
  'wmi',
  'lab',
  'report',
];
const HEAD = ['benchmark', 'what', 'ours', 'reference', 'against', 'ratio', 'wanted', ''];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = values.only === undefined ? BENCHMARKS : BENCHMARKS.filter((name) => name === values.only);
if (chosen.length === 0) {
  process.stderr.write(`no benchmark '${values.only}'; there are ${BENCHMARKS.join(', ')}\n`);
  process.exit(2);
}

/** The records that one benchmark wrote, and its exit code. */
function run(name) {
  const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, `${name}.mjs`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_JSON: '1' },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  return new Promise((resolve) => {
    child.once('close', (code) =>
      resolve({
        code,
        records: text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      }),
    );
  });
}

const table = [HEAD];
let failed = false;
for (const name of chosen) {
  process.stderr.write(`${name} …\n`);
  const { code, records } = await run(name);
  for (const record of records) {
    const held = record.leftOut !== undefined || holds(record);
    failed ||= !held;
    table.push([name, ...cells(record), held ? '' : 'NOT AS WANTED']);
  }
  if (code === 0) continue;
  failed = true;
  table.push([name, `failed with exit code ${code}`, '', '', '', '', '', '']);
}
const widths = HEAD.map((_, column) => Math.max(...table.map((cellsOfRow) => cellsOfRow[column].length)));
process.stdout.write(`Node ${process.version}, ${cpus().length} cores\n`);
for (const line of table)
  process.stdout.write(
    `${line
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd()}\n`,
  );
process.exitCode = failed ? 1 : 0;
