import { describe, expect, test } from 'vitest';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { CLIENT_CHECKS } from '../../../src/conform/client/checks.js';
import type { ClientSuiteReport } from '../../../src/conform/client/suite.js';
import { suiteWithOwnClient } from '../../support/own-client.js';

const notPassed = ({ results }: ClientSuiteReport) =>
  results.flatMap(({ id, outcome }) => (outcome.outcome === 'passed' ? [] : [{ id, ...outcome }]));

/** It signs headers, and seals only where it is told to. */
const NOT_OF_THE_DEFAULT = [
  ['rpce/2.2.2.13/verification-trailer', 'the client signs the headers of its requests'],
  ['rpce/3.3.1.5.2.2/no-confidentiality', 'the client does not seal its activation'],
].map(([id, reason]) => ({ id, outcome: 'not applicable', reason }));

describe('the client suite', () => {
  test("this project's client passes all of it under its default profile", async () => {
    const report = await suiteWithOwnClient();
    const lacks = Object.entries(report.facts).filter(([, fact]) => fact !== true);
    expect(lacks).toEqual([['sealing', 'the client does not seal its activation']]);
    expect(report.endTells).toBe(true);
    expect(notPassed(report)).toEqual(NOT_OF_THE_DEFAULT);
    expect(report.results).toHaveLength(CLIENT_CHECKS.length + 2);
  }, 120_000);

  test('a client that seals passes what needs that', async () => {
    const seals = { ...CLIENT_PROFILES['windows-2023-03'], activationLevel: () => 6, objectLevel: () => 6 };
    const only = ['rpce/3.3.1.5.2.2', 'rpce/2.2.2.11', 'c706/12.6.2'];
    const report = await suiteWithOwnClient({ only }, seals);
    expect(report.facts.sealing).toBe(true);
    expect(notPassed(report)).toEqual([]);
  }, 120_000);

  test('has at least 80 checks, each with an id that names its section', () => {
    expect(CLIENT_CHECKS.length).toBeGreaterThanOrEqual(80);
    for (const { id, section, requirement, stimulus } of CLIENT_CHECKS) {
      expect(section).toMatch(/^(\[MS-[A-Z]+\] \d|C706 \d|RFC 4178 \d|KB5004442)/);
      expect(requirement).toMatch(/^[A-Z].*\.$/);
      expect(stimulus).not.toBe('');
      const [, named = ''] = id.split('/');
      if (/^\d/.test(named)) expect(section, id).toContain(named);
    }
  });
});
