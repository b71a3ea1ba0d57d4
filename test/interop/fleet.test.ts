import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.js';
import { torn } from '../support/fleet.js';
import { installedPeer } from '../support/installed-peers.js';
import { peer } from '../support/peers.js';
import { shippedPath } from '../support/shipped.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const HARNESS = `${process.execPath} ${join(ROOT, 'dist/cli/main.js')}`;
const parallel = peer('parallel');
const duckdb = installedPeer('duckdb', 'bin', 'python');
/** Half a gigabyte, which not every machine has: `WITH_SPARK=1 scripts/peers.sh` installs it. */
const spark = join(ROOT, '.peers/spark/bin/python');

let folder = '';
let captures = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  captures = join(folder, 'captures');
  await torn(captures);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { ...process.env, HARNESS, NO_COLOR: '1' };

describe('an engine gives what one process gives', () => {
  test.skipIf(parallel.skip)('GNU parallel', async () => {
    const one = await cli(['audit', captures, '--json']);
    const script = join(ROOT, 'examples/fleet/parallel.sh');
    const { stdout } = await run(script, [captures, '--json'], { env }).catch((error) => error);
    expect(stdout).toBe(one.stdout);
  });

  test.skipIf(parallel.skip)(
    'GNU parallel, where a worker is killed before it writes: no success, and its unit is named',
    async () => {
      const quiet = join(folder, 'quiet');
      mkdirSync(quiet);
      for (const name of ['kept.pcapng', 'lost.pcapng'])
        copyFileSync(shippedPath('activation-at-pkt-integrity.pcapng'), join(quiet, name));
      const killed = join(folder, 'killed.sh');
      const worker = `unit=$(cat); case $unit in *lost*) kill -9 $$;; esac; echo "$unit" | exec ${HARNESS} "$@"`;
      writeFileSync(killed, `case "$*" in *--units*) ${worker};; *) exec ${HARNESS} "$@";; esac`);
      const script = join(ROOT, 'examples/fleet/parallel.sh');
      const ended = run(script, [quiet], { env: { ...env, HARNESS: `sh ${killed}` } });
      await expect(ended).rejects.toMatchObject({
        code: 2,
        stdout: expect.stringContaining('0 of 1 activation would be refused'),
        stderr: expect.stringContaining('lost.pcapng is in the plan, and in no partial audit'),
      });
    },
  );

  test.skipIf(!existsSync(spark))('Apache Spark', async () => {
    const one = await cli(['audit', captures, '--json']);
    const [plan, partial] = [join(folder, 'spark.plan'), join(folder, 'spark.partial')];
    writeFileSync(plan, (await cli(['audit', 'plan', captures])).stdout);
    await run(spark, [join(ROOT, 'examples/fleet/spark.py'), plan, partial], {
      env: { ...env, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_SUBMIT_ARGS: '--master local[2] pyspark-shell' },
    });
    expect((await cli(['audit', 'merge', '--plan', plan, partial, '--json'])).stdout).toBe(one.stdout);
  });
});

const QUERY = `import duckdb, json, sys
for query in json.load(sys.stdin):
    print(json.dumps(duckdb.sql(query).fetchall(), default=str))
`;

test.skipIf(duckdb.skip)('DuckDB answers the three questions of docs/fleet.md', async () => {
  const parquet = join(folder, 'audit.parquet');
  const { stdout: records } = await cli(['audit', captures, '--parquet', parquet, '--json']);
  const text = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8');
  const questions = [...text.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql]) => sql as string);
  const count = `SELECT count(*) FROM 'audit.parquet'`;
  // The same servers by IPv6, whose addresses have colons of their own.
  const ipv6 = `(SELECT * REPLACE (regexp_replace(server, '.*\\.(.*):', '[fe80::\\1]:') AS server) FROM '${parquet}')`;
  const asked = [
    ...[...questions, count].map((sql) => sql.replace("'audit.parquet'", `'${parquet}'`)),
    (questions[1] as string).replace("'audit.parquet'", ipv6),
  ];
  const answered = run(duckdb.required(), ['-c', QUERY]);
  answered.child.stdin?.end(JSON.stringify(asked));
  const [who, servers, weak, rows, byIpv6] = (await answered).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(who).toEqual([['LAB\\op', 'MMC20.Application', 2, 3, 4]]);
  expect(servers.map(([host, , , refused]: unknown[]) => [host, refused])).toEqual([
    ['10.0.0.10', 2],
    ['10.0.0.5', 1],
    ['10.0.0.66', 1],
  ]);
  expect(byIpv6.map(([host]: unknown[]) => host)).toEqual(['[fe80::10]', '[fe80::5]', '[fe80::66]']);
  expect(weak[0].slice(0, 4)).toEqual(['relay', 'LAB\\op', expect.any(String), expect.any(Number)]);
  // Of the records, all but the last, which says what was understood.
  expect(rows).toEqual([[records.trimEnd().split('\n').length - 1]]);
});
