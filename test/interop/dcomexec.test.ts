import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLASSES, type DcomServer, startServer } from '../../src/index.js';
import { port135, pythonModule } from '../support/peers.js';
import { program } from '../support/program.js';

const impacket = pythonModule('impacket');
const atPort135 = port135();

const ADDRESS = '127.0.0.51';
const SCRIPT = '/usr/share/doc/python3-impacket/examples/dcomexec.py';
const COMMAND = 'ping 127.0.0.1 -n 3 > C:\\out & "quoted"';

let server: DcomServer;

describe.skipIf(impacket.skip || atPort135.skip)('dcomexec.py of impacket', () => {
  beforeAll(async () => {
    atPort135.required();
    server = await startServer({
      listen: `${ADDRESS}:135`,
      asOf: '2023-03-14',
      accounts: ['LAB\\op:Pa55.word'],
      classes: [CLASSES.mmc20, CLASSES.shellwindows, CLASSES.shellbrowserwindow],
    });
  });
  afterAll(() => server?.close());

  test.each([
    [
      'MMC20',
      '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
      'View',
      'ExecuteShellCommand',
      ['cmd.exe', 'C:\\windows\\system32'],
    ],
    ['ShellWindows', '9ba05972-f6a8-11cf-a442-00a0c90a8f39', 'Shell.Application', 'ShellExecute', ['cmd.exe']],
    ['ShellBrowserWindow', 'c08afd90-f2a1-11d1-8455-00a0c91f3880', 'Shell.Application', 'ShellExecute', ['cmd.exe']],
  ])(
    '-object %s ends without an error; the server knows the command, the user, the level and the address',
    async (object, clsid, view, member, start) => {
      const before = { activations: server.activations.length, invocations: server.invocations.length };
      const { code, output } = await program(impacket.required(), [
        SCRIPT,
        ...['-object', object, '-nooutput', `LAB/op:Pa55.word@${ADDRESS}`, COMMAND],
      ]);
      expect(output).not.toMatch(/\[-\]|error|traceback/i);
      expect(code).toBe(0);
      expect(server.activations.slice(before.activations)).toMatchObject([{ clsid, outcome: 'accepted', level: 6 }]);
      const [first] = server.invocations.slice(before.invocations);
      expect(first).toMatchObject({
        object: view,
        member,
        identity: { domain: 'LAB', user: 'op' },
        // authnHint is CONNECT, which impacket takes for PKT_INTEGRITY.
        level: 5,
        client: { address: '127.0.0.1' },
      });
      expect(first?.arguments.slice(0, start.length)).toEqual(start);
      expect(first?.arguments.join(' ')).toContain(COMMAND);
      expect(server.refusedCalls).toEqual([]);
    },
  );
});
