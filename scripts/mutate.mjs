// Changes the sources one token at a time and asks whether the unit tests notice (Stryker). Over all of src/rpc, src/security,
// src/hardening and src/server that takes hours, so that a sample drawn by a seed tells the score:
//   npm run mutate -- --sample 200 [--seed 7] [FOLDER or FILE …]
//   npm run mutate -- src/hardening/decision.ts        # every mutant of one file
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { Random } from '../fuzz/random.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const chosen = positionals.length > 0 ? positionals : ['src/rpc', 'src/security', 'src/hardening', 'src/server'];

const isSource = (file) => /\.ts$/.test(file) && !/(\.data|\.d|index)\.ts$/.test(file);
const filesIn = (place) =>
  statSync(join(root, place)).isDirectory()
    ? readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((file) => join(place, file))
    : [place];
const files = chosen.flatMap(filesIn).filter(isSource).sort();

const silent = Object.fromEntries(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'isTraceEnabled', 'isDebugEnabled'].map((name) => [
    name,
    () => false,
  ]),
);

/** Where mutants stand: lines from 1, columns from 0. Several mutants can stand at one place. */
async function mutatedPlaces() {
  const sources = files.map((name) => ({ name, content: readFileSync(join(root, name), 'utf8'), mutate: true }));
  const options = { plugins: null, excludedMutations: [], ignorers: [], noHeader: true };
  const found = await new Instrumenter(silent).instrument(sources, options);
  const places = new Map();
  for (const { fileName, location } of found.mutants) {
    const [start, end] = [location.start, location.end].map(({ line, column }) => ({ line: line + 1, column }));
    const range = `${fileName}:${start.line}:${start.column}-${end.line}:${end.column}`;
    places.set(range, { range, fileName, from: start.line * 1e4 + start.column, to: end.line * 1e4 + end.column });
  }
  return [...places.values()];
}

/** Some of them, each as likely as any other. */
function sampleOf(all, size) {
  const random = new Random(values.seed);
  const rest = [...all];
  const sample = [];
  while (sample.length < size && rest.length > 0) sample.push(...rest.splice(random.below(rest.length), 1));
  return sample;
}

const byFile = (places) =>
  Object.fromEntries(files.map((file) => [file, places.filter(({ fileName }) => fileName === file)]));

let mutate = files;
const env = { ...process.env };
if (values.sample !== undefined) {
  const all = await mutatedPlaces();
  const sample = sampleOf(all, Number(values.sample));
  mutate = sample.map(({ range }) => range);
  env.MUTATE_SAMPLE = join(mkdtempSync(join(tmpdir(), 'dcom-harness-')), 'sample.json');
  writeFileSync(env.MUTATE_SAMPLE, JSON.stringify(byFile(sample)));
  console.log(`${mutate.length} of ${all.length} places in ${files.length} files, seed ${values.seed}`);
}
const stryker = spawn('npx', ['stryker', 'run', 'etc/stryker.config.json', '--mutate', mutate.join(',')], {
  ...{ cwd: root, env, stdio: 'inherit' },
});
stryker.on('close', (code) => {
  process.exitCode = code ?? 2;
});
