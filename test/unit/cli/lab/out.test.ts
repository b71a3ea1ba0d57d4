import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../../src/cli/io.js';
import { LabFolder } from '../../../../src/cli/lab/out.js';
import { type LabRun, parseScenario, runScenario } from '../../../../src/lab/index.js';

/** A client is refused, which the logs of both hosts tell. */
const refused = (): Promise<LabRun> =>
  runScenario(
    parseScenario(`
name: refused
title: One activation that is refused
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [2023-03-14], serves: [generic] }
  client: { address: 10.0.0.11, windows: Windows 10 1809, updates: [2022-06-14] }
  idle: { address: 10.0.0.12, windows: Windows 10 1809 }
steps:
  - activate: { from: client, on: server, level: CONNECT }`),
  );

describe('the folder of a lab', () => {
  let parent: string;
  let folder: LabFolder;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'lab-out-'));
    folder = new LabFolder(join(parent, 'out'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));
  const files = (): string[] => readdirSync(parent, { recursive: true, encoding: 'utf8' }).sort();

  const ELSEWHERE = ['../../../elsewhere', 'a/b', 'a\\b', '/tmp/elsewhere', '..', '.', '', 'a\0b'];

  test.each(ELSEWHERE)('takes no host named %j', async (name) => {
    const run = await refused();
    const logs = run.logs.map((log) => ({ ...log, machine: { ...log.machine, name } }));
    expect(() => folder.events({ ...run, logs })).toThrow(UsageError);
    expect(files().filter((file) => file.endsWith('.xml'))).toEqual([]);
  });

  test.each(ELSEWHERE)('takes no scenario named %j', async (scenario) => {
    const before = files();
    const run = await refused();
    expect(() => folder.capture(scenario)).toThrow(UsageError);
    expect(() => folder.clear(scenario)).toThrow(UsageError);
    expect(() => folder.events({ ...run, scenario })).toThrow(UsageError);
    expect(files()).toEqual(before);
  });

  test('holds a log for each host that has one', async () => {
    folder.events(await refused());
    expect(readdirSync(join(parent, 'out/events/refused'))).toEqual([
      'all.txt',
      ...['client.json', 'client.xml', 'server.json', 'server.xml'],
    ]);
  });

  test('forgets the capture and the logs of one scenario before it is run again, and those of no other', async () => {
    folder.events(await refused());
    for (const name of ['refused', 'other']) folder.capture(name).end();
    folder.clear('refused');
    expect(readdirSync(join(parent, 'out/captures'))).toEqual(['other.pcapng']);
    expect(readdirSync(join(parent, 'out/events'))).toEqual([]);
    folder.clear('never-run');
  });

  test.skipIf(process.platform !== 'linux')(
    'that is full is said at the end of the run, which goes on until then',
    () => {
      const path = join(parent, 'out/captures/full.pcapng');
      symlinkSync('/dev/full', path);
      const { write, end } = folder.capture('full');
      for (let n = 0; n < 3; n++) write(Buffer.alloc(1024 * 1024));
      expect(end).toThrow(new UsageError(`cannot write ${path}: no space left on device`));
    },
  );

  test('keeps what was captured, all of it, in its order', () => {
    const { write, end } = folder.capture('some');
    for (const text of ['one ', 'two ', 'three']) write(Buffer.from(text));
    end();
    expect(readFileSync(join(parent, 'out/captures/some.pcapng'), 'utf8')).toBe('one two three');
  });

  test('that cannot be written to is bad usage', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(() => new LabFolder(join(parent, 'file'))).toThrow(UsageError);
  });
});
