// The commands that read captures, whole, beside tshark: `audit` and `decode --json`, their throughput and their peak
// memory, and how fast the same file goes through the stages before them. A run of 1 GB, from a corpus of one's own:
//   node bench/captures.mjs --size 1G --from FOLDER        (or BENCH_SIZE=1G BENCH_CORPUS=FOLDER npm run bench)
// tshark is slow, so it gets a part of the size (--part); that is to its favour, as it slows down with the size.
// Where others keep the machine busy, --by processor takes the time of the processor that each has used, on Linux.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inTurns, leftOut, median, rate, row } from './measure.mjs';
import { stages } from './stages.mjs';
import { watch } from './watch.mjs';

const SHIPPED = join(import.meta.dirname, '../pcaps');
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: process.env.BENCH_SIZE ?? '64M' },
    part: { type: 'string', default: '12M' },
    from: { type: 'string', default: process.env.BENCH_CORPUS ?? SHIPPED },
    rounds: { type: 'string', default: '2' },
    by: { type: 'string', default: 'clock' },
  },
});
const cli = join(import.meta.dirname, '../dist/cli/main.js');
const LIMIT_MB = 200;
/** What the figures of the commands stand beside: how far they are from what any program in JavaScript has to do. */
const STAGES = {
  'headers by hand': 'a loop that only finds headers of PDUs',
  records: 'reading packets alone',
  'TCP streams': 'reading TCP streams alone',
  PDUs: 'reading PDUs alone',
};
const TSHARK = {
  'tshark -T fields': ['-T', 'fields', '-e', 'frame.number', '-e', 'dcerpc.pkt_type', '-e', 'dcerpc.auth_level'],
  'tshark -T json': ['-T', 'json'],
};

const folder = mkdtempSync(join(tmpdir(), 'bench-captures-'));
try {
  const file = make('whole.pcap', values.size);
  const part = make('part.pcap', values.part);
  const peaks = {};
  const ours = (name, args) => () => command(name, peaks, process.execPath, [cli, ...args, file], file);
  const sides = {
    ...inProcess(file),
    audit: ours('audit', ['audit', '--json']),
    'decode --json': ours('decode --json', ['decode', '--json']),
    'decode --fields': ours('decode --fields', ['decode', '--fields', 'frame,ptype,auth_level']),
  };
  const tshark = spawnSync('tshark', ['--version']).status === 0;
  if (!tshark) leftOut('captures beside tshark', 'tshark is not on PATH');
  else
    for (const [name, args] of Object.entries(TSHARK))
      sides[name] = () => command(name, peaks, 'tshark', ['-r', part, '-Y', 'dcerpc', ...args], part);
  const medians = await inTurns(Number(values.rounds), sides);
  const megabytes = Math.round(statSync(file).size / 1e6);
  const beside = (name, against, wanted) =>
    row({
      what: `${name} of ${megabytes} MB`,
      ours: medians[name],
      reference: medians[against],
      against: STAGES[against] ?? against,
      unit: values.by === 'processor' ? 'MB a second of the processor' : 'MB/s',
      wanted,
    });
  if (tshark) {
    // Goals for real traffic, in a size in which the start of Node weighs little. The shipped captures are nothing but
    // activations, each of which is a line of the audit.
    const goal = (wanted) => (megabytes >= 1000 && values.from !== SHIPPED ? wanted : undefined);
    beside('audit', 'tshark -T fields', goal('>= 30'));
    beside('decode --fields', 'tshark -T fields', goal('>= 10'));
    beside('decode --json', 'tshark -T fields', goal('>= 8'));
    beside('decode --json', 'tshark -T json', goal('>= 10'));
  }
  for (const name of ['audit', 'decode --json']) for (const stage of Object.keys(STAGES)) beside(name, stage);
  if (tshark) beside('headers by hand', 'tshark -T fields');
  memory(peaks, tshark);
} finally {
  rmSync(folder, { recursive: true });
}

function make(name, size) {
  const out = join(folder, name);
  const maker = join(import.meta.dirname, 'make-capture.mjs');
  execFileSync(process.execPath, [maker, '--from', values.from, '--size', size, '--out', out], { stdio: 'ignore' });
  return out;
}

/** The stages before the commands, by megabytes a second. */
function inProcess(file) {
  const all = stages(file);
  const megabytes = statSync(file).size / 1e6;
  const measured = (run) => async () => {
    const before = process.cpuUsage();
    const speed = await rate(async () => {
      await run();
      return megabytes;
    });
    const { user, system } = process.cpuUsage(before);
    return values.by === 'processor' ? (megabytes * 1e6) / (user + system) : speed;
  };
  return Object.fromEntries(Object.keys(STAGES).map((name) => [name, measured(all[name])]));
}

/** Megabytes of `file` a second of a whole command, its start included; its output goes through a pipe to nobody. */
async function command(name, peaks, program, args, file) {
  const start = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.resume();
  const watched = watch(child.pid);
  const code = await new Promise((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - start) / 1000;
  // An audit that finds something ends with 1, and tshark with 2 where the last packet of a capture is cut short.
  if (code === null || code > 2) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  const { peak, processor } = watched();
  peaks[name] = [...(peaks[name] ?? []), peak];
  return statSync(file).size / 1e6 / (values.by === 'processor' ? processor : seconds);
}

function memory(peaks, tshark) {
  if (peaks.audit.every((peak) => peak === 0)) {
    leftOut('peak memory', 'only Linux tells it');
    return;
  }
  for (const name of ['audit', 'decode --json', 'decode --fields']) {
    const figures = { what: `peak memory of ${name}`, ours: Math.max(...peaks[name]), unit: 'MB' };
    row({ ...figures, reference: LIMIT_MB, against: 'the limit', wanted: '< 1' });
    if (tshark)
      row({ ...figures, reference: median(peaks['tshark -T fields']), against: `tshark, of ${values.part} alone` });
  }
}
