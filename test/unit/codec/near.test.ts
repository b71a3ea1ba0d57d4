import { expect, test } from 'vitest';
import { didYouMean } from '../../../src/codec/near.js';

const KNOWN = ['MMC20.Application', 'WbemLevel1Login (WMI)', 'auth_level'];

test.each([
  ['mmc20.aplication', 'MMC20.Application'],
  ['wmi', 'WbemLevel1Login (WMI)'],
  ['level', 'auth_level'],
])('%s is nearly, or is a word of, %s', (name, near) => {
  expect(didYouMean(name, KNOWN)).toBe(`; did you mean ${near}?`);
});

test.each(['', 'app', 'excel'])("nothing is near '%s'", (name) => {
  expect(didYouMean(name, KNOWN)).toBe('');
});
