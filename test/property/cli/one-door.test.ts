import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { COMMANDS } from '../../../src/cli/commands.js';
import { execute } from '../../../src/cli/execute.js';
import { inProcess, type Printed, printedBy } from '../../support/in-process.js';
import { shippedPath } from '../../support/shipped.js';

const CAPTURE = shippedPath('activation-at-connect.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a terminal, a log or a reader of lines would act upon. */
const PARTS = ['\u001b[2J', '\u001b]0;x\u0007', '\u009b31m', '\u202e', '\u2066', '\u2028', '\u2029', '\n', '\r', '\b'];
const ALL = `${PARTS.join('a')}{address}{user}`;
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PARTS, '{address}', '{user}', '\u0085', '\u007f', '\ud800'), fc.string()), {
    minLength: 1,
    maxLength: 6,
  })
  // Neither a path in another folder, nor nothing, nor an option.
  .map((parts) => `x${parts.join('').replace(/[/\0]/g, '_').slice(0, 60)}`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/u;

/** Where something stands that no command may print; undefined where nothing does. */
const rawIn = ({ stdout, stderr }: Printed): string | undefined =>
  [stdout, stderr].map((text) => RAW.exec(text)).find((found) => found !== null)?.[0];

/** Every command, with a text where it takes one: what it makes of it is an error, or what it is asked for. */
const GIVEN: Readonly<Record<string, (text: string) => readonly (readonly string[])[]>> = {
  decode: (text) => [[text], ['--filter', `class=${text}`, CAPTURE], ['--fields', text, CAPTURE], ['--hex', text]],
  audit: (text) => [[text], [CAPTURE, '--as-of', text], [CAPTURE, '--csv', `${folder}/none/${text}`]],
  replay: (text) => [[text], ['relay', CAPTURE, '--variant', text], ['server', text]],
  sanitize: (text) => [[text, join(folder, 'out.pcap')]],
  serve: (text) => [
    ['--access', text],
    ['--listen', text],
    ['--wmi', text],
    ['--opc', text],
    ['--class', text],
  ],
  test: (text) => [['--listen', text, '--', 'true']],
  conform: (text) => [
    ['server', '127.0.0.1:1', '--only', text],
    ['server', text, '--timeout', 'x'],
  ],
  activate: (text) => [
    ['127.0.0.1:1', '--clsid', text],
    ['127.0.0.1:1', '--profile', text],
  ],
  opc: (text) => [
    ['127.0.0.1:1', text],
    ['127.0.0.1:1', 'read', text],
  ],
  wmi: (text) => [
    ['127.0.0.1:1', text],
    ['127.0.0.1:1', '--class', text],
    ['127.0.0.1:1', '--method', text],
  ],
  relay: (text) => [
    ['--variant', text],
    ['--as-of', text],
  ],
  lab: (text) => [[text]],
  demo: (text) => [[text]],
  view: (text) => [
    [text, '--port', '0'],
    [CAPTURE, '--port', text],
  ],
  explain: (text) => [[text]],
};

describe('nothing reaches a terminal as somebody else wrote it', () => {
  test('of any command', () => {
    expect(Object.keys(GIVEN).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
  });

  test.each(Object.entries(GIVEN))('in what is given to %s', async (name, given) => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const args of given(text)) {
          const { printed } = await inProcess(name, ...args);
          expect({ args, raw: rawIn(printed), said: printed.stderr !== '' || printed.stdout !== '' }).toEqual({
            args,
            raw: undefined,
            said: true,
          });
        }
      }),
      { numRuns: 8 },
    );
  });

  describe('in a capture, a file name, a scenario, or what a peer says', () => {
    const NAME = ALL.replace(/[\n\r]/g, '');
    const hosts = join(folder, 'hosts.yaml');
    const out = join(folder, 'out');
    const odd = join(folder, `odd${ALL}.pcapng`);
    beforeAll(async () => {
      copyFileSync(CAPTURE, odd);
      mkdirSync(out);
      const user = NAME;
      writeFileSync(
        hosts,
        stringify({
          name: 'hosts',
          title: NAME,
          accounts: [user],
          hosts: {
            server: { address: '10.0.0.2', windows: 'Windows Server 2019', updates: ['2023-03-14'], serves: ['mmc20'] },
            desk: { address: '10.0.0.3', system: 'Linux', client: 'impacket' },
          },
          steps: [{ title: NAME, activate: { from: 'desk', on: 'server', user, level: 'CONNECT' } }],
        }),
      );
    });

    test('lab, and what reads its recording', async () => {
      const lab = await inProcess('lab', hosts, '--out', out);
      expect(lab.printed.stderr).toContain('results, event logs and captures are in');
      const recording = join(out, 'captures', 'hosts.pcapng');
      const ways = [[], ['-v'], ['--calls'], ['--json'], ['--summary'], ['--statistics'], ['--fields', 'user,time']];
      const found = [lab.printed];
      for (const way of ways) found.push((await inProcess('decode', ...way, recording)).printed);
      for (const way of [[], ['--tap'], ['--json']]) found.push((await inProcess('audit', ...way, recording)).printed);
      for (const json of [[], ['--json']]) found.push((await inProcess('lab', hosts, ...json)).printed);
      for (const file of [recording, odd]) found.push((await inProcess('replay', file)).printed);
      found.push((await inProcess('audit', odd, CAPTURE)).printed, (await inProcess('decode', odd, CAPTURE)).printed);
      expect(found.map(rawIn)).toEqual(found.map(() => undefined));
      // It did come through: the name is in what was printed, without what acts.
      expect(found.some(({ stdout }) => stdout.includes('[2Ja'))).toBe(true);
    });

    test('serve, and the client that is told the same', async () => {
      const printed = await printedBy(async (heard) => {
        const serving = execute([
          'serve',
          '--listen',
          '127.0.0.1:0',
          '--json',
          '--class',
          'all',
          '--user',
          `LAB\\${NAME}:p`,
        ]);
        const { port } = await heard.record('listening', serving);
        const how = ['--user', `LAB\\${NAME}:p`];
        const clsid = ['--clsid', '49B2791A-B1AE-4C90-9B8E-E860BA07F889'];
        await execute(['activate', `127.0.0.1:${port}`, ...clsid, ...how]);
        await execute(['activate', `127.0.0.1:${port}`, ...clsid, '--user', `LAB\\x${NAME}:p`]);
        await execute([
          'activate',
          `127.0.0.1:${port}`,
          ...clsid,
          ...how,
          '--invoke',
          'Document.ActiveView.ExecuteShellCommand',
          ALL,
          ALL,
          ALL,
          '7',
        ]);
        process.emit('SIGTERM');
        await serving;
      });
      expect(rawIn(printed)).toBeUndefined();
      expect(printed.stdout).toContain('served-invocation');
    });
  });
});
