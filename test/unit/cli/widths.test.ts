import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DcomServer, startServer } from '../../../src/server/server.js';
import { inProcess } from '../../support/in-process.js';
import { shippedPath } from '../../support/shipped.js';

const CAPTURE = shippedPath('activation-at-connect.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
const ACCOUNT = ['--user', 'LAB\\op:secret'];
const CLASS = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';

let server: DcomServer;
let host: string;
beforeAll(async () => {
  server = await startServer({
    listen: '127.0.0.1:0',
    accounts: [ACCOUNT[1] as string],
    classes: ['opc', 'wmi', 'mmc20'],
  });
  host = `127.0.0.1:${server.address.port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every command that prints lines or tables for people, but those that other pages hold: help and demo. */
const COMMANDS: readonly (readonly [string, () => readonly string[]])[] = [
  ['decode', () => ['decode', CAPTURE]],
  ['decode --calls', () => ['decode', '--calls', CAPTURE]],
  ['decode --statistics', () => ['decode', '--statistics', CAPTURE]],
  ['decode --summary', () => ['decode', '--summary', CAPTURE]],
  ['decode -v', () => ['decode', '-v', '-c', '3', CAPTURE]],
  ['audit', () => ['audit', CAPTURE]],
  ['audit plan', () => ['audit', 'plan', CAPTURE]],
  ['replay', () => ['replay', CAPTURE]],
  ['replay conversations', () => ['replay', 'conversations', CAPTURE]],
  ['replay relay', () => ['replay', 'relay', CAPTURE, '--variant', 'as-captured']],
  ['sanitize', () => ['sanitize', CAPTURE, join(folder, 'clean.pcapng'), '--password', 'wrong']],
  ['explain', () => ['explain', '0x80070005', '10036']],
  ['relay', () => ['relay', '--variant', 'connect']],
  ['lab', () => ['lab', 'relay-connect']],
  ['activate', () => ['activate', host, '--clsid', CLASS, ...ACCOUNT]],
  ['opc servers', () => ['opc', host, 'servers', ...ACCOUNT]],
  ['opc status', () => ['opc', host, 'status', ...ACCOUNT]],
  ['opc read', () => ['opc', host, 'read', 'Boiler.Setpoint', 'Boiler.None', ...ACCOUNT]],
  ['opc subscribe', () => ['opc', host, 'subscribe', 'Boiler.Setpoint', 'Boiler.None', '--count', '1', ...ACCOUNT]],
  ['wmi', () => ['wmi', host, 'SELECT * FROM Win32_OperatingSystem', ...ACCOUNT]],
  ['wmi, as a table', () => ['wmi', host, 'SELECT Name, PathName, StartName FROM Win32_Service', ...ACCOUNT]],
  ['wmi --class', () => ['wmi', host, '--class', 'Win32_Service', ...ACCOUNT]],
];

/** What a command prints on a terminal of so many columns, without colours. */
async function onTerminal(columns: number, args: readonly string[]): Promise<{ stdout: string; lines: string[] }> {
  const streams = [process.stdout, process.stderr];
  const before = streams.map(({ isTTY, columns }) => ({ isTTY, columns }));
  for (const stream of streams) Object.assign(stream, { isTTY: true, columns });
  try {
    const { stdout, stderr } = (await inProcess(...args)).printed;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
    const text = `${stdout}\n${stderr}`.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
    return { stdout, lines: text.split(/[\r\n]+/) };
  } finally {
    for (const [index, stream] of streams.entries()) Object.assign(stream, before[index]);
  }
}

/** Addresses, UUIDs and names of files, which somebody may want to copy. */
const COPIED = /\b\d+\.\d+\.\d+\.\d+(?::\d+)?\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|[\w-]+\.pcapng\b/g;

describe.each(COMMANDS)('%s', (_, args) => {
  test.each([80, 100, 120])('fits %i columns, and parts no word', async (columns) => {
    const { stdout, lines } = await onTerminal(columns, args());
    expect(stdout.trim()).not.toBe('');
    // A word that is wider stands in a line of its own.
    expect(lines.filter((line) => line.length > columns && /\S\s+\S/.test(line.trim()))).toEqual([]);
    const text = lines.join('\n');
    for (const [copied] of (await piped(args())).matchAll(COPIED)) expect(text).toContain(copied);
  });
});

const said = new Map<string, Promise<string>>();

/** The same in a pipe, where a row is a line. */
function piped(args: readonly string[]): Promise<string> {
  const key = args.join(' ');
  const known = said.get(key) ?? inProcess(...args).then(({ printed }) => printed.stdout);
  said.set(key, known);
  return known;
}
