import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expectationsOf, unusedExpectations } from '../../../src/conform/core/index.js';
import { serverChecks } from '../../../src/conform/server/suite.js';
import { conformResults } from '../../../src/report/conform/results.js';
import { RPC_PROFILES, type RpcProfileName } from '../../../src/rpc/index.js';
import { suiteAgainst } from '../../support/server-suite.js';

const folder = join(import.meta.dirname, '../../../conform/expectations');
const PROFILES = Object.keys(RPC_PROFILES) as RpcProfileName[];

describe('the expectations of the profiles of the simulated server', () => {
  test.each(PROFILES)('%s: what fails is expected to, and what is expected to fail fails', async (profile) => {
    const expectations = expectationsOf(parse(readFileSync(join(folder, `simulated-${profile}.yaml`), 'utf8')));
    const ids = serverChecks.map(({ id }) => id);
    expect(unusedExpectations(expectations, ids)).toEqual([]);
    // Of the topics in which profiles differ; that the default does everything is tested elsewhere.
    const only = [...Object.keys(expectations), ...TOPICS];
    const { results } = await suiteAgainst({ profile }, { only });
    const judged = conformResults(results, { expectations, strict: true });
    const wrong = judged.filter(({ outcome }) => outcome === 'fail');
    expect(wrong.map(({ id, actual, reason }) => ({ id, actual, reason }))).toEqual([]);
    expect(
      judged
        .filter(({ outcome }) => outcome === 'xfail')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(Object.keys(expectations).sort());
  });
});

const TOPICS = [
  'rpce/2.2.1.1.8',
  'rpce/2.2.2.6',
  'rpce/3.3.1.5.3',
  'rpce/3.3.3.5.2',
  'rpce/3.3.1.5.6',
  'rpce/requests',
];
