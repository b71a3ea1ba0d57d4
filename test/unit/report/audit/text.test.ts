import { describe, expect, test } from 'vitest';
import type { AuditedActivation, AuditFinding } from '../../../../src/capture/audit/audit.js';
import { CSV_HEAD, csvLine } from '../../../../src/report/audit/csv.js';
import { AuditGroups } from '../../../../src/report/audit/groups.js';
import { auditResults } from '../../../../src/report/audit/results.js';
import { auditTasks, whatMustChange } from '../../../../src/report/audit/tasks.js';
import { userText } from '../../../../src/report/audit/text.js';

const PLACE = {
  file: 'a.pcap',
  stream: 0,
  frame: 7,
  time: '2023-03-14T00:00:00.000000000Z',
  client: '10.0.0.1:50000',
  server: '10.0.0.2:135',
  transport: 'ncacn_ip_tcp',
  share: null,
  pipe: null,
} as const;

const activation = (more: Partial<AuditedActivation> = {}): AuditedActivation => ({
  kind: 'activation',
  ...PLACE,
  user: 'LAB\\op',
  anonymous: false,
  mechanism: 'NTLM',
  workstation: 'WS1',
  operation: 'IRemoteSCMActivator::RemoteCreateInstance',
  clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
  class: 'MMC20.Application',
  auth_type: 10,
  auth_level: 2,
  level_from: 'association',
  answer: 'accepted',
  status: 0,
  outcome: 'accepted',
  as_of: '2023-03-14',
  decision: 'refused',
  rule: 'below integrity',
  reason: 'RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY',
  event: 10036,
  unconfirmed: false,
  ...more,
});

const finding = (more: Partial<AuditFinding> = {}): AuditFinding => ({
  kind: 'finding',
  finding: 'ntlmv1',
  severity: 'high',
  ...PLACE,
  user: 'LAB\\op',
  count: 1,
  detail: 'NTLMv1',
  refused_by: null,
  facts: {},
  ...more,
});

const grouped = (...items: readonly (AuditedActivation | AuditFinding)[]): AuditGroups => {
  const groups = new AuditGroups();
  for (const item of items) groups.add(item);
  return groups;
};

describe('groups', () => {
  test('what differs in nothing but port, frame and time is one group', () => {
    const groups = grouped(
      activation(),
      activation({ client: '10.0.0.1:50001', frame: 99 }),
      activation({ auth_level: 4 }),
    );
    expect(groups.activations.map(({ client, count }) => [client, count])).toEqual([
      ['10.0.0.1', 2],
      ['10.0.0.1', 1],
    ]);
    expect(groups.summary).toBe('3 of 3 activations would be refused; 0 findings');
  });

  test('findings are counted by severity, each as often as it was found', () => {
    const groups = grouped(finding({ count: 3 }), finding({ severity: 'info', detail: 'x' }));
    expect(groups.findings.map(({ count }) => count)).toEqual([3, 1]);
    expect(groups.summary).toBe('0 of 0 activations would be refused; 4 findings: 3 high, 1 info');
  });

  test('what is refused comes first, and of findings what is severe', () => {
    const accepted = activation({ client: '10.0.0.0:1', decision: 'accepted', rule: 'integrity', event: null });
    const groups = grouped(accepted, activation(), finding({ severity: 'info', detail: 'x' }), finding());
    expect(groups.activations.map(({ first }) => first.decision)).toEqual(['refused', 'accepted']);
    expect(groups.findings.map(({ first }) => first.severity)).toEqual(['high', 'info']);
  });

  test('a capture of any number of clients fills no memory: the rest is counted', () => {
    const groups = new AuditGroups();
    for (let index = 0; index < 6000; index++) groups.add(activation({ user: `LAB\\user${index}` }));
    expect([groups.activations.length, groups.count('refused')]).toEqual([5000, 6000]);
    expect(groups.summary).toContain('; 1000 more are counted and not shown');
  });
});

describe('for people', () => {
  test('one task a client and user, with all classes', () => {
    const windows = { class: 'ShellWindows', clsid: '9ba05972-f6a8-11cf-a442-00a0c90a8f39' };
    const tasks = auditTasks(grouped(activation(), activation(windows), activation({ ...windows, auth_level: 4 })));
    expect(tasks).toEqual([
      {
        advice: expect.stringMatching(/^Raise these to PKT_INTEGRITY or above\./),
        who: '10.0.0.1, LAB\\op',
        what: 'MMC20.Application, ShellWindows at CONNECT; ShellWindows at PKT (first: a.pcap frame 7)',
      },
    ]);
  });

  test('an advice is given once, to all whom it concerns; who and what has no name is told why', () => {
    const kerberos = activation({ user: null, mechanism: 'Kerberos' });
    const cut = activation({
      client: '10.0.0.3:1',
      user: null,
      mechanism: null,
      class: null,
      clsid: null,
      auth_level: null,
      decision: 'unknown',
      reason: 'its authentication level is not in the capture',
    });
    expect(whatMustChange(grouped(activation(), kerberos, cut))).toEqual([
      expect.stringMatching(/^Raise these to PKT_INTEGRITY or above\. .*\.$/),
      '- 10.0.0.1, a user whose name Kerberos encrypts (see --keytab): MMC20.Application at CONNECT (first: a.pcap frame 7)',
      '- 10.0.0.1, LAB\\op: MMC20.Application at CONNECT (first: a.pcap frame 7)',
      '',
      'Whether these pass is not known, as the authentication level is not in the capture: capture from the beginning of the ' +
        'connection.',
      '- 10.0.0.3, a user whose logon is not in the capture: a class that cannot be read (first: a.pcap frame 7)',
    ]);
  });

  const ATTACKER = { client: '10.0.0.66:40000', stream: 3, frame: 9 };
  const relay = finding({
    finding: 'relay',
    ...ATTACKER,
    facts: { chained: true, other_file: 'a.pcap', other_stream: 0, other_frame: 5 },
  });

  test('nobody in the middle of a relay is told to raise his level: the finding is named instead', () => {
    const tasks = whatMustChange(grouped(activation(), activation(ATTACKER), relay));
    expect(tasks).toEqual([
      'These were relayed: see the findings, and docs/relay.md for what stops a relay.',
      '- 10.0.0.1, LAB\\op: MMC20.Application at CONNECT (the finding: a.pcap frame 9)',
      '- 10.0.0.66, LAB\\op: MMC20.Application at CONNECT (the finding: a.pcap frame 9)',
    ]);
  });

  test('where nothing has to change, a relay changes nothing', () => {
    expect(
      whatMustChange(grouped(activation({ ...ATTACKER, decision: 'accepted', rule: 'integrity' }), relay)),
    ).toEqual([]);
  });

  test('who also activates on a stream of his own is told, and so is who may be no more than translated', () => {
    const both = grouped(relay, activation(ATTACKER), activation({ ...ATTACKER, stream: 8 }));
    const doubtful = grouped(activation(ATTACKER), { ...relay, severity: 'warning', facts: { chained: false } });
    for (const groups of [both, doubtful])
      expect(auditTasks(groups)).toMatchObject([
        { who: '10.0.0.66, LAB\\op', advice: expect.stringMatching(/^Raise these/) },
      ]);
  });

  test.each([
    [{ user: null, mechanism: 'Kerberos' }, '(Kerberos: name is encrypted)'],
    [{ user: null, mechanism: null, auth_level: 1 }, '(nobody: unauthenticated)'],
    [{ user: null, mechanism: null }, '(not in the capture)'],
    [{ user: 'ANONYMOUS LOGON', anonymous: true }, 'ANONYMOUS LOGON'],
  ])('%j is shown as %s', (more, text) => {
    expect(userText(activation(more))).toBe(text);
  });
});

describe('results', () => {
  test('a refused activation fails, an accepted one passes, what the policy does not cover is skipped', () => {
    const results = auditResults(
      grouped(
        activation(),
        activation({ decision: 'accepted', rule: 'integrity' }),
        activation({ decision: 'not covered', rule: 'unauthenticated', reason: 'nobody' }),
        finding(),
        finding({ finding: 'anonymous', severity: 'warning' }),
      ),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(['fail', 'pass', 'skip', 'fail', 'skip']);
    // Where it was first, which JUnit has as the file of a case.
    expect(results.map(({ file }) => file)).toEqual(Array(5).fill('a.pcap'));
  });

  test('the identifier does not depend on where in the capture it was', () => {
    const id = (item: AuditedActivation): string | undefined => auditResults(grouped(item))[0]?.id;
    expect(id(activation())).toBe(id(activation({ frame: 99, stream: 5, file: 'b.pcap', client: '10.0.0.1:6' })));
    expect(id(activation())).not.toBe(id(activation({ user: 'LAB\\other' })));
  });
});

describe('CSV', () => {
  test('has as many cells in a line as in the head, null as nothing', () => {
    const cells = (line: string): number => line.trimEnd().split(',').length;
    expect(cells(csvLine(activation({ reason: 'no comma' })))).toBe(cells(CSV_HEAD));
    expect(csvLine(finding())).toMatch(/^finding,a\.pcap,0,7,.*,ntlmv1,high,1,,NTLMv1\r\n$/);
  });

  test('quotes what needs it, and lets no name of a peer be a formula or a line of its own', () => {
    expect(csvLine(finding({ detail: 'a, "b"' }))).toContain(',"a, ""b"""');
    expect(csvLine(finding({ user: '=cmd|calc' }))).toContain(`,"'=cmd|calc",`);
    expect(csvLine(finding({ user: 'a\r\nb' }))).toContain(',a b,');
  });
});
