import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/io.js';
import {
  callBackUserOption,
  ntHashOption,
  oneUserOption,
  passwordOption,
  secretSeedOption,
  userOption,
} from '../../../src/cli/options.js';
import { askForSecret, type SecretTerminal } from '../../../src/cli/prompt.js';
import { doubtsAbout } from '../../../src/cli/serve/accounts.js';
import { parseAccount, type Secret } from '../../../src/security/index.js';

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file that its owner alone can read, unless told otherwise. */
function fileOf(content: string, mode = 0o600): string {
  const path = join(folder, `secret-${mode}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** What an option makes of what follows it. */
const given = (option: Option, ...texts: string[]): unknown =>
  Object.values(
    new Command()
      .exitOverride()
      .addOption(option)
      .parse(
        texts.flatMap((text) => [option.long as string, text]),
        { from: 'user' },
      )
      .opts(),
  )[0];

const LM = 'aad3b435b51404eeaad3b435b51404ee';
const NT = '8846f7eaee8fb117ad06bdd830b7586c';

describe('a secret', () => {
  process.env.HARNESS_TEST_SECRET = 'LAB\\op:of:env';
  process.env.HARNESS_TEST_PASSWORD = 'p:w';

  test.each([
    ['the command line', 'LAB\\op:se:cret', { domain: 'LAB', user: 'op', password: 'se:cret' }],
    ['the environment', 'env:HARNESS_TEST_SECRET', { domain: 'LAB', user: 'op', password: 'of:env' }],
    ['a name and the environment', 'LAB\\op:env:HARNESS_TEST_PASSWORD', { domain: 'LAB', user: 'op', password: 'p:w' }],
    ['hashes', `LAB\\op:${LM}:${NT}`, { domain: 'LAB', user: 'op', ntHash: NT }],
  ])('of an account comes from %s', (_, text, account) => {
    expect(given(userOption(''), text)).toEqual([account]);
    expect(given(oneUserOption(''), text)).toEqual(account);
    expect(given(callBackUserOption(), text)).toEqual(account);
  });

  test('of accounts comes from a file, one a line', () => {
    const file = `file:${fileOf('LAB\\op:secret\nLAB\\other: with blanks \r\n\n')}`;
    expect(given(userOption(''), file, 'LAB\\third:x')).toEqual([
      { domain: 'LAB', user: 'op', password: 'secret' },
      { domain: 'LAB', user: 'other', password: ' with blanks ' },
      { domain: 'LAB', user: 'third', password: 'x' },
    ]);
    expect(() => given(oneUserOption(''), file)).toThrow(/has more than one account$/);
  });

  test('of an account may be a file by itself, and stays as it is where the account comes from a file', () => {
    expect(given(userOption(''), `LAB\\op:file:${fileOf('env:literal\n')}`)).toEqual([
      { domain: 'LAB', user: 'op', password: 'env:literal' },
    ]);
    expect(given(userOption(''), `file:${fileOf('LAB\\op:env:literal\n')}`)).toEqual([
      { domain: 'LAB', user: 'op', password: 'env:literal' },
    ]);
    expect(() => given(userOption(''), 'LAB\\op:env:HARNESS_TEST_NOTHING')).toThrow(
      new UsageError('--user: the environment has no HARNESS_TEST_NOTHING'),
    );
  });

  test('of a capture is a password or a hash, from a file too', () => {
    expect(given(passwordOption(), 'one', `file:${fileOf('two\nthree\n')}`)).toEqual(['one', 'two', 'three']);
    for (const text of [NT, `${LM}:${NT}`, `file:${fileOf(`${NT}\n`)}`]) {
      const [secret] = given(ntHashOption(), text) as [Secret];
      expect(Buffer.from(secret.ntHash).toString('hex')).toBe(NT);
    }
  });

  test('of pseudonyms is a seed from the environment or a file, and is one alone', () => {
    expect(given(secretSeedOption(''), 'env:HARNESS_TEST_SECRET')).toBe('LAB\\op:of:env');
    expect(given(secretSeedOption(''), `file:${fileOf('of a file\n')}`)).toBe('of a file');
    expect(given(secretSeedOption(''), 'a text')).toBe('a text');
    expect(() => given(secretSeedOption(''), `file:${fileOf('one\ntwo\n')}`)).toThrow(
      /^--seed: .* has more than one line$/,
    );
  });

  test.skipIf(process.platform === 'win32')('of a file that others can read is refused', () => {
    for (const mode of [0o640, 0o604, 0o620]) {
      const path = fileOf('secret', mode);
      expect(() => given(passwordOption(), `file:${path}`)).toThrow(
        new UsageError(`--password: others can read ${path}; chmod 600 ${path}`),
      );
    }
  });

  test.each([
    ['env:HARNESS_TEST_NOTHING', '--password: the environment has no HARNESS_TEST_NOTHING'],
    ['file:/nowhere/at/all', '--password: cannot read /nowhere/at/all: no such file or directory'],
  ])('that is not at %s is said in one line', (text, says) => {
    expect(() => given(passwordOption(), text)).toThrow(new UsageError(says));
  });

  test('that is not written as it should be is not repeated, wherever it comes from', () => {
    process.env.HARNESS_TEST_BAD = '\\:abad1dea';
    for (const text of ['env:HARNESS_TEST_BAD', `file:${fileOf('\\:abad1dea')}`, '\\:abad1dea', 'abad1dea'])
      for (const option of [userOption(''), oneUserOption(''), callBackUserOption(), ntHashOption()])
        expect(() => given(option, text)).toThrow(/^--[-a-z]+: expected (?!.*abad1dea)/);
  });
});

/** A person who strikes these keys. */
function person(keys: string) {
  const shown: string[] = [];
  const rest = [...keys];
  const terminal: SecretTerminal & { closed: boolean } = {
    closed: false,
    key: () => rest.shift(),
    show: (text) => void shown.push(text),
    close() {
      terminal.closed = true;
    },
  };
  return { shown, terminal };
}

describe('a password that is asked for', () => {
  test.each([
    ['is what is struck', 'secret\r', 'secret'],
    ['may be mended', 'sexx\u007f\u007fcret\r', 'secret'],
    ['may have any letters', 'p\u00e4\u00df😀\n', 'päß😀'],
  ])('%s, and is not shown', (_, keys, password) => {
    const { shown, terminal } = person(keys);
    expect(askForSecret('--user', 'password of LAB\\op', () => terminal)).toBe(password);
    expect(shown).toEqual(['password of LAB\\op: ', '\r\n']);
    expect(terminal.closed).toBe(true);
  });

  test.each([
    ['Ctrl-C', 'sec\u0003'],
    ['the end', 'sec'],
  ])('is none after %s, and the terminal is as it was', (_, keys) => {
    const { terminal } = person(keys);
    expect(() => askForSecret('--user', 'password', () => terminal)).toThrow(
      new UsageError('--user: no password was given'),
    );
    expect(terminal.closed).toBe(true);
  });

  test('has to come from elsewhere where there is no terminal', () => {
    expect(() => askForSecret('--user', 'password of op', () => undefined)).toThrow(
      /^--user: expected 'DOMAIN\\user:password'; there is no terminal to ask for the password$/,
    );
  });
});

describe('what is said of an account at the start', () => {
  test.each([
    ['LAB\\op:secret', []],
    ['LABop:secret', [/^LABop has no domain; without quotes a shell takes the \\ /]],
    ['LAB\\op:', [/has an empty password/]],
    ['op@lab.example:secret', [/is taken for user@realm$/]],
    ['LAB/op:secret@10.0.0.1', [/^the password of LAB\\op has an @ in it/]],
    [`LAB\\op:${LM}:${NT}`, []],
  ])('%s', (text, doubts) => {
    const said = doubtsAbout(parseAccount(text));
    expect(said).toEqual(doubts.map((doubt) => expect.stringMatching(doubt)));
    expect(said.join()).not.toContain('secret');
  });
});
