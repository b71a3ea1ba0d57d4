// Rows a second of a query of 10,000 instances at this project's server: by the smart enumerator and by Next, of this
// project's client, of impacket's (by Next: what a smart enumerator gives it does not read) and of aiowmi's (by smart
// enumerator); and the server's heap while a client reads such a query slowly.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DcomClient } from '../dist/client/dcom-client.js';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import { WmiNamespace } from '../dist/client/wmi.js';
import { Secret } from '../dist/security/index.js';
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { ACCOUNT } from './peers/account.mjs';
import { wmiServer } from './peers/servers.mjs';

const PYTHON = '/usr/bin/python3';
/** `scripts/peers.sh` puts it there. */
const AIOWMI = join(import.meta.dirname, '../.peers/aiowmi/bin/python');
const PEERS = join(import.meta.dirname, 'peers');
const QUERY = 'SELECT * FROM Bench_Row';
const ROUNDS = 3;
/** Both take a call a row; a part of them is enough to know their speed. */
const PEER_ROWS = 500;
/** More a server may not grow by for one query that is read slowly: 10,000 made rows would be some 20 MiB. */
const HELD_LIMIT = 4 * 1024 * 1024;

async function connected({ host, port }) {
  const client = new DcomClient({
    host,
    port,
    profile: CLIENT_PROFILES.impacket,
    level: 5,
    credentials: { domain: ACCOUNT.domain, user: ACCOUNT.user, secret: Secret.password(ACCOUNT.password) },
  });
  return { client, wmi: await WmiNamespace.connect(client, { namespace: 'root\\bench' }) };
}

async function rows(wmi, options) {
  let count = 0;
  for await (const _ of wmi.query(QUERY, options)) count++;
  return count;
}

const peerRows = (python, script, { host }) =>
  Number(
    execFileSync(python, [join(PEERS, script), host, String(PEER_ROWS), ACCOUNT.domain, ACCOUNT.user, QUERY], {
      input: `${ACCOUNT.password}\n`,
    }),
  );

const root = process.getuid?.() === 0;
const server = await wmiServer(root ? '127.0.0.54:135' : '127.0.0.1:0');
try {
  const { client, wmi } = await connected(server);
  const medians = await inTurns(ROUNDS, {
    smart: () => rate(() => rows(wmi, { smart: true })),
    next: () => rate(() => rows(wmi, {})),
    single: () => rate(() => rows(wmi, { page: 1 })),
    singleSmart: () => rate(() => rows(wmi, { smart: true, page: 1 })),
  });
  row({
    what: 'rows of 10,000 instances, pages of 100: smart enumerator',
    ours: medians.smart,
    reference: medians.next,
    against: 'Next',
    unit: 'rows/s',
    wanted: '>= 1',
  });
  const impacket = root && spawnSync(PYTHON, ['-c', 'import impacket']).status === 0;
  if (impacket)
    row({
      what: 'rows by Next, one a call',
      ours: medians.single,
      reference: peerRows(PYTHON, 'impacket_rows.py', server),
      against: "impacket's client",
      unit: 'rows/s',
      wanted: '>= 1',
    });
  else leftOut('rows by Next, one a call', 'impacket needs root, for port 135, and python3-impacket');

  if (root && existsSync(AIOWMI))
    row({
      what: 'rows by smart enumerator, one a call',
      ours: medians.singleSmart,
      reference: peerRows(AIOWMI, 'aiowmi_rows.py', server),
      against: "aiowmi's client",
      unit: 'rows/s',
      wanted: '>= 1',
    });
  else leftOut('rows by smart enumerator, one a call', 'aiowmi needs root, for port 135, and scripts/peers.sh');

  const before = await server.heap();
  let [held, read] = [0, 0];
  for await (const _ of wmi.query(QUERY, { page: 10 }))
    if (read++ % 1_000 === 0) held = Math.max(held, (await server.heap()) - before);
  row({
    what: 'heap of the server for a query that is read slowly',
    ours: held / 1024,
    reference: HELD_LIMIT / 1024,
    against: 'the limit',
    unit: 'KiB',
    wanted: '< 1',
  });
  await wmi.close();
  await client.close();
} finally {
  await server.stop();
}
