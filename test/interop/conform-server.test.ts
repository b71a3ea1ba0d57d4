import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CheckResult, expectationsOf, expectedToFail } from '../../src/conform/core/index.js';
import { matchesId } from '../../src/conform/core/selection.js';
import { serverSuite } from '../../src/conform/server/suite.js';
import { impacket } from '../support/impacket.js';
import { port135 } from '../support/peers.js';
import { credentials } from '../support/samba-client.js';
import { SambaDc, samba, sambaTool } from '../support/samba-dc.js';

const EXPECTATIONS = join(import.meta.dirname, '../../conform/expectations');

/** What a run says beside its expectations: failures that nobody expects, and expectations that nothing fails by. */
function surprises(file: string, results: readonly CheckResult[]) {
  const expectations = expectationsOf(parse(readFileSync(join(EXPECTATIONS, file), 'utf8')));
  const failed = results.filter(({ outcome }) => outcome.outcome === 'failed' || outcome.outcome === 'error');
  return {
    failing: failed
      .filter(({ id }) => expectedToFail(expectations, id) === undefined)
      .map(({ id, outcome }) => ({ id, ...outcome })),
    passing: results
      .filter(({ id, outcome }) => outcome.outcome === 'passed' && expectedToFail(expectations, id) !== undefined)
      .map(({ id }) => id),
    unused: Object.keys(expectations).filter((pattern) => !failed.some(({ id }) => matchesId(pattern, id))),
  };
}

const NONE = { failing: [], passing: [], unused: [] };
const passed = (results: readonly CheckResult[]): number =>
  results.filter(({ outcome }) => outcome.outcome === 'passed').length;

const missing = [samba, sambaTool, port135()].some(({ skip }) => skip);

describe.skipIf(missing)("the server suite, with Samba's AD DC as its target", () => {
  test('fails what the expectations say, and nothing else', async () => {
    const dc = await SambaDc.start('127.0.0.42');
    try {
      const { results, facts, verdict } = await serverSuite({
        host: dc.address,
        credentials: credentials(),
        seed: 1,
        patience: 2_000,
      });
      expect(surprises('samba-4.17-ad-dc.yaml', results)).toEqual(NONE);
      expect(passed(results)).toBeGreaterThan(150);
      expect(facts).toMatchObject({ epm: true, mgmt: true, ntlm: true, spnego: true, activator: expect.any(String) });
      expect(verdict).toMatchObject({ verdict: 'cannot tell' });
    } finally {
      await dc.stop();
    }
  });
});

/** It reads on for ever once a connection ends within a PDU. */
const HANGS = ['rpce/bind/big-endian', 'rpce/3.3.3.5.4/more-than-4-mib', 'rpce/requests/no-rpc-at-all'];

describe.skipIf(impacket.skip)("the server suite, with impacket's DCERPCServer as its target", () => {
  const started = async () => {
    const script = join(import.meta.dirname, '../support/impacket_server.py');
    const child = spawn(impacket.required(), [script, '127.0.0.1'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, port: Number(line.toString()) };
  };

  test('fails what the expectations say, and nothing else', async () => {
    const { child, port } = await started();
    try {
      const { results } = await serverSuite({ host: '127.0.0.1', port, seed: 1, patience: 1_000, skip: HANGS });
      expect(surprises('impacket-0.10-dcerpc-server.yaml', results)).toEqual(NONE);
      expect(passed(results)).toBeGreaterThan(25);
    } finally {
      child.kill();
    }
  });

  test('a target that hangs in the middle ends the run, which says since when', async () => {
    const { child, port } = await started();
    try {
      const only = ['rpce/bind'];
      const { results } = await serverSuite({ host: '127.0.0.1', port, seed: 1, patience: 300, only });
      const hung = results.findIndex(({ id }) => id === 'rpce/bind/big-endian');
      expect(results[hung]?.outcome.outcome).toBe('failed');
      const reason = 'the target has not answered since rpce/bind/big-endian';
      for (const { outcome } of results.slice(hung + 1)) expect(outcome).toEqual({ outcome: 'not run', reason });
    } finally {
      child.kill('SIGKILL');
    }
  });
});
