import { describe, expect, test } from 'vitest';
import { labResults } from '../../../src/report/lab/results.js';
import { ACTIVATE, HOSTS, mistakeIn, play, scenarioText } from '../../support/lab-steps.js';
import { passwordOf } from '../../support/labs.js';

const LINK = { between: ['client', 'server'] };
const KEPT = { activate: { from: 'client', on: 'server', as: 'thing' } };

/** A scenario in which much happens. */
const MUCH = {
  accounts: ['op', 'other'],
  hosts: { ...HOSTS, attacker: { address: '10.0.0.66', system: 'Linux' } },
  steps: [
    ACTIVATE,
    ACTIVATE,
    KEPT,
    { invoke: { object: 'thing', member: 'Quit' }, expect: { outcome: 'refused' } },
    { release: 'thing' },
    { relay: { victim: 'client', attacker: 'attacker', server: 'server', variants: ['connect', 'known-reference'] } },
    { lure: { victim: 'client', attacker: 'attacker' } },
    { update: { host: 'server', date: '2023-03-14' } },
    { timeline: { server: 'server', clients: ['linux'], phases: ['2023-03-14'], levels: ['CONNECT', 'anonymous'] } },
    { relay: { victim: 'client', attacker: 'attacker', server: 'server' } },
    { trace: { server: 'server' }, expect: { conclusion: 'traced' } },
    ACTIVATE,
    { activate: { from: 'linux', on: 'server', level: 'PKT_PRIVACY' } },
  ],
};

describe('an expectation', () => {
  test.each<[string, object, Record<string, unknown>, Record<string, string>]>([
    [
      'of an activation',
      ACTIVATE,
      { outcome: 'refused', refusedBy: 'access control' },
      { outcome: 'accepted', refusedBy: 'nobody' },
    ],
    ['of its level', ACTIVATE, { level: 'PKT_INTEGRITY' }, { level: '2' }],
    ['of its events', ACTIVATE, { event: 10036, clientEvent: 10037 }, { event: 'none', clientEvent: 'none' }],
    [
      'of a trace',
      { trace: { server: 'server' } },
      { conclusion: 'traced', application: 'x', pid: 1 },
      { conclusion: 'server does not enforce', application: 'none', pid: 'undefined' },
    ],
    [
      'of a host',
      { check: { host: 'server' } },
      { enforces: true, objects: 3, events: [10036], invocations: ['Quit'] },
      { enforces: 'false', objects: '0', events: '[]', invocations: '[]' },
    ],
  ])('%s that is not so fails, and says what is', async (_name, step, expected, actual) => {
    const { failed } = await play({ steps: [{ ...step, expect: expected }] });
    const found = Object.fromEntries(failed.map((finding) => [finding.id.split('.').at(-1), finding.actual]));
    expect(found).toEqual(actual);
  });

  test.each<[string, object, Record<string, unknown>]>([
    ['an update', { update: { host: 'server', date: '2023-03-14' } }, { enforces: true }],
    ['a setting', { set: { host: 'server', values: { LegacyAuthenticationLevel: 5 } } }, { enforces: true }],
    ['a restart', { reboot: 'server' }, { outcome: 'happened' }],
    ['a release', { release: 'thing' }, { objects: 0 }],
    ['waiting', { wait: '1 s' }, { outcome: 'happened' }],
    ['a link', { link: { ...LINK, latency: '1 s' } }, { outcome: 'happened' }],
    ['a fault', { fault: { ...LINK, kind: 'reset' } }, { outcome: 'happened' }],
    [
      'a timeline',
      { timeline: { server: 'server', clients: ['linux'], phases: ['2021-05'], levels: ['CONNECT'] } },
      { event: 'none' },
    ],
    ['an activation', ACTIVATE, { conclusion: 'traced' }],
    ['a host that serves nothing', { check: { host: 'linux' } }, { objects: 0 }],
    [
      'a variant that is not relayed',
      { relay: { victim: 'client', attacker: 'attacker', server: 'server' } },
      { variants: { upgrade: 'nobody' } },
    ],
  ])('of %s that it cannot tell is a mistake in the scenario, with its place', (_name, step, expected) => {
    const [key] = Object.keys(expected) as [string];
    const hosts = { ...HOSTS, attacker: { address: '10.0.0.66', system: 'Linux' } };
    const text = scenarioText({ hosts, steps: [KEPT, { ...step, expect: expected }] });
    const mistake = mistakeIn(text);
    expect(mistake.message).toMatch(
      new RegExp(`steps\\.1\\.expect\\.${key}.*(cannot tell this|serves nothing|does not relay)`),
    );
    const before = text.slice(0, text.indexOf('expect'));
    expect([mistake.line, mistake.column > before.length]).toEqual([1, true]);
  });

  test('that fails is a failed result', async () => {
    const run = await play({ steps: [{ ...ACTIVATE, expect: { outcome: 'refused' } }] });
    expect(labResults([run]).filter(({ outcome }) => outcome === 'fail')).toMatchObject([
      {
        id: 'play.activate.client.server.CONNECT.outcome',
        expected: 'refused',
        actual: 'accepted',
        section: 'scenario',
      },
    ]);
  });
});

describe('findings', () => {
  test('have ids that are unique, begin with the scenario, and follow from what was done alone', async () => {
    const [one, other] = [await play({ ...MUCH, seed: 1 }), await play({ ...MUCH, seed: 'another' })];
    const ids = one.findings.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => id.startsWith('play.'))).toBe(true);
    expect(other.findings).toEqual(one.findings);
    expect(ids.slice(0, 3)).toEqual([
      'play.activate.client.server.CONNECT',
      'play.activate.client.server.CONNECT~2',
      'play.activate.client.server.CONNECT~3',
    ]);
  });

  test('are all as KB5004442 has it', async () => {
    const { failed, findings } = await play(MUCH);
    expect(failed.map(({ id }) => id)).toEqual(['play.trace.server.conclusion']);
    expect(findings.length).toBeGreaterThan(10);
  });
});

describe('a run', () => {
  test('with the same seed is the same, octet by octet; with another its packets are others', async () => {
    const { capture, ...run } = await play(MUCH);
    const again = await play(MUCH);
    expect(again.capture.equals(capture)).toBe(true);
    expect(again).toEqual({ ...run, capture: again.capture });
    expect((await play({ ...MUCH, seed: 2 })).capture.equals(capture)).toBe(false);
  });

  test('tells nobody a password', async () => {
    const users = ['op', 'other'];
    const text = ({ capture, ...run }: Awaited<ReturnType<typeof play>>): string[] => {
      const logs = run.logs.map(({ xml }) => xml);
      return [JSON.stringify(run, (_key, value) => (typeof value === 'bigint' ? String(value) : value)), ...logs];
    };
    const run = await play(MUCH);
    const given = await play({ ...MUCH, password: 'Pa55 & w0rd!' });
    const passwords = users.map((user) => passwordOf('play', user));
    for (const password of [...passwords, 'Pa55 & w0rd!']) {
      for (const each of [run, given]) {
        expect(text(each).filter((part) => part.includes(password))).toEqual([]);
        for (const encoding of ['latin1', 'utf16le'] as const)
          expect(each.capture.includes(Buffer.from(password, encoding))).toBe(false);
      }
    }
  });

  test('has the password of a user that follows from the seed', async () => {
    const single = { accounts: ['op'], steps: [ACTIVATE], seed: 9 };
    const derived = await play(single);
    expect((await play({ ...single, password: passwordOf('play', 'op', 9) })).capture.equals(derived.capture)).toBe(
      true,
    );
    expect((await play({ ...single, password: 'another' })).capture.equals(derived.capture)).toBe(false);
  });
});
