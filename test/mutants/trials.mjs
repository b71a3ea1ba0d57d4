// Starts the processes of the mutants' test, two at a time, and judges what they say.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MUTANTS } from './mutants.mjs';

const TRIAL = fileURLToPath(new URL('./trial.mjs', import.meta.url));
/** Defects that one process tries one after the other, each in modules of its own. */
const BATCH = 10;
/** A defect that has the suite run for ever is caught by that, and must not stop the test. */
const MOST_MILLISECONDS = 60_000;

/**
 * What became of each mutant that `wanted` takes: the checks that failed, and those of them that are about it; `control`
 * has what fails of the program as it is.
 */
export async function tryMutants({ wanted = () => true, full = false, processes = 2, told = () => undefined } = {}) {
  const mutants = MUTANTS.filter(wanted);
  const suites = [...new Set(mutants.map(({ suite }) => suite))];
  const jobs = suites.flatMap((suite) => [
    [suite, 'none'],
    ...batches(mutants.filter((each) => each.suite === suite)).map((batch) => [suite, ...batch.map(({ id }) => id)]),
  ]);
  const said = new Map();
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const [suite, ...ids] = job;
      for (const line of await tried(suite, ids, full)) {
        said.set(line.id === 'none' ? `control ${suite}` : `${suite}/${line.id}`, line);
        told(line);
      }
    }
  };
  await Promise.all(Array.from({ length: processes }, worker));
  return {
    control: suites.map((suite) => ({ suite, ...said.get(`control ${suite}`) })),
    mutants: mutants.map((mutant) => judged(mutant, said.get(`${mutant.suite}/${mutant.id}`))),
  };
}

/** A defect is caught by a check that is about it and fails. */
function judged(mutant, { failed = [], error, verdict } = { error: 'its process ended without a word' }) {
  const caught = mutant.checks.filter((id) => failed.includes(id));
  return { ...mutant, failed, caught, error, verdict };
}

function batches(mutants) {
  return Array.from({ length: Math.ceil(mutants.length / BATCH) }, (_, index) =>
    mutants.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** The lines of one process. Where it hangs or dies, the mutants after that get a process of their own. */
async function tried(suite, ids, full) {
  const lines = [];
  const child = spawn(process.execPath, [TRIAL, suite, ...ids, ...(full ? ['--full'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let timer;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), MOST_MILLISECONDS);
  };
  watch();
  for await (const text of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(text));
    watch();
  }
  clearTimeout(timer);
  const left = ids.slice(lines.length);
  if (left.length === 0) return lines;
  const [hung, ...rest] = left;
  lines.push({ id: hung, error: 'its process hung or died' });
  return rest.length === 0 ? lines : [...lines, ...(await tried(suite, rest, full))];
}
