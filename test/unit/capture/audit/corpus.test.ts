import { beforeAll, describe, expect, test } from 'vitest';
import { type AuditedActivation, type AuditReport, audit } from '../../../../src/capture/audit/audit.js';
import { corpus, corpusMissing, everyCapture, KNOWN_PASSWORD, knownKey } from '../../../support/corpus.js';
import { observerOf } from '../../../support/observers.js';

const skipped = corpusMissing ? `: skipped, ${corpusMissing}` : '';

/** One activation as the index has it: `s2:135 ISystemActivator [10:2x3] {RemoteGetClassObject}`. */
interface Indexed {
  readonly file: string;
  readonly stream: number;
  readonly level: string;
  readonly operation: string;
}

const ACTIVATOR = /s(\d+):135 ISystemActivator\S* \[(\d+:\d+)x\d+\] \{([\w,]+)\}/g;

/** The index counts a request and its answer, so two PDUs are one activation; no file has a fault for one. */
const indexed = (): Indexed[] =>
  corpus.flatMap(({ file, notes }) =>
    [...notes.matchAll(ACTIVATOR)].flatMap(([, stream, level, operations]) =>
      (operations as string)
        .split(',')
        .filter((operation) => /^Remote(Activation|GetClassObject|CreateInstance)$/.test(operation))
        .map((operation) => ({ file, stream: Number(stream), level: level as string, operation })),
    ),
  );

const asIndexed = ({ file, stream, auth_type, auth_level, operation }: AuditedActivation): Indexed => ({
  file,
  stream,
  level: `${auth_type}:${auth_level}`,
  operation: operation.replace('IRemoteSCMActivator::', ''),
});

const byPlace = (a: Indexed, b: Indexed): number => a.file.localeCompare(b.file) || a.stream - b.stream;

describe.skipIf(corpusMissing)(`an audit of the captures of real traffic${skipped}`, () => {
  let report: AuditReport;
  beforeAll(async () => {
    report = await audit([...corpus, ...knownKey].map(({ path }) => path));
  });

  test('finds every activation of the index, with type and level, and no other; all were accepted', () => {
    expect(corpus.filter(({ dcom }) => dcom)).toHaveLength(13);
    expect(report.activations.map(asIndexed).sort(byPlace)).toEqual(indexed().sort(byPlace));
    expect(report.activations).toHaveLength(10);
    for (const { answer, status } of report.activations)
      expect({ answer, status }).toEqual({ answer: 'accepted', status: 0 });
  });

  test('counts as many of each operation as the index', () => {
    const counted = (name: string): number =>
      corpus.reduce((sum, { operations }) => sum + Number(new RegExp(`${name}=(\\d+)`).exec(operations)?.[1] ?? 0), 0);
    const found = (name: string): number =>
      report.activations.filter(({ operation }) => operation.endsWith(name)).length;
    for (const name of ['RemoteActivation', 'RemoteGetClassObject', 'RemoteCreateInstance'])
      expect([name, 2 * found(name)]).toEqual([name, counted(name)]);
  });

  test('refuses every one at CONNECT as of 2023-03-14, and the signed one not', () => {
    for (const { auth_level, decision, event } of report.activations) {
      expect({ auth_level, decision, event }).toEqual(
        auth_level === 2
          ? { auth_level: 2, decision: 'refused', event: 10036 }
          : { auth_level: 5, decision: 'accepted', event: null },
      );
    }
  });

  test('names users as NTLM and the KDC show them, says where Kerberos hides them, and knows the classes', () => {
    const seen = new Set(report.activations.map(({ mechanism, user, class: name }) => `${mechanism} ${user} ${name}`));
    expect([...seen].sort()).toEqual([
      'Kerberos THESHIRE.LOCAL\\pgustavo WbemLevel1Login (WMI)',
      'Kerberos null ShellWindows',
      'Kerberos null WbemLevel1Login (WMI)',
      'NTLM PURP\\Administrator MMC20.Application',
      'NTLM THESHIRE\\pgustavo Excel.Application',
      'NTLM THESHIRE\\pgustavo InternetExplorer.Application',
    ]);
  });

  test('finds no relay, no changed challenge and no foreign target name in any of the captures', () => {
    const relays = ['relay', 'challenge-changed', 'target-name'];
    expect(report.findings.filter(({ finding }) => relays.includes(finding))).toEqual([]);
  });

  test('finds no relay across protocols in any, also with those that were made for tests', async () => {
    const { findings } = await audit(everyCapture);
    const facts = findings
      .filter(({ finding }) => finding === 'relay')
      .map(({ transport, facts }) => [transport, facts.other_transport]);
    expect(facts.filter((each) => each.some((name) => !`${name}`.startsWith('ncacn_')))).toEqual([]);
    expect(everyCapture.length).toBeGreaterThan(corpus.length);
  });

  test('with the password of signed and sealed captures finds the same', async () => {
    const paths = knownKey.map(({ path }) => path);
    const [closed, open] = [await audit(paths), await audit(paths, { observe: observerOf(KNOWN_PASSWORD) })];
    expect(open).toEqual(closed);
  });

  test('finds NTLMv1, null sessions, and objects called at CONNECT; those at PKT are signed', () => {
    const counts: Record<string, number> = {};
    for (const { finding, count } of report.findings) counts[finding] = (counts[finding] ?? 0) + count;
    expect(counts).toMatchObject({ ntlmv1: 9, anonymous: 1, 'orpc-low-level': 6 });
    const levels = report.findings.flatMap(({ finding, facts }) =>
      finding === 'orpc-low-level' ? [`${facts.interface} ${facts.auth_level}`] : [],
    );
    expect(new Set(levels.map((each) => each.split(' ')[1]))).toEqual(new Set(['2']));
    expect(levels).toContain('IRemUnknown2 2');
  });
});
