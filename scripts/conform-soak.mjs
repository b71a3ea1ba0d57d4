// npm run conform:soak: runs the server suite again and again, each time with another seed, and says whether the verdicts
// are equal. Arguments: how many runs over the simulated network (500), and how many over sockets of 127.0.0.1 (5).
import { serverRun } from '../test/mutants/run-server.mjs';

const dist = new URL('../dist/', import.meta.url).href;
const from = (path) => import(dist + path);
const [simulated = 500, sockets = 5] = process.argv.slice(2).map(Number);

/** What a run says, without what may differ: octets, times, and the port of a socket. */
const verdictOf = (results) => JSON.stringify(results.map(({ id, outcome: { outcome } }) => ({ id, outcome })));

async function overSockets(seed) {
  const { serverSuite } = await from('conform/server/suite.js');
  const { startServer } = await from('server/server.js');
  const { Secret } = await from('security/index.js');
  const server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:secret'], classes: ['wmi'] });
  try {
    const { results } = await serverSuite({
      host: server.address.address,
      port: server.address.port,
      credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
      seed,
    });
    return results;
  } finally {
    await server.close();
  }
}

/** Runs so many times; says how many differ from the first, and in what. */
async function soak(name, runs, run) {
  const began = performance.now();
  let first;
  let different = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const results = await run(seed);
    const verdict = verdictOf(results);
    first ??= { verdict, results };
    if (verdict !== first.verdict) {
      different++;
      const before = new Map(first.results.map((each) => [each.id, each]));
      for (const each of results)
        if (verdictOf([each]) !== verdictOf([before.get(each.id)]))
          console.log(`${name}, run ${seed}: ${verdictOf([each])}, at first ${verdictOf([before.get(each.id)])}`);
    }
    if (seed % 10 === 0) process.stderr.write(`${name}: ${seed} of ${runs}\r`);
  }
  const seconds = (performance.now() - began) / 1000;
  const failed = first?.results.filter(({ outcome }) => ['failed', 'error'].includes(outcome.outcome)) ?? [];
  console.log(
    `${name}: ${runs} runs of ${first?.results.length ?? 0} checks, ${different} different, fails: ${failed.map(({ id }) => id).join(' ') || 'nothing'}, ${(seconds / Math.max(1, runs)).toFixed(2)} s a run`,
  );
  if (different > 0) process.exitCode = 1;
}

await soak('simulated', simulated, async (seed) => (await serverRun(from, [], seed)).results);
await soak('sockets', sockets, overSockets);
