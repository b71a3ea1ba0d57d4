import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientChecks } from '../../../src/conform/client/suite.js';
import { serverChecks } from '../../../src/conform/server/suite.js';
import { MUTANTS, mutatedSource } from '../../mutants/mutants.mjs';
import { type Tried, tryMutants } from '../../mutants/trials.mjs';

const dist = new URL('../../../dist/', import.meta.url);
const called = ({ suite, id }: { suite: string; id: string }) => `${suite} ${id}`;
const of = (wanted: string) => MUTANTS.filter(({ suite }) => suite === wanted);

describe('the deliberate defects', () => {
  test('are at least 80 of the server and 30 of the client, each with a name of its own', () => {
    expect(of('server').length).toBeGreaterThanOrEqual(80);
    expect(of('client').length).toBeGreaterThanOrEqual(30);
    expect(new Set(MUTANTS.map(called)).size).toBe(MUTANTS.length);
  });

  test('each replaces something that stands exactly once in the built program', async () => {
    for (const mutant of MUTANTS)
      expect(mutatedSource(await readFile(new URL(mutant.file, dist), 'utf8'), mutant)).not.toBe('');
  });

  test('each names checks that exist', () => {
    const known = new Set([...serverChecks, ...clientChecks].map(({ id }) => id));
    const unknown = MUTANTS.flatMap(({ id, checks }) =>
      checks.filter((check) => !known.has(check) && !check.startsWith('sanity/')).map((check) => `${id}: ${check}`),
    );
    expect(unknown).toEqual([]);
    expect(MUTANTS.filter(({ checks }) => checks.length === 0).map(called)).toEqual([]);
  });
});

describe('the suites', () => {
  let tried: Awaited<ReturnType<typeof tryMutants>>;
  beforeAll(async () => {
    tried = await tryMutants();
  }, 600_000);

  test('find nothing in the program as it is', () => {
    expect(tried.control.map(({ suite, failed, error }) => ({ suite, failed, error }))).toEqual([
      { suite: 'server', failed: [], error: undefined },
      { suite: 'client', failed: [], error: undefined },
    ]);
  });

  test('find every one of the defects', () => {
    const survivors = tried.mutants.filter(({ caught }) => caught.length === 0);
    expect(survivors.map((each) => `${called(each)}: ${each.defect}${each.error ? ` (${each.error})` : ''}`)).toEqual(
      [],
    );
  });

  test('say which part of the hardening is missing where one is', () => {
    const verdictWith = (wanted: string): Tried['verdict'] => tried.mutants.find(({ id }) => id === wanted)?.verdict;
    expect(verdictWith('hardening/remote-activation-open')).toMatchObject({
      verdict: 'partly hardened',
      text: expect.stringContaining(
        'activations below PKT_INTEGRITY are accepted (refused/remote-activation-connect-ntlm',
      ),
    });
    const tampered = verdictWith('auth/skips-signature-of-last-fragment');
    expect(tampered).toMatchObject({
      verdict: 'partly hardened',
      text: expect.stringContaining('Missing: activations are accepted that were changed on the way (tampered/'),
    });
    expect(tampered?.missing.filter((id) => !id.startsWith('hardening/tampered/'))).toEqual([]);
  });
});
