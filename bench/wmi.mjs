// Rows a second of a query of 10,000 instances: by the smart enumerator and by Next, of this project's client and of
// impacket's, at this project's server; and the server's heap while a client that reads slowly holds such a query.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DcomClient } from '../dist/client/dcom-client.js';
import { CLIENT_PROFILES } from '../dist/client/profiles.js';
import { WmiNamespace } from '../dist/client/wmi.js';
import { Secret } from '../dist/security/index.js';
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { ACCOUNT } from './peers/account.mjs';
import { wmiServer } from './peers/servers.mjs';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'peers/impacket_rows.py');
const QUERY = 'SELECT * FROM Bench_Row';
const ROUNDS = 3;
/** impacket takes a call a row; a part of them is enough to know its speed. */
const IMPACKET_ROWS = 500;
/** More a server may not grow by for one query that nobody reads on: 10,000 made rows would be some 20 MiB. */
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

const impacketRows = ({ host }) =>
  Number(
    execFileSync(PYTHON, [SCRIPT, host, String(IMPACKET_ROWS), ACCOUNT.domain, ACCOUNT.user, QUERY], {
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
      reference: impacketRows(server),
      against: "impacket's client",
      unit: 'rows/s',
      wanted: '>= 1',
    });
  else leftOut('rows by Next, one a call', 'impacket needs root, for port 135, and python3-impacket');

  const before = await server.heap();
  const slow = wmi.query(QUERY, { page: 10 });
  await slow.next();
  const held = (await server.heap()) - before;
  await slow.return();
  row({
    what: 'heap of the server for a query that is read slowly',
    ours: Math.max(held, 0) / 1024,
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
