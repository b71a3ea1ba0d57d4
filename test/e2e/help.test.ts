import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';

const NAMES = COMMANDS.map(({ name }) => name);

describe('help', () => {
  test('names every command and what the exit codes mean', async () => {
    const { code, stdout, stderr } = await cli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of NAMES) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    expect(stdout).toMatch(/^Exit codes: 0 all as expected; 1 a check failed or something was refused; 2 bad\susage/m);
  });

  test.each(COMMANDS)(
    'of $name has its arguments, an example that begins with its name, and --json',
    async ({ name: command, takes }) => {
      const { code, stdout, stderr } = await cli([command, '--help']);
      expect(stdout.split('\n')[0]).toBe(`Usage: dcom-harness ${command} [options]${takes === '' ? '' : ` ${takes}`}`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Examples?:\n {2}dcom-harness ${command}`, 'm'));
      // The parts of these have options of their own.
      const part = { replay: 'activations', conform: 'server' }[command];
      const parts = part === undefined ? { stdout } : await cli([command, part, '--help']);
      expect(parts.stdout).toMatch(/^ +--json /m);
      // Examples are wider, to be copied.
      expect(linesOf(parts.stdout).filter((line) => line.length > 80 && !line.startsWith('  '))).toEqual([]);
    },
  );

  test('of a command is what `help` says of it', async () => {
    const [asked, option] = await Promise.all([cli(['help', 'decode']), cli(['decode', '--help'])]);
    expect(asked).toEqual(option);
  });

  test('of serve says which classes can be activated where --class names some', async () => {
    const { stdout } = await cli(['serve', '--help']);
    expect(stdout).toMatch(/for any\sclass, or those of --class alone/);
  });

  test('the README has a row for every command', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    for (const command of NAMES) expect(readme).toMatch(new RegExp(`^\\| \`${command}[ \`]`, 'm'));
  });

  test.each([
    ['an unknown command', ['frobnicate'], /^dcom-harness: unknown command 'frobnicate' \(try --help\)\n$/],
    [
      'an unknown option',
      ['decode', '--sumary'],
      /^dcom-harness: unknown option '--sumary' \(.+summary.+\) \(try --help\)\n$/,
    ],
    ['no command', [], /Usage: dcom-harness/],
  ])('%s ends with 2', async (_, args, says) => {
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  test.each([
    ['decode', ['decode', 'x.pcap', '--nthash', 'abad1dea-hash'], '--nthash: expected 32 hexadecimal digits'],
    ['activate', ['activate', 'h', '--user', '\\:abad1dea-user'], "--user: expected 'DOMAIN\\user:password'"],
    [
      'replay',
      ['replay', 'x.pcap', '--user', 'abad1dea-user'],
      "--user: expected 'DOMAIN\\user:password'; there is no terminal to ask for the password",
    ],
  ])('%s does not repeat a secret that is not written as it should be', async (_, args, says) => {
    expect(await cli(args)).toEqual({ code: 2, stdout: '', stderr: `dcom-harness: ${says}\n` });
  });

  test('--version is that of the package', async () => {
    const { code, stdout } = await cli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('explain', () => {
  test.each([
    ['5', /access_denied/i],
    ['0x80010111', /RPC_E_INVALID_HEADER/],
    ['-2147417839', /RPC_E_INVALID_HEADER/],
    ['nca_s_op_rng_error', /0x1c010002/i],
    ['10036', /10036/],
    ['10016', /not an event of the hardening/],
    ['Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))', /E_ACCESSDENIED \(0x80070005\)/],
  ])('%s', async (code, says) => {
    const [text, json] = await Promise.all([cli(['explain', code]), cli(['explain', code, '--json'])]);
    expect([text.code, json.code]).toEqual([0, 0]);
    expect(text.stdout).toMatch(says);
    expect(ndjsonLines(json.stdout)).toMatchObject([{ code, title: expect.any(String), lines: expect.any(Array) }]);
  });

  test('a code that nothing is known of ends with 2', async () => {
    const { code, stdout, stderr } = await cli(['explain', 'E_FROBNICATED']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)).toEqual([expect.stringContaining("nothing is known of 'E_FROBNICATED'")]);
  });
});
