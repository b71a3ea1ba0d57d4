import { describe, expect, test } from 'vitest';
import { CLIENT_CHECKS } from '../../../src/conform/client/checks.js';
import type { ClientSuiteReport } from '../../../src/conform/client/suite.js';
import { suiteWithOwnClient } from '../../support/own-client.js';

const notPassed = ({ results }: ClientSuiteReport) =>
  results.flatMap(({ id, outcome }) => (outcome.outcome === 'passed' ? [] : [{ id, ...outcome }]));

describe('the client suite', () => {
  test("this project's client passes all of it under its default profile", async () => {
    const report = await suiteWithOwnClient();
    const lacks = Object.entries(report.facts).filter(([, fact]) => fact !== true);
    expect(lacks).toEqual([['sealing', 'the client does not seal its activation']]);
    expect(report.endTells).toBe(true);
    expect(notPassed(report)).toEqual([]);
    expect(report.results).toHaveLength(CLIENT_CHECKS.length + 2);
  }, 120_000);

  test('has at least 80 checks, each with an id that names its section', () => {
    expect(CLIENT_CHECKS.length).toBeGreaterThanOrEqual(80);
    for (const { id, section, requirement, stimulus } of CLIENT_CHECKS) {
      expect(section).toMatch(/^(\[MS-[A-Z]+\] \d|C706 \d|KB5004442)/);
      expect(requirement).toMatch(/^[A-Z].*\.$/);
      expect(stimulus).not.toBe('');
      const [, named = ''] = id.split('/');
      if (/^\d/.test(named)) expect(section, id).toContain(named);
    }
  });
});
