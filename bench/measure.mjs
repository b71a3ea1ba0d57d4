// What every benchmark shares: rounds that take turns, so that a noisy machine is noisy to both sides, and rows that
// run.mjs makes one table of. A benchmark that runs by itself prints its rows.

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Runs each side once a round, in turns, the first round unmeasured. Each side gives what it measured, the more the
 * better. Gives the medians by side.
 */
export async function inTurns(rounds, sides) {
  const names = Object.keys(sides);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const value = await sides[name]();
      if (round > 0) measured[name].push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(measured[name])]));
}

/** How many of something were done in a second: `run` gives how many it did. */
export async function rate(run) {
  const start = performance.now();
  const count = await run();
  return (count * 1000) / (performance.now() - start);
}

/** As `rate`, without a promise: for what takes microseconds. */
export function rateFor(milliseconds, run, batch = 100) {
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < milliseconds; calls += batch) for (let i = 0; i < batch; i++) run();
  return (calls * 1000) / (performance.now() - start);
}

/**
 * One line of the table. `ours` and `reference` are figures of one run in `unit`; `reference` is what the ratio is taken
 * by. `wanted` is a limit for the ratio, such as '>= 1'; without it the ratio is only told.
 */
export function row({ what, ours, reference, against, unit, wanted }) {
  emit({ what, ours, reference, against, unit, ratio: ours / reference, wanted });
}

/** Says why a benchmark, or a part of it, is left out. */
export const leftOut = (what, why) => emit({ what, leftOut: why });

function emit(record) {
  if (process.env.BENCH_JSON === '1') process.stdout.write(`${JSON.stringify(record)}\n`);
  else process.stdout.write(`${describe(record)}\n`);
}

const figure = (value) => (value >= 100 ? Math.round(value).toString() : value.toPrecision(3));

export const cells = ({ what, ours, reference, against, unit, ratio, wanted, leftOut: why }) =>
  why === undefined
    ? [what, `${figure(ours)} ${unit}`, `${figure(reference)} ${unit}`, against, ratio.toFixed(2), wanted ?? '']
    : [what, '', '', `left out: ${why}`, '', ''];

const describe = (record) =>
  cells(record)
    .filter((cell) => cell !== '')
    .join('  ');

/** Whether a row is as wanted; true where nothing is. */
export function holds({ ratio, wanted }) {
  if (wanted === undefined) return true;
  const [, sign, limit] = /^(>=|<=|<|>) ([\d.]+)$/.exec(wanted);
  const bound = Number(limit);
  return { '>=': ratio >= bound, '<=': ratio <= bound, '<': ratio < bound, '>': ratio > bound }[sign];
}
