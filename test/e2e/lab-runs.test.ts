import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-runs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** A scenario with one client that is refused, and further steps. */
const scenario = (file: string, name: string, ...steps: string[]): string => {
  const text = `name: ${name}
title: The scenario ${name}
hosts:
  server: { address: 10.0.0.2, windows: Windows Server 2019, updates: [2023-03-14], serves: [generic] }
  client: { address: 10.0.0.11, windows: Windows 10 1809, updates: [2022-06-14] }
steps:
  - activate: { from: client, on: server, level: CONNECT }
${steps.map((step) => `  - ${step}\n`).join('')}`;
  writeFileSync(at(file), text);
  return at(file);
};

describe('several scenarios', () => {
  const [one, twin, other] = [
    scenario('one.yaml', 'one'),
    scenario('twin.yaml', 'one'),
    scenario('other.yaml', 'other'),
  ];

  test.each([
    ['the same file', [one, one], `the scenario ${one} is given twice`],
    ['two of one name', [one, other, twin], `two scenarios are named 'one': ${one} and ${twin}`],
    ['one that comes with the program', ['workgroup', 'workgroup'], /workgroup\.yaml is given twice$/],
  ])('%s is bad usage before anything runs', async (_what, names, message) => {
    const { code, stdout, stderr } = await cli(['lab', ...names, '--out', at('never')]);
    expect([code, stdout, linesOf(stderr).length]).toEqual([2, '', 1]);
    expect(linesOf(stderr)[0]?.slice('dcom-harness: '.length)).toMatch(message);
    expect(existsSync(at('never'))).toBe(false);
  });

  test('of which one cannot be run to its end: what was run before is told, then why', async () => {
    const long = scenario('long.yaml', 'long', 'wait: 1 hour');
    const out = at('broken');
    const { code, stdout, stderr } = await cli(['lab', one, long, other, '--sockets', '--out', out]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/refused by activation policy/);
    expect(linesOf(stderr).at(-1)).toMatch(/^dcom-harness: .*long\.yaml:8:\d+: .*too long to wait/);
    expect(stderr).not.toMatch(/\n {4}at /);
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as { scenario: string }[];
    expect(results.map((run) => run.scenario)).toEqual(['one']);
    for (const name of ['results.tap', 'results.xml', 'report.txt'])
      expect(readFileSync(join(out, name), 'utf8')).toMatch(/one\.activate|activation policy/);
  });

  test('of which the first cannot be run: no results of an earlier run are left', async () => {
    const out = at('empty');
    const never = scenario('never.yaml', 'never', 'wait: 1 hour');
    expect((await cli(['lab', one, '--out', out])).code).toBe(0);
    const { code, stdout } = await cli(['lab', never, '--sockets', '--out', out]);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))).toEqual([]);
  });
});

describe('a folder that has been written to before', () => {
  test('keeps no capture of a scenario that is run again without one', async () => {
    const own = scenario('again.yaml', 'again');
    const out = at('again');
    const capture = join(out, 'captures/again.pcapng');
    await cli(['lab', own, '--out', out]);
    expect(statSync(capture).size).toBeGreaterThan(1_000);
    await cli(['lab', own, '--sockets', '--out', out]);
    expect(existsSync(capture)).toBe(false);
  });

  test('keeps no capture and no logs of a scenario that is not reached', async () => {
    const own = scenario('reached.yaml', 'reached');
    const broken = scenario('broken.yaml', 'broken', 'wait: 1 hour');
    const out = at('reached');
    await cli(['lab', own, '--out', out]);
    const left = ['captures/reached.pcapng', 'events/reached/server.xml'].map((name) => join(out, name));
    expect(left.map((file) => existsSync(file))).toEqual([true, true]);
    expect((await cli(['lab', broken, own, '--sockets', '--out', out])).code).toBe(2);
    expect(left.map((file) => existsSync(file))).toEqual([false, false]);
  });
});

describe('lab --json', () => {
  test('--list tells name, title and file of each scenario', async () => {
    const own = scenario('listed.yaml', 'listed-name');
    const [given, shipped] = await Promise.all([
      cli(['lab', own, '--list', '--json']),
      cli(['lab', '--list', '--json']),
    ]);
    expect(ndjsonLines(given.stdout)).toEqual([
      { kind: 'lab-scenario', name: 'listed-name', title: 'The scenario listed-name', file: own },
    ]);
    const all = ndjsonLines(shipped.stdout);
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['timeline', 'workgroup']));
    expect(all.every(({ file }) => existsSync(file as string))).toBe(true);
  });

  test('tells each activation as the server saw it, after the findings', async () => {
    const { stdout } = await cli(['lab', scenario('records.yaml', 'records'), '--json']);
    const records = ndjsonLines(stdout);
    expect(records.map(({ kind }) => kind)).toEqual(['lab-finding', 'served-activation']);
    const { time, clsid, iids, sid, status, reason, ...rest } = records[1] as Record<string, unknown>;
    expect(rest).toEqual({
      kind: 'served-activation',
      scenario: 'records',
      server: 'server',
      server_address: '10.0.0.2',
      client: '10.0.0.11:49153',
      user: 'LAB\\op',
      method: 'RemoteCreateInstance',
      auth_type: 10,
      level: 2,
      outcome: 'refused',
      refused_by: 'activation policy',
      form: 'fault',
      event_id: 10036,
    });
    expect([time, clsid, sid, status]).toEqual([
      expect.stringMatching(/^2023-03-14T/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^S-1-5-21-/),
      5,
    ]);
    expect([iids, reason]).toEqual([expect.any(Array), expect.any(String)]);
  });

  test('tells each relay, with the keys that the command relay has', async () => {
    const [lab, relay] = await Promise.all([
      cli(['lab', 'relay-connect', '--json']),
      cli(['relay', '--variant', 'connect', '--as-of', '2021-05', '--json']),
    ]);
    const ofLab = ndjsonLines(lab.stdout).filter(({ kind }) => kind === 'relay');
    expect(ofLab.length).toBeGreaterThan(1);
    const { scenario: name, server, ...rest } = ofLab[0] as Record<string, unknown>;
    expect([name, server]).toEqual(['relay-connect', 'server']);
    expect(Object.keys(rest)).toEqual(Object.keys(ndjsonLines(relay.stdout)[0] as object));
    expect(rest).toMatchObject({ variant: 'connect', outcome: 'succeeded', refused_by: null, expected: 'succeeded' });
    for (const { refused_by, expected } of ofLab) expect(refused_by ?? 'succeeded').toBe(expected);
  });

  test('tells each cell of a timeline', async () => {
    const { stdout } = await cli(['lab', 'timeline', '--json']);
    const cells = ndjsonLines(stdout).filter(({ kind }) => kind === 'timeline');
    const found = cells.find(
      ({ phase, registry, client, asked }) =>
        String(phase).startsWith('2022-06-14') &&
        JSON.stringify(registry) === '{}' &&
        client === 'node-dcom' &&
        asked === 'CONNECT',
    );
    const { time, reason, server, phase, ...rest } = found as Record<string, unknown>;
    expect(rest).toEqual({
      kind: 'timeline',
      scenario: 'timeline',
      registry: {},
      client: 'node-dcom',
      asked: 'CONNECT',
      auth_type: 10,
      level: 2,
      raised: false,
      outcome: 'refused',
      refused_by: 'activation policy',
      event_id: 10036,
      client_event_id: null,
    });
    expect([time, reason, server, phase]).toEqual(Array(4).fill(expect.any(String)));
    const kinds = new Set(ndjsonLines(stdout).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['lab-finding', 'served-activation', 'timeline']);
  });
});
