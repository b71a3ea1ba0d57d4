import { describe, expect, test } from 'vitest';
import { junit } from '../../../src/report/junit.js';
import { type Outcome, type Result, resultsSummary, withDistinctIds } from '../../../src/report/result.js';
import { tap } from '../../../src/report/tap.js';
import { parseXml } from '../../support/xml.js';

const result = (id: string, outcome: Outcome, changes: Partial<Result> = {}): Result => ({
  id,
  title: `the rule of ${id}`,
  section: '[MS-RPCE] 2.2.2.11',
  level: 'MUST',
  outcome,
  expected: 'fault 5',
  actual: outcome === 'pass' ? 'fault 5' : 'response',
  pdus: ['1 > request opnum 4', '2 < response'],
  ...changes,
});

const RESULTS = [
  result('a.pass', 'pass'),
  result('b.fail', 'fail'),
  result('c.skip', 'skip', { reason: 'needs a second address' }),
  result('d.xfail', 'xfail', { reason: 'this target closes instead', level: 'SHOULD' }),
  result('e.pass', 'pass'),
];

describe('a summary', () => {
  test('counts each outcome; an expected failure does not fail the run', () => {
    expect(resultsSummary(RESULTS)).toEqual({
      total: 5,
      pass: 2,
      fail: 1,
      skip: 1,
      xfail: 1,
      ok: false,
      text: '2 passed, 1 failed, 1 skipped, 1 expected to fail',
    });
    expect(resultsSummary([result('a', 'xfail'), result('b', 'skip')]).ok).toBe(true);
    expect(resultsSummary([]).text).toBe('0 passed, 0 failed, 0 skipped');
  });
});

describe('names', () => {
  test('are different, also where two calls stand in one frame, or two captures have one name', async () => {
    const twice = ['replay.a.pcap.5', 'replay.a.pcap.6', 'replay.a.pcap.5', 'replay.a.pcap.5'];
    const results = withDistinctIds(twice.map((id) => result(id, 'pass', { title: 'frame 5: ServerAlive2' })));
    expect(results.map(({ id }) => id)).toEqual([
      'replay.a.pcap.5',
      'replay.a.pcap.6',
      'replay.a.pcap.5.2',
      'replay.a.pcap.5.3',
    ]);
    const points = tap(results).match(/^ok .*$/gm) ?? [];
    expect(new Set(points.map((point) => point.replace(/^ok \d+ - /, ''))).size).toBe(4);
    const cases = [...(await junit(results, 'replay')).matchAll(/<testcase [^>]*name="([^"]*)"/g)];
    expect(new Set(cases.map(([, name]) => name)).size).toBe(4);
  });

  test('may be the same in two suites', () => {
    const results = ['a', 'b'].map((suite) => result('a', 'pass', { suite }));
    expect(withDistinctIds(results)).toEqual(results);
  });
});

describe('TAP', () => {
  test('begins with the name of what was tested, where it has one', () => {
    expect(tap([], { name: 'my client' })).toBe('TAP version 14\n1..0\n# my client\n');
  });

  test('is flat: one point a check, with a message in the YAML block of what did not pass', () => {
    expect(tap(RESULTS.slice(0, 4))).toBe(`TAP version 14
1..4
# [MS-RPCE] 2.2.2.11, MUST
ok 1 - a.pass: the rule of a.pass
# [MS-RPCE] 2.2.2.11, MUST
not ok 2 - b.fail: the rule of b.fail
  ---
  message: "expected fault 5; got response"
  severity: MUST
  section: "[MS-RPCE] 2.2.2.11"
  expected: "fault 5"
  actual: "response"
  pdus:
    - "1 > request opnum 4"
    - "2 < response"
  ...
# [MS-RPCE] 2.2.2.11, MUST; needs a second address
ok 3 - c.skip: the rule of c.skip # SKIP needs a second address
# [MS-RPCE] 2.2.2.11, SHOULD; expected to fail: this target closes instead
not ok 4 - d.xfail: the rule of d.xfail # TODO this target closes instead
  ---
  message: "expected fault 5; got response"
  severity: SHOULD
  section: "[MS-RPCE] 2.2.2.11"
  expected: "fault 5"
  actual: "response"
  pdus:
    - "1 > request opnum 4"
    - "2 < response"
  ...
`);
  });

  test('of no results is an empty plan', () => {
    expect(tap([])).toBe('TAP version 14\n1..0\n');
  });

  test('cannot be forged by a title: # and \\ are escaped, line breaks and a subtest’s brace are defused', () => {
    const [, , , line] = tap([result('x', 'fail', { title: 'a # SKIP \\ b\nok 2 - c {' })]).split('\n');
    expect(line).toBe('not ok 1 - x: a \\# SKIP \\\\ b ok 2 - c {.');
  });
});

describe('JUnit', () => {
  test('is well-formed and counts passes, failures and skips; an expected failure is a skip', async () => {
    const suites = parseXml(await junit(RESULTS, 'conform server'));
    expect(suites).toMatchObject({
      name: 'testsuites',
      attributes: { name: 'conform server', tests: '5', failures: '1' },
    });
    const [suite] = suites.children;
    expect(suite?.attributes).toMatchObject({ name: 'conform server', tests: '5', failures: '1', skipped: '2' });
    expect(suite?.children.map(({ attributes, children }) => [attributes.name, children[0]?.name])).toEqual([
      ['a.pass: the rule of a.pass', 'system-out'],
      ['b.fail: the rule of b.fail', 'failure'],
      ['c.skip: the rule of c.skip', 'skipped'],
      ['d.xfail: the rule of d.xfail', 'skipped'],
      ['e.pass: the rule of e.pass', 'system-out'],
    ]);
  });

  test('says of a failure what was expected, and of a skip why', async () => {
    const cases = parseXml(await junit(RESULTS, 's')).children[0]?.children ?? [];
    expect(cases.map(({ attributes }) => attributes.classname)).toEqual(['s', 's', 's', 's', 's']);
    const child = (index: number, name: string) => cases[index]?.children.find((element) => element.name === name);
    expect(child(1, 'failure')?.attributes).toEqual({ message: 'expected fault 5; got response', type: 'MUST' });
    expect(child(1, 'failure')?.text).toBe(
      'section: [MS-RPCE] 2.2.2.11 (MUST)\nexpected: fault 5\nactual: response\n1 > request opnum 4\n2 < response',
    );
    expect(child(2, 'skipped')?.attributes).toEqual({ message: 'needs a second address' });
    expect(child(3, 'skipped')?.attributes).toEqual({ message: 'expected to fail: this target closes instead' });
    expect(child(2, 'system-out')?.text).toContain('[MS-RPCE] 2.2.2.11, MUST; needs a second address');
    expect(child(3, 'system-out')?.text).toContain('expected to fail: this target closes instead');
    expect(child(4, 'system-out')?.text).toContain('[MS-RPCE] 2.2.2.11, MUST');
  });

  test('has a suite for each suite of the results, with its file, and the times of the results', async () => {
    const time = Date.parse('2023-03-14T09:00:00.250Z');
    const of = (id: string, suite: string, seconds: number) =>
      result(id, 'pass', { suite, file: `${suite}.yaml`, time, seconds });
    const { attributes, children } = parseXml(
      await junit([of('a', 'one', 0.5), of('b', 'two', 1), of('c', 'one', 0.25)], 'lab'),
    );
    expect(attributes).toEqual({ name: 'lab', tests: '3', failures: '0', errors: '0', skipped: '0', time: '1.750' });
    expect(children.map((suite) => suite.attributes)).toMatchObject([
      { name: 'one', tests: '2', time: '0.750', timestamp: '2023-03-14T09:00:00', file: 'one.yaml' },
      { name: 'two', tests: '1', time: '1.000', file: 'two.yaml' },
    ]);
    expect(children[0]?.children.map((each) => each.attributes)).toMatchObject([
      { classname: 'lab.one', name: 'a: the rule of a', time: '0.500', file: 'one.yaml' },
      { name: 'c: the rule of c', time: '0.250' },
    ]);
  });

  test('stays well-formed whatever a peer puts into its names', async () => {
    const hostile = '<&"\'\u0000\u001b[31m\ud800]]>\n  ...\n# SKIP {';
    const xml = await junit(
      [result('x', 'fail', { title: hostile, actual: hostile, expected: hostile })],
      hostile.slice(0, 4),
    );
    const suite = parseXml(xml).children[0];
    expect(suite?.attributes).toMatchObject({ tests: '1', failures: '1', skipped: '0' });
    expect(suite?.children[0]?.attributes.name).toContain('x: <&"\'\ufffd\ufffd[31m\ufffd]]>');
  });

  test('of no results is an empty suite', async () => {
    expect(parseXml(await junit([], 'none')).attributes).toMatchObject({ tests: '0', failures: '0' });
  });

  test('of results without times has the time at which the run began', async () => {
    const began = Date.parse('2026-03-14T09:00:00.250Z');
    for (const results of [[], [result('a', 'pass')]])
      expect(parseXml(await junit(results, 'run', { began })).children[0]?.attributes.timestamp).toBe(
        '2026-03-14T09:00:00',
      );
  });
});
