import { expect, test } from 'vitest';
import { hintAt } from '../../../src/cli/client.js';
import { faultOutcome, resultOutcome } from '../../../src/client/outcome.js';
import { Heard } from '../../support/heard.js';

const hints = (outcome: Parameters<typeof hintAt>[1], json = false): string[] => {
  const out = new Heard({ json });
  hintAt(out, outcome);
  return out.notes;
};

test.each([
  ['fault 5', faultOutcome(5), '5'],
  ['the result ERROR_ACCESS_DENIED', resultOutcome(5), '5'],
  ['E_ACCESSDENIED', resultOutcome(0x80070005), '0x80070005'],
  ['RPC_E_INVALID_HEADER', faultOutcome(0x80010111), '0x80010111'],
  ['WBEM_E_ACCESS_DENIED', resultOutcome(0x80041003), '0x80041003'],
])('after %s the command is named that tells what it can come from', (_name, outcome, code) => {
  expect(hints(outcome)).toEqual([`what that can mean: dcom-harness explain ${code}`]);
});

test('nothing is said of a code that has one meaning, and nothing to programs', () => {
  expect(hints(resultOutcome(0x80080005))).toEqual([]);
  expect(hints(resultOutcome(0x80070005), true)).toEqual([]);
});
