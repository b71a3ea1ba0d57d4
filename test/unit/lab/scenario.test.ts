import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/lab/index.js';
import { mistakeIn } from '../../support/lab-steps.js';

const HOSTS = `
  s: { address: 10.0.0.1, windows: Windows Server 2019, serves: [generic] }
  c: { address: 10.0.0.2, windows: Windows 10 1809, applications: { app: { path: app.exe, pid: 7 } } }
  linux: { address: 10.0.0.3, system: Linux }`;

const scenario = (steps: string, hosts = HOSTS, top = ''): string =>
  `name: x\ntitle: X\n${top}hosts:${hosts}\nsteps:\n${steps}\n`;

/** The same with other hosts, and a step that fits any. */
const hosts = (more: string): string => scenario('  - wait: 1 s', `${HOSTS}\n  ${more}`);

const timelineOf = (more: string): string =>
  scenario(`  - timeline:\n      server: s\n      clients: [c]\n      phases: [2021-05]\n      ${more}`);

const relayOf = (more: string): string =>
  scenario(`  - relay: { victim: c, attacker: linux, server: s, ${more} }`, HOSTS, 'accounts: [op]\n');

const BOMB = ['b: &b', 'c: &c', 'd:'].map((key, n) => `${key} [${`*${'abc'[n]},`.repeat(9)}]`).join('\n');

/** Where the mark stands that says where the mistake is, and the text without it. */
function marked(text: string): { text: string; place: string } {
  const before = text.slice(0, text.indexOf('¤')).split('\n');
  return { text: text.replace('¤', ''), place: `${before.length}:${(before.at(-1) as string).length + 1}` };
}

describe('a mistake is named with its place', () => {
  test.each<[string, string, RegExp]>([
    ['YAML that ends too early', 'name: [x¤', /must be sufficiently indented/],
    ['a tab', 'name: x\n¤\ttitle: y', /^Tabs are not allowed/],
    ['a key twice', 'name: x\n¤name: y', /^Map keys must be unique/],
    ['two documents', 'name: x\n¤---\nname: y', /^Source contains multiple documents/],
    ["a name of JavaScript's own", 'name: x\nhosts:\n  ¤__proto__: {}', /^nothing can be named '__proto__'$/],
    ['an alias of nothing', scenario('  - activate: ¤*nothing'), /^nothing before is marked &nothing$/],
    ['no mapping at all', '¤- name', /expected object, received array/],
    ['nothing at all', '¤', /^name: it is missing$/],
    ['a key that nobody knows', scenario('  - wait: 1 s', HOSTS, '¤bogus:\n  - 1\n'), /^bogus: no such key$/],
    ['a verb that nobody knows', scenario('  - ¤frobnicate:\n      a: b'), /^steps\.0\.frobnicate: no such key$/],
    ['a key misspelt', scenario('  - activate: { from: c, ¤onto: s }'), /^steps\.0\.activate\.onto: no such key$/],
    [
      'a key misspelt where an alias brings it',
      scenario('  - wait: &long 1 s\n  - activate: &a { from: c, ¤onto: s }\n  - activate: *a'),
      /^steps\.1\.activate\.onto/,
    ],
    ['a key that is missing', scenario('  - activate: ¤{ from: c }'), /^steps\.0\.activate\.on: it is missing$/],
    ['no steps', scenario('  ¤[]'), /^steps: Too small/],
    ['an empty step', scenario('  -¤'), /^steps\.0: .*received null/],
    ['two verbs in a step', scenario('  - ¤reboot: s\n    wait: 1 s'), /^steps\.0: a step is one of update, set, /],
    ['no verb in a step', scenario('  - ¤title: nothing'), /^steps\.0: a step is one of /],
    [
      'a name that no file could have',
      'name: ¤../x\ntitle: X\nhosts: {}\nsteps: [{ wait: 1 s }]',
      /^name: small letters/,
    ],
    ['a level', scenario('  - activate: { from: c, on: s, level: ¤HIGH }'), /^steps.* no authentication level: 'HIGH'/],
    ['a level of another type', scenario('  - activate: { from: c, on: s, level: ¤[5] }'), /one text or number$/],
    ['a date', scenario('  - update: { host: s, date: ¤2022-13-01 }'), /: no such date: '2022-13-01'$/],
    ['a time without a unit', scenario('  - wait: ¤5'), /: no time: '5'; such as 200 ms/],
    ['a class', scenario('  - activate: { from: c, on: s, class: ¤word }'), /: no class: 'word'; generic, mmc20, /],
    ['an address', hosts('d: { address: ¤nowhere, system: x }'), /no IPv4 or IPv6 address$/],
    ['a class that is not served', hosts('d: { address: 10.0.0.9, system: x, serves: [¤word] }'), /"generic"/],
    ['a DWORD', scenario('  - set: { host: s, values: { LegacyAuthenticationLevel: ¤-1 } }'), />=0$/],
    ['a DWORD of a timeline', timelineOf('registry: [¤maybe]'), /absent or a DWORD$/],
    ['a timeline without levels', timelineOf('levels: ¤[]'), /Too small/],
    ['a fault', scenario('  - fault: { kind: ¤melt, between: [c, s] }'), /"refuse"\|"partition"/],
    ['a way with one end', scenario('  - link: { between: ¤[c] }'), /Too small/],
    ['an event', scenario('  - activate: { from: c, on: s }\n    expect: { event: ¤10037 }'), /10036 or none$/],
    [
      'an expectation of a step that cannot tell it',
      scenario('  - activate: { from: c, on: s }\n    expect: { ¤pid: 7 }'),
      /^steps\.0\.expect\.pid: activate cannot tell this; it can tell outcome, refusedBy, event, clientEvent, level, mechanism$/,
    ],
    [
      'an expectation of a step that changes something',
      scenario('  - wait: 1 s\n    expect: { ¤outcome: happened }'),
      /^steps\.0\.expect\.outcome: wait cannot tell this; nothing can be expected of it$/,
    ],
    ['too many aliases', `¤a: &a [${'x,'.repeat(9)}]\n${BOMB}`, /^Excessive alias count/],
  ])('%s', (_name, given, why) => {
    const { text, place } = marked(given);
    const error = mistakeIn(text);
    const [, file, line, column, said] = /^(.*?):(\d+):(\d+): (.*)$/.exec(error.message) as unknown as string[];
    expect([file, `${line}:${column}`]).toEqual(['lab.yaml', place]);
    expect([error.file, `${error.line}:${error.column}`]).toEqual(['lab.yaml', place]);
    expect(said).toMatch(why);
  });
});

describe('what a scenario names has to be there and to fit', () => {
  test.each<[string, string, RegExp]>([
    ['a host', scenario('  - reboot: ¤nobody'), /there is no host 'nobody'; there are s, c, linux$/],
    ['a host by what every object has', scenario('  - reboot: ¤constructor'), /there is no host 'constructor'/],
    [
      'an application',
      scenario('  - activate: { from: c, application: ¤other, on: s }'),
      /c has no application 'other'$/,
    ],
    ['a user', scenario('  - activate: { from: c, on: s, user: ¤nobody }'), /c knows no account 'nobody'$/],
    [
      'a user of an application',
      hosts('d: { address: 10.0.0.9, system: x, applications: { a: { path: a, pid: 1, user: ¤u } } }'),
      /no account 'u'$/,
    ],
    [
      'a user of the domain in a workgroup',
      hosts('d: { address: 10.0.0.9, system: x, workgroup: W, applications: { a: { path: a, pid: 1, user: ¤op } } }'),
      /no account 'op'$/,
    ],
    [
      'an object',
      scenario('  - invoke: { object: ¤thing, member: Quit }'),
      /no activation before keeps its object as 'thing'$/,
    ],
    [
      'an object that was released',
      scenario('  - activate: { from: c, on: s, as: o }\n  - release: o\n  - release: ¤o'),
      /keeps its object as 'o'$/,
    ],
    ['a fault', scenario('  - heal: ¤cut'), /no fault before is named 'cut'$/],
    [
      'whose octets a fault meets',
      scenario('  - fault: { kind: reset, between: [c, s], from: ¤linux }'),
      /not one of c, s$/,
    ],
    ['an end of a fault', scenario('  - fault: { kind: reset, between: [c, ¤t] }'), /there is no host 't'/],
    [
      'the end of a fault that has none',
      scenario('  - fault: { kind: reset, between: [c, s], for: ¤1 s }'),
      /only a stall ends by itself$/,
    ],
    ['a variant', relayOf('variants: [connect, ¤magic]'), /no such variant of the relay/],
    ['no variant', relayOf('variants: ¤[]'), /Too small/],
    [
      'a second account',
      relayOf('variants: [known-reference]').replace('accounts: [', 'accounts: ¤['),
      /a known reference needs a second account/,
    ],
    [
      'a server on the victim',
      relayOf('variants: [reflection]').replace('victim: c', 'victim: ¤c'),
      /c serves nothing/,
    ],
    [
      'an attacker that serves',
      relayOf('variants: [connect]').replace('attacker: linux', 'attacker: ¤s'),
      /s serves; an attacker cannot$/,
    ],
    ['serves', scenario('  - activate: { from: s, on: ¤c }'), /c serves nothing; give it `serves`$/],
    ['updates', scenario('  - update: { host: ¤linux, date: 2022-06-14 }'), /linux is not Windows$/],
    ['a registry', scenario('  - set: { host: ¤linux, values: {} }'), /linux is not Windows$/],
    ['something to set', scenario('  - set: ¤{ host: s }'), /it sets nothing$/],
    ['an AppID', scenario('  - set: { host: s, AuthenticationLevel: ¤5 }'), /of which AppID\?/],
    ['a level of an AppID', scenario('  - set: { host: s, appId: ¤a }'), /give its AuthenticationLevel/],
    [
      'an AppID of an application',
      hosts(
        'd: { address: 10.0.0.9, windows: Windows 7, applications: { a: { path: a, pid: 1, appIdAuthenticationLevel: ¤5 } } }',
      ),
      /of which AppID\?/,
    ],
    ['an address of its own', hosts('d: { address: ¤10.0.0.2, system: x }'), /c has this address$/],
    [
      'a process of its own',
      hosts('d: { address: 10.0.0.9, system: x, applications: { a: { path: a, pid: 1 }, b: { path: b, pid: ¤1 } } }'),
      /a is this process$/,
    ],
    ['windows or system', hosts('d: ¤{ address: 10.0.0.9 }'), /either windows .* or system/],
    [
      'not windows and system',
      hosts('d: ¤{ address: 10.0.0.9, windows: Windows 7, system: x }'),
      /either windows .* or system/,
    ],
    ['a version of Windows', hosts('d: { address: 10.0.0.9, windows: ¤Windows 95 }'), /Windows 95/],
    [
      'Windows for updates',
      hosts('d: ¤{ address: 10.0.0.9, system: x, updates: [2022-06-14] }'),
      /only Windows has updates/,
    ],
    [
      'Windows for a registry',
      hosts('d: ¤{ address: 10.0.0.9, system: x, registry: {} }'),
      /only Windows has updates and a registry/,
    ],
    [
      'no Windows that enforces',
      hosts('d: { address: 10.0.0.9, windows: Windows 7, enforces: ¤true }'),
      /follows from its updates/,
    ],
    ['a timeline on Windows', timelineOf('').replace('server: s', 'server: ¤linux'), /linux is not Windows$/],
    ['clients of a timeline', timelineOf('').replace('clients: [c', 'clients: [c, ¤d'), /no host 'd'/],
    ['a host of a trace', scenario('  - trace: { server: ¤t }'), /no host 't'/],
    ['a host of a check', scenario('  - check: { host: ¤t }'), /no host 't'/],
  ])('%s', (_name, given, why) => {
    const { text, place } = marked(given);
    const error = mistakeIn(text);
    expect([error.file, `${error.line}:${error.column}`]).toEqual(['lab.yaml', place]);
    expect(error.message).toMatch(why);
  });

  test.each([
    ['object', '  - activate: { from: c, on: s, as: o }\n  - activate: { from: c, on: s, as: ¤o }', '  - release: o\n'],
    [
      'fault',
      '  - fault: { kind: reset, between: [c, s], as: o }\n  - fault: { kind: reset, between: [c, s], as: ¤o }',
      '  - heal: o\n',
    ],
  ])('a name of one %s, unless it is over', (_what, steps, over) => {
    const { text, place } = marked(scenario(steps));
    const error = mistakeIn(text);
    expect(`${error.line}:${error.column}`).toBe(place);
    const [first, second] = steps.replace('¤', '').split(/\n/);
    expect(() => parseScenario(scenario(`${first}\n${over}${second}`))).not.toThrow();
  });

  test('a mistake that shows only when it runs has a place too', () => {
    const { text, place } = marked(scenario('  - wait: 1 s\n  - reboot: ¤s'));
    const { line, column, message } = parseScenario(text, 'lab.yaml').error(['steps', 1, 'reboot'], 'no power');
    expect([`${line}:${column}`, message]).toEqual([place, `lab.yaml:${place}: steps.1.reboot: no power`]);
  });
});
