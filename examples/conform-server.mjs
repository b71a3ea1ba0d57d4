// The conformance suite for a server, from a program: `node examples/conform-server.mjs`.
// Here the target is the simulated server of this package; put your own server's address in its place.
import { conformResults, expectationsOf, Secret, serverSuite, startServer } from 'dcom-harness';

await using_(await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:secret'] }), async (server) => {
  const { results, verdict } = await serverSuite({
    host: server.address.address,
    port: server.address.port,
    credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
    only: ['rpce/bind', 'rpce/3.3.3.5.2', 'hardening/refused', 'hardening/accepted'],
    seed: 1,
  });

  // What is known to fail of this server, and why.
  const expectations = expectationsOf({ 'rpce/3.3.3.5.2/falling-call-id': 'clients of ours count so' });
  const judged = conformResults(results, { expectations, strict: true });
  const failed = judged.filter(({ outcome }) => outcome === 'fail');
  for (const { id, section, expected, actual } of failed)
    console.log(`${id} (${section}): expected ${expected}; got ${actual}`);
  console.log(`${judged.length - failed.length} of ${judged.length} as expected; ${verdict?.verdict}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
});

/** Closes what was opened, whatever happens; with `await using`, newer programs need no such function. */
async function using_(resource, use) {
  try {
    await use(resource);
  } finally {
    await resource.close();
  }
}
