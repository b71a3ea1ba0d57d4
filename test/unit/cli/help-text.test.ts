import { expect, test } from 'vitest';
import { helpText } from '../../../src/cli/help-text.js';

const EXAMPLE = '  dcom-harness activate 127.0.0.2 --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889';

test('the sentences of a help text fill lines of the width, and what is indented can be copied', () => {
  expect(helpText(`\nEnds with 1 where anything is\nrefused, with 0 else.\n\nExamples:\n${EXAMPLE}\n`, 40)).toBe(
    `\nEnds with 1 where anything is refused,\nwith 0 else.\n\nExamples:\n${EXAMPLE}\n`,
  );
});

test('a list of terms has one column for them, and its meanings are broken within their own', () => {
  const text =
    '\nKeys:\n  src  the sender\n  kerberos-renamed  one two three four five six seven eight nine ten\n\n  dcom-harness relay  x';
  expect(helpText(text, 60)).toBe(
    [
      '',
      'Keys:',
      '  src               the sender',
      '  kerberos-renamed  one two three four five six seven eight',
      '                    nine ten',
      '',
      '  dcom-harness relay  x',
    ].join('\n'),
  );
});
