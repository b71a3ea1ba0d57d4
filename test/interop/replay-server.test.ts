import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLASSES, type ServerOptions, startServer } from '../../src/index.js';
import { type JsonLine, RunningCli } from '../support/cli.js';
import { impacketActivates } from '../support/impacket.js';
import { port135, pythonModule } from '../support/peers.js';
import { program } from '../support/program.js';
import { parseXml } from '../support/xml.js';

const impacket = pythonModule('impacket');
const atPort135 = port135();

const ADDRESS = '127.0.77.3';
const PASSWORD = 'Pa55.word';
const DCOMEXEC = '/usr/share/doc/python3-impacket/examples/dcomexec.py';

const dcomexec = (command: string) =>
  program(impacket.required(), [
    DCOMEXEC,
    ...['-object', 'MMC20', '-nooutput', `LAB/op:${PASSWORD}@${ADDRESS}`, command],
  ]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-server-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What this project's own server and impacket said to each other. */
async function recorded(name: string, options: ServerOptions, drive: () => Promise<unknown>): Promise<string> {
  const blocks: Buffer[] = [];
  const server = await startServer({
    listen: `${ADDRESS}:135`,
    accounts: [`LAB\\op:${PASSWORD}`],
    record: (block) => blocks.push(block),
    ...options,
  });
  await drive();
  await server.close();
  const file = join(folder, name);
  await writeFile(file, Buffer.concat(blocks));
  return file;
}

/** Plays the server of a capture until one client has been there. */
async function playing(file: string, drive: () => Promise<unknown>, args: readonly string[] = []) {
  const user = `LAB\\op:${PASSWORD}`;
  const server = new RunningCli([
    ...['replay', 'server', file, '--listen', `${ADDRESS}:135`, '--user', user, '--json', '--once'],
    ...['--password', PASSWORD, ...args],
  ]);
  await server.record('listening');
  await drive();
  const code = await server.ended;
  return { code, records: server.json, stderr: server.stderr };
}

const asked = (records: readonly JsonLine[]): unknown[] =>
  records.filter(({ kind }) => kind === 'captured-call').map((each) => [each.operation, each.asked]);

describe.skipIf(impacket.skip || atPort135.skip)('replay server satisfies impacket', () => {
  beforeAll(() => void atPort135.required());

  const conversation = () =>
    recorded('dcomexec.pcapng', { classes: [CLASSES.mmc20] }, async () =>
      expect((await dcomexec('whoami')).code).toBe(0),
    );

  test('dcomexec.py -object MMC20 ends without an error, and asks for every captured call', async () => {
    const junit = join(folder, 'asked.xml');
    const drive = async () => {
      const { code, output } = await dcomexec('whoami');
      expect(output).not.toMatch(/\[-\]|error|traceback/i);
      expect(code).toBe(0);
    };
    const { code, records } = await playing(await conversation(), drive, ['--junit', junit]);
    expect(code).toBe(0);
    expect(asked(records)).toEqual([
      ['RemoteCreateInstance', 1],
      ['GetIDsOfNames', 1],
      ['Invoke', 1],
      ['GetIDsOfNames', 1],
      ['GetIDsOfNames', 1],
      ['Invoke', 1],
      ['GetIDsOfNames', 1],
      ['Invoke', 1],
      ['Invoke', 1],
    ]);
    const [suite] = parseXml(await readFile(junit, 'utf8')).children;
    expect(suite?.attributes).toMatchObject({ tests: '9', failures: '0' });
  });

  test('another command is not in the capture: it is told, and ends with 1', async () => {
    const drive = async () => expect((await dcomexec('hostname')).output).toContain('E_NOTIMPL');
    const { code, records, stderr } = await playing(await conversation(), drive);
    expect(code).toBe(1);
    const missed = records.filter(({ kind }) => kind === 'not-captured');
    expect(missed).toEqual([{ kind: 'not-captured', what: expect.stringContaining('/Q /c hostname'), asked: 1 }]);
    expect(stderr).toContain('not in the capture: Invoke with the parameters');
    expect(asked(records)).toContainEqual(['Invoke', 0]);
  });

  test('a captured refusal is answered as that refusal, whatever this server’s own patch level', async () => {
    const levels = [2, 5];
    const file = await recorded('refused.pcapng', { asOf: '2023-03-14' }, () =>
      impacketActivates(ADDRESS, PASSWORD, levels),
    );
    let said: unknown;
    const { code, records } = await playing(file, async () => {
      said = await impacketActivates(ADDRESS, PASSWORD, levels);
    });
    expect(said).toMatchObject([
      { level: 2, accepted: false, text: expect.stringContaining('rpc_s_access_denied') },
      { level: 5, accepted: true },
    ]);
    expect(records.filter(({ operation }) => operation === 'RemoteCreateInstance')).toMatchObject([
      { captured: { status: 5 }, asked: 1 },
      { captured: { accepted: true }, asked: 1 },
    ]);
    expect(code).toBe(0);
  });
});
