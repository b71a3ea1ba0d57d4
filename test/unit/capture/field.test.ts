import { describe, expect, test } from 'vitest';
import { type AuditedActivation, type AuditItem, Auditor } from '../../../src/capture/audit/audit.js';
import { readCallRecords, readRecords } from '../../../src/capture/decode/records.js';
import { captureSets } from '../../../src/capture/file/sets.js';
import type { CaptureInput } from '../../../src/capture/file/source.js';
import { corpusMissing, corpusPath } from '../../support/corpus.js';
import { observerOf } from '../../support/observers.js';

const field = (file: string): string => corpusPath(`field/${file}`);
const client = (file: string): string => corpusPath(`foreign-clients/${file}`);

/** What an audit with the password of the captures tells of them, by kind. */
async function audited(source: CaptureInput) {
  const items: AuditItem[] = [];
  const problems: string[] = [];
  const read = await new Auditor({ observe: observerOf('secret') }).file(source, {
    item: (each) => void items.push(each),
    problem: ({ message }) => void problems.push(message),
  });
  const activations = items.filter((each): each is AuditedActivation => each.kind === 'activation');
  const findings = items.flatMap((each) => (each.kind === 'finding' ? [each] : []));
  return { activations, findings, problems, understood: read.understood };
}

const levels = (activations: readonly AuditedActivation[]): unknown[] =>
  activations.map(({ client: from, auth_level, decision }) => [from.split(':')[0], auth_level, decision]);

describe.skipIf(corpusMissing)(`captures of the field${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  test.each(['b1-vxlan-gbp.pcap', 'b2-erspan3.pcap'])('%s is read to its five PDUs', async (file) => {
    const ptypes: string[] = [];
    for await (const { ptype } of readRecords(field(file))) ptypes.push(ptype as string);
    expect(ptypes).toEqual(['bind', 'bind_ack', 'auth3', 'request', 'response']);
    const { activations, understood } = await audited(field(file));
    expect(levels(activations)).toEqual([['10.1.0.5', 2, 'refused']]);
    expect(understood).toMatchObject({ packets: 11, ip: 11, tcp: 11, connections: 1, rpc: 1, pdus: 5, certain: true });
  });

  test('a capture that was rotated is read as if it were whole', async () => {
    const parts = ['b6-ring_00001.pcap', 'b6-ring_00002.pcap'].map(field);
    expect(captureSets([...parts].reverse())).toEqual([parts]);
    const whole = await audited(field('b6-whole.pcap'));
    const rotated = await audited(parts);
    const told = ({ file: _, frame: __, ...activation }: AuditedActivation) => activation;
    expect(rotated.activations.map(told)).toEqual(whole.activations.map(told));
    expect(levels(rotated.activations)).toEqual([
      ['10.1.0.5', 2, 'refused'],
      ['10.1.0.6', 6, 'accepted'],
      ['10.1.0.7', 5, 'accepted'],
    ]);
    expect(rotated.activations[0]).toMatchObject({ file: 'b6-ring_00002.pcap', frame: 1, user: 'LAB\\op' });
    expect(rotated.findings).toEqual([]);
    expect([rotated.understood.certain, rotated.understood.packets]).toEqual([true, whole.understood.packets]);
  });

  test("of the server's half alone what it shows is told, and that the other half is missing", async () => {
    const { activations, understood } = await audited(field('b18-server-only.pcap'));
    expect(activations).toMatchObject([
      {
        operation: 'IRemoteSCMActivator::RemoteCreateInstance',
        auth_level: 2,
        answer: 'accepted',
        decision: 'refused',
      },
    ]);
    expect(understood.passedOver.map(({ what }) => what)).toEqual([
      "connections of which the client's half was not captured",
    ]);
    expect(understood.certain).toBe(false);
  });

  test('a snap length of 96: what it hides is told once, and what is left of a bind is used', async () => {
    const { activations, findings, problems, understood } = await audited(field('b19-snap96.pcap'));
    expect(activations.map(({ operation, decision }) => [operation, decision])).toEqual(
      Array(3).fill(['IRemoteSCMActivator::RemoteCreateInstance', 'unknown']),
    );
    expect([findings, problems]).toEqual([[], []]);
    expect(understood.passedOver.map(({ what, count }) => [what.split(',')[0], count])).toEqual([
      ['PDUs of which a part was not captured', 16],
      ['activations of which the level was not captured', 3],
    ]);
    expect(understood.certain).toBe(false);
    const calls: unknown[] = [];
    for await (const { operation, outcome } of readCallRecords(field('b19-snap96.pcap')))
      calls.push([operation, outcome]);
    expect(calls).toEqual(Array(3).fill(['RemoteCreateInstance', 'cut']));
  });

  test('of two security contexts at CONNECT on one connection the last holds, as for the server', async () => {
    for (const [file, answer] of [
      ['go3-2021-05.pcapng', 'accepted'],
      ['go3-2023-03-14.pcapng', 'fault'],
    ] as const) {
      const { activations, findings } = await audited(client(file));
      expect(activations).toMatchObject([
        { user: 'LAB\\op', auth_level: 2, level_from: 'association', decision: 'refused', event: 10036, answer },
      ]);
      expect(findings.filter(({ finding }) => finding === 'anonymous')).toEqual([]);
    }
  });

  test('MsvAvFlags twice: the repetition is named, and the MIC is there and fits', async () => {
    const { findings } = await audited(field('b10-avflags-0-then-2.pcap'));
    expect(findings.map(({ finding, severity }) => [finding, severity])).toEqual([['repeated-av-flags', 'high']]);
  });

  test('a MIC that stands elsewhere is no sign that a message was changed', async () => {
    const { findings } = await audited(field('b10-heimdal-mic64.pcap'));
    expect(findings.map(({ finding, severity }) => [finding, severity])).toEqual([['misplaced-mic', 'warning']]);
  });

  test("an object call at CONNECT: the exporter's level is named, not the logon", async () => {
    const { findings } = await audited(field('b16-exporter-level.pcapng'));
    expect(findings.filter(({ finding }) => finding === 'refusal')).toMatchObject([
      { refused_by: 'exporter level', facts: { call: 'IRemUnknown::RemRelease' } },
    ]);
  });

  test("a server that calls back, and its client's port that refuses", async () => {
    const { findings } = await audited(field('b16-callback-rst.pcap'));
    expect(findings).toMatchObject([
      {
        finding: 'unreachable',
        severity: 'warning',
        frame: 12,
        client: '10.1.0.9:50102',
        server: '10.1.0.5:135',
        detail: expect.stringMatching(/^a call back: 10\.1\.0\.9.* port 135 of 10\.1\.0\.5 refuses/),
        facts: { callback: true, port: 135, outcome: 'refused' },
      },
    ]);
  });
});
