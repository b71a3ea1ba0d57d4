// The client suite in a vendor's own tests, a test for each check: npx vitest run examples/conform-client.test.mjs
import { clientSuite, conformResults } from 'dcom-harness';
import { expect, test } from 'vitest';
import { useObject } from './my-client.mjs';

const { results } = await clientSuite({
  // Called once for nearly every check, with { address, port, domain, user, password, check }. It rejects where the
  // client fails: a client that takes a forged answer for a success is found by that.
  client: useObject,
  // A free port; clients that insist on 135 leave it out, and run as root.
  port: 0,
  addresses: ['127.0.0.1', '127.0.0.2'],
  // Two topics, to be quick: leave it out for all checks.
  only: ['kb5004442', 'rpce/3.3.1.5.2.2'],
});

// What is known to fail, and why; `strict` has recommendations count too.
const judged = conformResults(results, { expectations: {}, strict: true });

test.each(judged)('$id: $title', ({ outcome, actual, pdus }) => {
  expect(outcome, [actual, ...pdus].join('\n')).not.toBe('fail');
});
