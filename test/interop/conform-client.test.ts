import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ClientUnderTest, clientSuite, conformResults, expectationsOf } from '../../src/index.js';
import { installedPeer } from '../support/installed-peers.js';
import { lineClient } from '../support/line-client.js';
import { port135 } from '../support/peers.js';

const folder = join(import.meta.dirname, 'conform');
const atPort135 = port135();

/** What they wait for without end, so that the time limit would decide: most when their connection has ended. */
const WAITS_FOR_EVER = {
  impacket: ['c706/12.6.2/no-last-fragment', 'rpce/3.3.2.7.1', 'c706/14.1', 'c706/12.6.4.11', 'c706/12.6.3.1'],
  aiowmi: [
    ...['c706/12.6.2/no-last-fragment', 'rpce/3.3.2.7.1', 'c706/14.1', 'c706/12.6.4.11', 'c706/12.6.3.1'],
    ...['c706/12.6.2/fragment-of-another-call', 'rpce/3.3.2.5.2/other-call-id'],
  ],
  'node-dcom': ['dcom/2.2.19.3/dead-bindings-only', 'dcom/2.2.19.3/dead-port-first', 'c706/14.1'],
} as const;
/** How many octets a client reads at once is for the machine to decide, and none of these three takes one at a time. */
const BY_CHANCE = 'c706/12.6.2/octet-by-octet';

/** The checks of the client suite that do not come out as the peer's file says. */
async function surprises(name: keyof typeof WAITS_FOR_EVER, client: ClientUnderTest, addresses: readonly string[]) {
  const expectations = expectationsOf(parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')));
  const skip = [...WAITS_FOR_EVER[name], BY_CHANCE];
  const { results } = await clientSuite({ client, addresses, skip, limit: 60_000, seed: 1 });
  return conformResults(results, { expectations, strict: true }).flatMap(({ id, outcome, actual, reason }) =>
    outcome === 'fail' ? [{ id, actual, reason }] : [],
  );
}

const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends) end();
});

describe.skipIf(atPort135.skip)('real clients in the client suite, each failure known', () => {
  describe.each([
    ['impacket', ['127.0.1.2', '127.0.1.3']],
    ['aiowmi', ['127.0.1.4', '127.0.1.5']],
  ] as const)('%s, a WMI query', (name, addresses) => {
    const python = installedPeer(name, 'bin', 'python');
    test.skipIf(python.skip)('fails where its file says so', async () => {
      const command = [python.required(), join(folder, `${name}_client.py`)];
      const { client, end } = await lineClient(command, { atATime: addresses.length });
      ends.push(end);
      expect(await surprises(name, client, addresses)).toEqual([]);
    });
  });

  test('node-opc-da on node-dcom, the status of an OPC server, fails where its file says so', async () => {
    const command = [process.execPath, '--openssl-legacy-provider', join(folder, 'node_dcom_client.cjs')];
    const { client, end } = await lineClient(command, { atATime: 2 });
    ends.push(end);
    expect(await surprises('node-dcom', client, ['127.0.1.6', '127.0.1.7'])).toEqual([]);
  });
});
