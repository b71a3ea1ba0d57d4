// One process of the mutants' test: for each id of its arguments, the suite against the program with that defect, and
// one line of JSON. `none` is the program as it is; `--full` runs every check.
import { register } from 'node:module';
import { MUTANTS } from './mutants.mjs';
import { clientRun } from './run-client.mjs';
import { serverRun } from './run-server.mjs';

const dist = new URL('../../dist/', import.meta.url).href;
register('./hooks.mjs', import.meta.url, { data: { dist } });

/** One check of each suite that takes no time. */
const SOME = { server: 'rpce/bind/answered', client: 'dcom/3.2/version-5.7' };
const RUNS = { server: serverRun, client: clientRun };
const [suite, ...ids] = process.argv.slice(2).filter((argument) => argument !== '--full');
const full = process.argv.includes('--full');
/** What runs with every check, and cannot be chosen: whether the two ends get on at all. */
const isSanity = (check) => check.startsWith('sanity/');
/** Checks about some mutants; where that is sanity alone, the first of those that can be chosen stands for the run. */
const checksOf = (mutants, some) => {
  const checks = [...new Set(mutants.flatMap(({ checks, besides = [] }) => [...checks, ...besides]))].filter(
    (check) => !isSanity(check),
  );
  return checks.length > 0 ? checks : [some];
};

const isFailure = ({ outcome }) => outcome === 'failed' || outcome === 'error';

for (const id of ids) {
  const wanted = MUTANTS.filter((each) => each.suite === suite && (id === 'none' || each.id === id));
  const only = full ? [] : checksOf(wanted, SOME[suite]);
  const from = (path) => import(`${dist}${path}?mutant=${encodeURIComponent(`${suite}/${id}`)}`);
  let line;
  try {
    const { results, verdict } = await RUNS[suite](from, only);
    const failed = results.filter(({ outcome }) => isFailure(outcome));
    line = { id, failed: failed.map((each) => each.id), ...(verdict && { verdict }) };
  } catch (error) {
    line = { id, error: error.message };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
