import { describe, expect, test } from 'vitest';
import type { LabActivation, LabFinding, LabRelay, LabRun, LabTrace, TimelineCell } from '../../../../src/lab/index.js';
import { relayVariant } from '../../../../src/relay/index.js';
import { relayColumns, relayRows } from '../../../../src/report/lab/relays.js';
import { labResults } from '../../../../src/report/lab/results.js';
import { labText, traceText } from '../../../../src/report/lab/text.js';
import { TIMELINE_LEGEND, timelineColumns, timelineRows, timelineWord } from '../../../../src/report/lab/timeline.js';
import { table } from '../../../../src/report/table.js';
import { ACTIVATE, HOSTS, play } from '../../../support/lab-steps.js';

const PLAIN = { colour: false } as const;
const EVENT = { id: 10036 } as LabActivation['event'];

const activation = (more: Partial<LabActivation> = {}): LabActivation =>
  ({ client: 'client', server: 'server', level: 5, raised: false, outcome: 'accepted', ...more }) as LabActivation;

const REFUSED = { outcome: 'refused', refusedBy: 'activation policy', event: EVENT } as const;

/** A cell for each word: `client asked`, and what came of it. */
const cell = (asked: string, client = 'a', more: Partial<LabActivation> = {}, place: Partial<TimelineCell> = {}) => ({
  phase: '2022-06-14',
  registry: 'absent' as const,
  client,
  asked,
  activation: activation(more),
  ...place,
});

describe('the word for an activation', () => {
  test.each<[string, Partial<LabActivation>]>([
    ['ok', {}],
    ['ok ↑', { raised: true }],
    ['10036', REFUSED],
    ['policy', { outcome: 'refused', refusedBy: 'activation policy' }],
    ['access', { outcome: 'refused', refusedBy: 'access control' }],
    ['transport', { outcome: 'refused', refusedBy: 'transport', raised: true }],
    ['refused', { outcome: 'refused' }],
  ])('%s', (word, more) => {
    expect(timelineWord(activation({ refusedBy: undefined, ...more }))).toBe(word);
  });

  test.each(['ok', '↑', '10036', 'policy', 'access'])('%s stands in the legend', (word) => {
    expect(TIMELINE_LEGEND).toMatch(new RegExp(`(^|; )${word}: `));
  });
});

describe('the table of a timeline', () => {
  const rows = (cells: readonly TimelineCell[]) =>
    timelineRows(cells).map(({ phase, registry, clients, outcomes }) => [phase, registry, clients, outcomes.join(' ')]);

  test('has clients that fare alike in one row, and their common name once', () => {
    const names = ['windows-2021-06', 'windows-2021-09', 'impacket', 'windows-2022-11'];
    const cells = names.map((client) => cell('CONNECT', client, client === 'windows-2022-11' ? {} : REFUSED));
    expect(rows(cells)).toEqual([
      ['2022-06-14', 'absent', 'windows-2021-06, 2021-09, impacket', '10036'],
      ['2022-06-14', 'absent', 'windows-2022-11', 'ok'],
    ]);
  });

  test('has registry values of which nothing changes in one row', () => {
    const values = ['absent', 0, 1] as const;
    const cells = values.map((registry) => cell('CONNECT', 'a', registry === 0 ? {} : REFUSED, { registry }));
    expect(rows(cells)).toEqual([
      ['2022-06-14', 'absent, 1', 'a', '10036'],
      ['2022-06-14', '0', 'a', 'ok'],
    ]);
  });

  test('keeps registry values apart where other clients fare so', () => {
    const cells = [
      cell('CONNECT', 'a', REFUSED, { registry: 0 }),
      cell('CONNECT', 'b', {}, { registry: 0 }),
      cell('CONNECT', 'b', REFUSED, { registry: 1 }),
      cell('CONNECT', 'a', {}, { registry: 1 }),
    ];
    expect(rows(cells).map(([, registry, clients]) => `${registry} ${clients}`)).toEqual(['0 a', '0 b', '1 b', '1 a']);
  });

  test('has a column for each level, also where some were asked of some phases alone', () => {
    const cells = [
      cell('CONNECT', 'a', REFUSED),
      cell('PKT_INTEGRITY', 'a', {}, { phase: '2023-03-14' }),
      cell('anonymous', 'a', { outcome: 'refused', refusedBy: 'access control' }, { phase: '2023-03-14' }),
    ];
    expect(table(timelineRows(cells), { columns: timelineColumns(cells), ...PLAIN })).toBe(
      [
        'server as of  Require…  clients  CONNECT  INTEGRITY  anonymous',
        '2022-06-14    absent    a        10036               ',
        '2023-03-14    absent    a                 ok         access',
        '',
      ].join('\n'),
    );
  });

  test('names the servers where there are several', () => {
    const cells = [cell('CONNECT', 'a'), cell('CONNECT', 'a', { ...REFUSED, server: 'other' })];
    expect(rows(cells)).toEqual([
      ['2022-06-14 (server)', 'absent', 'a', 'ok'],
      ['2022-06-14 (other)', 'absent', 'a', '10036'],
    ]);
  });

  test('shows what came later of the same beside what came first', () => {
    expect(rows([cell('CONNECT'), cell('CONNECT', 'a', REFUSED), cell('CONNECT', 'a', REFUSED)])).toEqual([
      ['2022-06-14', 'absent', 'a', 'ok, then 10036'],
    ]);
  });

  test.each([
    ['ok', {}, 'green'],
    ['10036', REFUSED, 'red'],
    ['access', { outcome: 'refused', refusedBy: 'access control' }, 'yellow'],
  ] as const)('has %s in its colour', (_word, more, colour) => {
    const cells = [cell('CONNECT', 'a', more)];
    expect(
      timelineColumns(cells)
        .at(-1)
        ?.style?.(timelineRows(cells)[0] as never),
    ).toBe(colour);
  });
});

describe('the table of relays', () => {
  const relayed = (id: string, asOf: string, refusedBy?: string): LabRelay =>
    ({
      variant: relayVariant(id),
      server: 'server',
      asOf,
      outcome: { refusedBy },
      expected: '',
    }) as unknown as LabRelay;
  const shown = (...relays: readonly LabRelay[]): string =>
    table(relayRows(relays), { columns: relayColumns(relays), ...PLAIN });

  test('has NTLM and SPNEGO in one row where these fare alike at every patch level', () => {
    expect(
      shown(
        relayed('connect', '2021-05-11'),
        relayed('connect-spnego', '2021-05-11'),
        relayed('connect', '2023-03-14', 'activation policy'),
        relayed('connect-spnego', '2023-03-14', 'activation policy'),
      ),
    ).toBe(
      [
        'the attacker              before     2023-03-14',
        'connect (also by SPNEGO)  SUCCEEDED  activation policy',
        '',
      ].join('\n'),
    );
  });

  test('has them in two where they do not', () => {
    const relays = [
      relayed('connect', '2021-05-11'),
      relayed('connect-spnego', '2021-05-11', 'signature'),
      relayed('upgrade', '2021-05-11', 'security context'),
      relayed('reflection-spnego', '2021-05-11', 'victim'),
    ];
    expect(relayRows(relays).map(({ variant }) => variant)).toEqual([
      'connect',
      'connect-spnego',
      'upgrade',
      'reflection-spnego',
    ]);
  });

  test('leaves what was not tried at a patch level empty', () => {
    const text = shown(relayed('connect', '2021-05-11'), relayed('upgrade', '2023-03-14', 'security context'));
    expect(text.split('\n').slice(1, 3)).toEqual([
      'connect       SUCCEEDED  ',
      'upgrade                  security context',
    ]);
  });

  test('shows what came later at the same patch level beside what came first, as a success', () => {
    const relays = [
      relayed('connect', '2022-06-14', 'activation policy'),
      relayed('connect', '2022-06-14'),
      relayed('connect', '2022-06-14'),
    ];
    const [row] = relayRows(relays);
    expect(row?.outcomes.get('2022-06-14')).toBe('activation policy, then SUCCEEDED');
    expect(relayColumns(relays)[1]?.style?.(row as never)).toBe('red');
  });
});

describe('the text of a trace', () => {
  const application = { path: 'C:\\Report\\report.exe', pid: 4312, level: 'CONNECT' };
  const hosts = {
    server: { ...HOSTS.server, updates: ['2022-06-14'] },
    client: { ...HOSTS.client, updates: ['2022-06-14'], applications: { report: application } },
  };
  const trace = { trace: { server: 'server' } };

  test('goes from the server’s event by the client’s address to the application, with its event', async () => {
    const run = await play({ hosts, steps: [ACTIVATE, trace] });
    const lines = traceText(run.traces[0] as LabTrace).split('\n');
    expect(lines[0]).toBe('Which application does server refuse?');
    expect(lines.slice(2, 5)).toEqual([
      '  1. server refused LAB\\op from 10.0.0.11',
      '  2. 10.0.0.11 is client (Windows 10 1809)',
      '  3. event 10037 of client names C:\\Report\\report.exe (process 4312)',
    ]);
    expect(lines[5]).toMatch(
      /^ {5}C:\\Report\\report\.exe \(process 4312\) activates .* on server at a level that the application set/,
    );
    expect(lines[6]).toMatch(/^ {2}traced: ./);
    expect(labText([run], PLAIN)).toContain(traceText(run.traces[0] as LabTrace));
  });

  test('says what was not found', async () => {
    const { traces } = await play({ hosts, steps: [trace] });
    expect(traceText(traces[0] as LabTrace)).toContain('  1. not found: server has no event 10036\n');
  });
});

describe('the text of runs', () => {
  const failing = { ...ACTIVATE, title: 'goes well\u001b[31m', expect: { outcome: 'refused' } };

  test('lists what was not as expected, and counts', async () => {
    const run = await play({ steps: [failing, ACTIVATE] });
    const text = labText([run], PLAIN);
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(
      /\nplay\.activate\.client\.server\.CONNECT\.outcome: goes well.*: outcome: expected refused; got accepted\n\n2 passed, 1 failed, 0 skipped\n$/,
    );
  });

  test('of one scenario has its activations and events, of several one line each', async () => {
    const hosts = { ...HOSTS, server: { ...HOSTS.server, updates: ['2022-06-14'] } };
    const run = await play({ hosts, steps: [ACTIVATE, failing] });
    const alone = labText([run], PLAIN);
    expect(alone).toMatch(
      /Activations:\n\ntime .*\n2022-06-14 09:00:00 {2}client {2}server {2}CONNECT {2}refused by activation/,
    );
    expect(alone).toMatch(/Events:\n\ntime .*\n2022-06-14T09:00:00\.\d+Z {2}server {4}10036/);
    expect(alone).not.toContain('Scenarios:');
    const both = labText([run, { ...run, scenario: 'second', title: 'Another' }], PLAIN);
    expect(both).not.toContain('Activations:');
    expect(both).toMatch(/Scenarios:\n\n.*\nplay {6}3 of 3 .* 2 {7}0 {7}2 {2}A play\nsecond .* Another\n/);
  });

  test('of a timeline has its table with the legend, and no list of its activations', async () => {
    const timeline = { server: 'server', clients: ['linux'], phases: ['2021-05', '2023-03-14'], levels: ['CONNECT'] };
    const text = labText([await play({ steps: [{ timeline }] })], PLAIN);
    expect(text).toContain(`2023-03-14    absent    linux    10036\n\n${TIMELINE_LEGEND}\n`);
    expect(text).not.toContain('Activations:');
  });

  test('gives a result for each finding', () => {
    const base = { title: 't', section: 'KB5004442', expected: 'a', actual: 'b', time: 2000 };
    const finding: LabFinding = { ...base, id: 'x.y', ok: false };
    const results = labResults([
      {
        scenario: 'x',
        file: 'x.yaml',
        start: 500,
        findings: [finding, { ...finding, id: 'x.z', ok: true }],
      } as unknown as LabRun,
    ]);
    expect(results).toMatchObject([
      {
        id: 'x.y',
        title: 't',
        section: 'KB5004442',
        expected: 'a',
        actual: 'b',
        level: 'WINDOWS',
        outcome: 'fail',
        seconds: 1.5,
      },
      { id: 'x.z', outcome: 'pass', suite: 'x', file: 'x.yaml', time: 2000, seconds: 0 },
    ]);
  });
});
