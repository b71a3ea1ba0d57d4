import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.js';
import { port135 } from '../support/peers.js';

const ROOT = join(import.meta.dirname, '../..');
/** The documents say 127.0.0.2; this one is of this file alone. */
const ADDRESS = '127.0.0.64';
const atPort135 = port135();

let folder = '';
let env: NodeJS.ProcessEnv = {};

/** A folder as the documents begin with: the package is installed, `dcom-harness` is a command, and whoever works there is root. */
beforeAll(() => {
  atPort135.required();
  folder = mkdtempSync(join(tmpdir(), 'docs-wmi-opc-'));
  writeFileSync(join(folder, 'package.json'), '{}\n');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/dcom-harness'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const program = (name: string, line: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('sudo', 'exec "$@"');
  program('dcom-harness', `exec '${process.execPath}' '${join(ROOT, 'dist/cli/main.js')}' "$@"`);
  const { FORCE_COLOR: _, ...own } = process.env;
  env = { ...own, NO_COLOR: '1', PATH: `${bin}${delimiter}${process.env.PATH}` };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of a document, without its indentation. */
const blocksOf = (name: string): string[] =>
  [
    ...readFileSync(join(ROOT, 'docs', name), 'utf8')
      .replaceAll('127.0.0.2', ADDRESS)
      .matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm),
  ].map(([block]) => block.replace(/^ {4}/gm, '').trim());

/** Each command of a block as it stands: with the lines that it goes on in, and the file that it writes. */
function commandsOf(block: string): string[] {
  const commands: string[] = [];
  const lines = block.split('\n');
  for (let at = 0; at < lines.length; at++) {
    let command = lines[at] as string;
    if (command.includes("<<'EOF'")) while (lines[at] !== 'EOF') command += `\n${lines[++at]}`;
    while (command.endsWith('\\')) command = `${command.slice(0, -1)}${lines[++at]?.trim()}`;
    if (/^(cat >|(sudo )?dcom-harness )/.test(command)) commands.push(command);
  }
  return commands;
}

const isServer = (command: string): boolean => command.startsWith('sudo dcom-harness serve ');

async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-ec', command], { cwd: folder, env });
  return stdout;
}

/** Starts a server of the document, recorded to a file, and gives what ends it. */
async function serve(command: string, recording: string): Promise<() => Promise<void>> {
  const child = spawn('bash', ['-c', `exec ${command} --pcap ${recording}`], { cwd: folder, env, stdio: 'pipe' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const hear = (octets: Buffer): void => {
      said += octets;
      if (said.includes(`${ADDRESS}:135`)) resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`it ended: ${said}`)));
  });
  return async () => {
    child.kill('SIGINT');
    await ended;
  };
}

/** What waits until somebody ends it is told here when to end. */
const bounded = (command: string): string =>
  command.replace('--for 60', '--for 1').replace(/( subscribe .*)$/, '$1 --count 3');

/** The text of the page runs as a module of its own, by the package's name, with this for what vitest gives. */
const EXPECT = `
import { deepStrictEqual, ok } from 'node:assert';
const fits = (actual, wanted) =>
  typeof wanted === 'object' && wanted !== null
    ? Object.keys(wanted).every((key) => fits(actual?.[key], wanted[key]))
    : Object.is(actual, wanted);
const expect = (actual) => ({
  toEqual: (wanted) => deepStrictEqual(actual, wanted),
  toMatchObject: (wanted) => ok(actual.length === wanted.length && fits(actual, wanted), JSON.stringify(actual)),
});
const client = async (host) => {
  const { CLIENT_PROFILES, DcomClient } = await import('dcom-harness/client');
  const { Secret } = await import('dcom-harness/security');
  const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('secret') };
  return new DcomClient({ host, port: 135, profile: CLIENT_PROFILES['windows-2023-03'], level: LEVEL, credentials });
};
`;

describe.skipIf(atPort135.skip).each([
  {
    page: 'wmi.md',
    servers: 2,
    level: 6,
    runs: `const runMyClient = async (host) => {
      const { WmiNamespace } = await import('dcom-harness/client');
      const dcom = await client(host);
      const wmi = await WmiNamespace.connect(dcom);
      deepStrictEqual((await wmi.execute('Win32_Service.Name="Spooler"', 'StartService', {})).ReturnValue, 0);
      await wmi.close();
      await dcom.close();
    };`,
  },
  {
    page: 'opc.md',
    servers: 1,
    level: 5,
    runs: `const runMyGateway = async (host) => {
      const { OpcClient } = await import('dcom-harness/client');
      const dcom = await client(host);
      const opc = await OpcClient.connect(dcom, plant.data.clsid);
      const group = await opc.addGroup({ items: ['Boiler.Temperature'] });
      deepStrictEqual((await group.read()).map(({ value }) => value), [21.5]);
      await opc.close();
      await dcom.close();
    };`,
  },
])('docs/$page', ({ page, servers, level, runs }) => {
  const blocks = blocksOf(page);
  const commands = blocks.flatMap(commandsOf);

  test('its commands run as they stand, one after the other', async () => {
    expect(commands.filter(isServer)).toHaveLength(servers);
    expect(commands.length).toBeGreaterThan(servers + 4);
    let end = async (): Promise<void> => {};
    try {
      for (const [index, command] of commands.entries()) {
        if (isServer(command)) {
          await end();
          end = await serve(command, `recorded-${index}.pcapng`);
        } else {
          const said = await run(bounded(command));
          if (!/^cat >|--events/.test(command)) expect(said, command).not.toBe('');
        }
      }
    } finally {
      await end();
    }
  });

  test('what it shows of decode --calls is what decode says of the server’s recording', async () => {
    const first = commands.findIndex(isServer);
    const file = join(folder, `recorded-${first}.pcapng`);
    const { stdout } = await cli(['decode', '--calls', file, '--user', 'LAB\\op:secret']);
    const shown = blocks.flatMap((block) => block.split('\n')).filter((line) => /^I\w+::/.test(line));
    expect(shown.length).toBeGreaterThanOrEqual(2);
    for (const line of shown) {
      // The number of a process is another each time, and what follows is left out.
      const [start = ''] = line.split(/(?<=ProcessId=)\d|, …/);
      expect(stdout).toContain(start);
    }
  });

  test('its example of a test runs as it stands', async () => {
    const example = blocks.find((block) => block.startsWith('import {')) as string;
    const lines = example.split('\n');
    const imports = lines.findIndex((line) => line.includes(" from 'dcom-harness'")) + 1;
    const module = [lines.slice(0, imports), EXPECT.replace('LEVEL', String(level)), lines.slice(imports)].flat();
    // What runs somebody's client stands where it can see what the example has made by then.
    const at = module.findIndex((line) => line.includes('await runMy'));
    module.splice(at, 0, runs);
    const file = join(folder, `${page}.mjs`);
    // Node 20 has no `await using`, which TypeScript knows.
    const text = module.join('\n').replace('await using server', 'const server');
    writeFileSync(file, `${text}\nawait server.close();\nconsole.log('done');\n`);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env });
    expect(stdout).toBe('done\n');
  });
});
