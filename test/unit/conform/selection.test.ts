import { describe, expect, test } from 'vitest';
import { clientChecks } from '../../../src/conform/client/suite.js';
import { selected } from '../../../src/conform/core/index.js';
import { serverChecks } from '../../../src/conform/server/suite.js';

const idsOf = (checks: typeof clientChecks, only: string): string[] =>
  selected(checks, { only: [only] }).map(({ id }) => id);

describe('a selection of checks', () => {
  test.each(['hardening', 'kb5004442', 'KB5004442'])('%s is the hardening in both suites', (name) => {
    expect(idsOf(clientChecks, name)).toEqual(idsOf(clientChecks, 'kb5004442/*'));
    expect(idsOf(serverChecks, name)).toEqual(idsOf(serverChecks, 'hardening/*'));
    expect(idsOf(serverChecks, `${name}/refused`)).toEqual(idsOf(serverChecks, 'hardening/refused'));
  });

  test.each([
    ['hardning', 'no check has an id like hardning; did you mean hardening?'],
    ['hardening/refusd', 'no check has an id like hardening/refusd; did you mean hardening/refused?'],
    ['rpce/2.2.2.111', 'no check has an id like rpce/2.2.2.111; did you mean rpce/2.2.2.11?'],
  ])('that means none, %s, names what is near', (pattern, says) => {
    expect(() => selected(serverChecks, { only: [pattern] })).toThrow(says);
  });
});
