import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shippedScenario } from '../../../src/lab/index.js';
import { labText } from '../../../src/report/lab/text.js';
import { ACTIVATE, HOSTS, outcomes, play } from '../../support/lab-steps.js';
import { recordedLab } from '../../support/labs.js';

const HARDENED = { ...HOSTS, server: { ...HOSTS.server, updates: ['2023-03-14'] } };
const TABLE = { enforced: { '2023-03-14': ['absent'] }, logs: '2021-09', raises: {}, defaults: {} };
const timeline = (table: object) => ({
  timeline: { server: 'server', clients: ['client', 'linux'], phases: ['2021-05', '2023-03-14'], table },
});

describe('what a lab says of an activation is what went over the wire', () => {
  test('without authentication there is no level, whatever was asked for', async () => {
    const step = { activate: { from: 'linux', on: 'server', level: 'PKT_PRIVACY', auth: 'none' } };
    const run = await play({
      hosts: HARDENED,
      steps: [{ ...step, expect: { level: 'NONE', refusedBy: 'access control' } }],
    });
    expect(run.failed).toEqual([]);
    expect(run.activations).toMatchObject([{ level: 1, authType: 0 }]);
  });

  test.each(['timeline', 'mixed-domain', 'opc-client', 'workgroup'])(
    '%s: level and type are the server’s',
    async (name) => {
      const { run } = await recordedLab(name);
      const seen = (each: { authType: number; level: number }) => [each.authType, each.level];
      expect(run.activations.map(seen).sort()).toEqual(
        run.served
          .map(({ activation }) => activation)
          .map(seen)
          .concat(unseen(name))
          .sort(),
      );
    },
  );
});

/** A logon that failed never came to the activator. */
const unseen = (name: string): number[][] => (name === 'workgroup' ? [[10, 5]] : []);

describe('the table of a timeline decides, and not the program', () => {
  const defaults = { linux: 'PKT_PRIVACY' };

  test('as it is, everything holds', async () => {
    const { failed, findings } = await play({ steps: [timeline({ ...TABLE, defaults })] });
    expect([failed, findings.length]).toEqual([[], 32]);
  });

  test.each<[string, object, RegExp]>([
    [
      'another phase',
      { ...TABLE, defaults, enforced: { '2021-05': ['absent'] } },
      /expected at CONNECT: refused by activation policy; got at CONNECT: accepted/,
    ],
    [
      'a value of the registry',
      { ...TABLE, defaults, enforced: { '2023-03-14': [1] } },
      /expected at CONNECT: accepted; got at CONNECT: refused/,
    ],
    [
      'an event',
      { ...TABLE, defaults, logs: '2024-01' },
      /expected at PKT: refused by activation policy; got at PKT: refused by activation policy, event 10036/,
    ],
    [
      'a client that raises',
      { ...TABLE, defaults, raises: { client: 'all' } },
      /expected at PKT_INTEGRITY: accepted; got at CONNECT: refused/,
    ],
    ['a default', TABLE, /expected at CONNECT: accepted; got at PKT_PRIVACY: accepted/],
  ])('%s that is not so makes findings fail', async (_name, table, told) => {
    const { failed } = await play({ steps: [timeline(table)] });
    expect(failed.map(({ expected, actual }) => `expected ${expected}; got ${actual}`).join('\n')).toMatch(told);
  });

  test('the shipped timeline and relay history have tables of their own', () => {
    expect(shippedScenario('timeline')?.data.steps[0]?.given).toHaveProperty('table.enforced');
    const relays = shippedScenario('relay-history')?.data.steps.filter(({ verb }) => verb === 'relay') ?? [];
    expect(relays).toHaveLength(6);
    for (const { expect: expected } of relays) expect(Object.keys(expected.variants as object)).toHaveLength(14);
  });
});

/** What is shown in a block of the README, without the marks for what is left out. */
const shown = (first: string): string[] => {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const [block = ''] = readme.slice(readme.indexOf(`    ${first}`)).split(/\n(?=\S)/);
  return block.split('\n').flatMap((line) => (line.trim() === '' || line.trim() === '…' ? [] : [line.slice(4)]));
};

describe('a timeline', () => {
  test('has the rows that the README shows, in a terminal of 80 columns', async () => {
    const { run } = await recordedLab('timeline');
    const lines = labText([run], { colour: false, width: 80 })
      .split('\n')
      .map((line) => line.trimEnd());
    const rows = shown('in all rows: NONE');
    expect(rows).toHaveLength(11);
    expect(lines.join('\n')).toContain(rows.slice(2).join('\n'));
    for (const row of rows) expect(lines).toContain(row);
  });

  test('begins with its first phase, and the server’s events have the date of their phase', async () => {
    const { run } = await recordedLab('timeline');
    const server = run.logs.find(({ machine }) => machine.name === 'server');
    const days = new Set(server?.entries.map(({ at }) => new Date(at.time).toISOString().slice(0, 10)));
    expect([...days].sort()).toEqual(['2021-09-01', '2022-06-14', '2022-11-08', '2023-03-14']);
  });
});

describe('the table of a relay', () => {
  const attacked = { ...HOSTS, attacker: { address: '10.0.0.66', system: 'Linux' } };
  const relay = (...variants: string[]) => ({
    relay: { victim: 'client', attacker: 'attacker', server: 'server', variants },
  });

  test('names what stops each variant, by NTLM and SPNEGO alike', async () => {
    const variants = { connect: 'nobody', upgrade: 'security context' };
    const run = await play({
      hosts: attacked,
      steps: [{ ...relay('connect', 'connect-spnego', 'upgrade'), expect: { variants } }],
    });
    expect([run.failed, run.findings.length]).toEqual([[], 3]);
  });

  test('fails for a variant that it does not name, and where it is wrong', async () => {
    const variants = { connect: 'signature' };
    const run = await play({ hosts: attacked, steps: [{ ...relay('connect', 'upgrade'), expect: { variants } }] });
    expect(run.failed.map(({ expected, actual }) => [expected, actual])).toEqual([
      ['signature', 'nobody'],
      ['nothing: it is not in the table', 'security context'],
    ]);
  });

  test('a relay whose known reference cannot be had is stopped on the way, and the scenario goes on', async () => {
    const cut = { fault: { kind: 'partition', between: ['client', 'server'], as: 'cut' } };
    const run = await play({
      accounts: ['op', 'other'],
      hosts: attacked,
      steps: [cut, { ...relay('known-reference'), expect: { refusedBy: 'transport' } }, { heal: 'cut' }, ACTIVATE],
    });
    expect(run.failed).toEqual([]);
    expect(run.relays[0]?.outcome).toMatchObject({ outcome: 'stopped', refusedBy: 'transport' });
  });
});

describe('a layer that is not the policy’s', () => {
  const hosts = { ...HOSTS, server: { ...HOSTS.server, serves: ['mmc20'] } };

  test('is expected by the scenario alone', async () => {
    const run = await play({ hosts, steps: [{ ...ACTIVATE, expect: { outcome: 'refused', refusedBy: 'class' } }] });
    expect([run.failed, outcomes(run)]).toEqual([[], ['2 refused by class']]);
  });

  test('is a failed finding where nobody expects it', async () => {
    const run = await play({ hosts, steps: [ACTIVATE] });
    expect(run.failed).toMatchObject([{ expected: 'at CONNECT: accepted', actual: 'at CONNECT: refused by class' }]);
  });
});

test('a server that is not Windows and enforces logs no event of Windows', async () => {
  const server = { address: '10.0.0.2', system: 'firmware', enforces: true, serves: ['generic'] };
  const run = await play({
    hosts: { ...HOSTS, server },
    steps: [{ ...ACTIVATE, expect: { refusedBy: 'activation policy', event: 'none' } }],
  });
  expect(run.failed).toEqual([]);
  expect(run.served).toMatchObject([{ activation: { outcome: 'refused', refusedBy: 'activation policy' } }]);
  expect(run.served[0]?.activation.event).toBeUndefined();
});

test('a step of which nothing comes is named with its place', async () => {
  const stall = { fault: { kind: 'stall', between: ['client', 'server'], from: 'server' } };
  const run = await play({ steps: [stall, { ...ACTIVATE, expect: { refusedBy: 'transport' } }] });
  expect(run.failed).toEqual([]);
});

test.each<[string, object, RegExp]>([
  ['a host that would write elsewhere', { hosts: { '../x': HOSTS.server } }, /hosts\.\.\.\/x: /],
  [
    'two hosts with one NetBIOS name',
    {
      hosts: {
        ...HOSTS,
        'server-of-the-lab-1': { address: '10.0.0.31', system: 'x' },
        'server-of-the-lab-2': { address: '10.0.0.32', system: 'x' },
      },
    },
    /server-of-the-lab-1 has this NetBIOS name/,
  ],
  [
    'one address written in two ways',
    { hosts: { a: { address: 'fd00::2', system: 'x' }, b: { address: 'fd00:0:0::2', system: 'x' } } },
    /a has this address/,
  ],
  [
    'an address of no host',
    { hosts: { ...HOSTS, nowhere: { address: '255.255.255.255', system: 'x' } } },
    /not the address of a host/,
  ],
  [
    'an update that came out later in its month',
    { steps: [{ update: { host: 'server', date: '2022-06' } }] },
    /write 2022-06-14 for that/,
  ],
  [
    'an update that is older than what is there',
    { hosts: HARDENED, steps: [{ update: { host: 'server', date: '2022-06-14' } }] },
    /has the update of 2023-03-14 already/,
  ],
  [
    'a phase before what is installed',
    { hosts: HARDENED, steps: [timeline(TABLE)] },
    /phases: server has the update of 2023-03-14 already/,
  ],
  [
    'a phase of the table that is none',
    { steps: [timeline({ ...TABLE, enforced: { '2022-06-14': [1] } })] },
    /not one of the phases/,
  ],
  [
    'a start before what is installed',
    { start: '2021-05', hosts: HARDENED },
    /start: server has installed the update of 2023-03-14/,
  ],
  [
    'a clock that moves while an object is kept',
    {
      steps: [
        { activate: { from: 'client', on: 'server', as: 'o' } },
        { update: { host: 'client', date: '2022-06-14' } },
      ],
    },
    /release o before the clock moves on/,
  ],
  ['a way from a host to itself', { steps: [{ link: { between: ['client', 'client'] } }] }, /it takes two hosts/],
  ['too long a wait', { steps: [{ wait: '31 days' }] }, /at most 30 days/],
  ['two verbs', { steps: [{ wait: '1 s', reboot: 'server' }] }, /not reboot and wait/],
  [
    'an AppID that is none',
    { steps: [{ set: { host: 'server', appId: 'x', AuthenticationLevel: 5 } }] },
    /'x' is no AppID/,
  ],
])('%s is a mistake with its place', async (_name, given, why) => {
  await expect(play({ steps: [ACTIVATE], ...given })).rejects.toThrow(why);
});

describe('a link step', () => {
  const link = (changes: object) => ({ link: { between: ['client', 'server'], ...changes } });
  /** How long the activations took, in whole milliseconds of simulated time. */
  const durations = async (...steps: object[]): Promise<number[]> => {
    const run = await play({ network: { latency: '100 ms' }, steps: [...steps, ACTIVATE] });
    return run.served.map(({ activation }, index) => Math.round(activation.time - (run.activations[index]?.time ?? 0)));
  };

  test('changes what it names, and leaves the rest', async () => {
    const [before] = await durations();
    expect(before).toBeGreaterThan(500);
    expect(await durations(link({ segment: 4_000 }))).toEqual([before]);
    expect((await durations(link({ latency: '1 ms' })))[0]).toBeLessThan(20);
    expect((await durations(link({ bandwidth: 10_000 })))[0]).toBeGreaterThan(before as number);
  });

  test('takes back what was said before', async () => {
    const [usual] = await durations(link({ latency: null }));
    expect(usual).toBeLessThan(5);
    expect(await durations(link({ bandwidth: 10_000 }), link({ bandwidth: null }))).toEqual(await durations());
  });
});
