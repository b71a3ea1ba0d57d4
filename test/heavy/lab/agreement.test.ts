import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditedActivation, type AuditFinding, audit } from '../../../src/capture/audit/audit.js';
import { readDecoded } from '../../../src/capture/decode/decode.js';
import { pduRecord } from '../../../src/capture/decode/record.js';
import { observer } from '../../../src/cli/secrets.js';
import { shippedScenarios } from '../../../src/lab/index.js';
import { captureFile, passwordOf, type RecordedLab, recordedLab } from '../../support/labs.js';

/** Scenarios in which connections break, so that PDUs do too. */
const BREAKS: ReadonlySet<string> = new Set(['faults', 'lifetimes']);

describe.each(shippedScenarios())('the recording of %s', (name) => {
  let lab: RecordedLab;
  let file: string;

  beforeAll(async () => {
    lab = await recordedLab(name);
    file = captureFile(name, lab.capture);
  }, 60_000);
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  test('everything came as the scenario and KB5004442 have it', () => {
    expect(lab.run.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(lab.run.findings.length).toBeGreaterThan(0);
  });

  test('audit finds every activation that a server reports, with its level and outcome', async () => {
    const users = new Set(['op', ...lab.run.served.flatMap(({ activation: { identity } }) => identity?.user || [])]);
    const observe = observer({ password: [...users].map((user) => passwordOf(name, user)) });
    const { activations } = await audit([file], { observe });
    const found = new Map(activations.map((each) => [`${each.client} ${each.server}`, each]));
    const wrong = lab.run.served.filter(({ serverAddress, activation }) => {
      const { client, method, level, authType, outcome, status, identity } = activation;
      const seen = found.get(`${client.address}:${client.port} ${serverAddress}:135`);
      // Without a keytab a ticket keeps its client's name, and what is sealed its contents.
      const sealed = seen?.mechanism === 'Kerberos';
      // In a workgroup the client names its own machine for a domain.
      const user = identity?.anonymous ? 'ANONYMOUS LOGON' : (identity?.user ?? null);
      return !(
        seen?.operation.endsWith(`::${method}`) &&
        seen.auth_level === level &&
        seen.auth_type === authType &&
        ((seen.user?.split('\\').at(-1) ?? null) === user || (sealed && seen.user === null)) &&
        ((seen.answer === 'accepted') === (outcome === 'accepted') || (sealed && seen.answer === 'unreadable')) &&
        (outcome === 'accepted' || seen.status === status)
      );
    });
    expect(wrong).toEqual([]);
  });

  test('audit finds no other activation, but those that never came to an activator', async () => {
    const { activations } = await audit([file]);
    const served = new Set(
      lab.run.served.map(
        ({ serverAddress, activation: { client } }) => `${client.address}:${client.port} ${serverAddress}:135`,
      ),
    );
    const others = activations.filter(({ client, server }) => !served.has(`${client} ${server}`));
    expect(others.filter((each) => !ofAttacker(each) && !faulted(each) && !cutOff(each))).toEqual([]);
    if (lab.run.relays.length === 0 && !BREAKS.has(name)) expect(others.filter((each) => !faulted(each))).toEqual([]);
  });

  test('audit finds a relay in it if, and only if, there is one', async () => {
    const { findings } = await audit([file]);
    const relays = findings.filter(({ finding }: AuditFinding) => finding === 'relay');
    expect(relays.length > 0).toBe(lab.run.relays.length > 0);
  });

  test('decode reads every PDU to its fields', async () => {
    const unreadable = [];
    for await (const decoded of readDecoded(file)) {
      if (decoded.captured.kind === 'cut') continue;
      const record = pduRecord(name, decoded);
      if (record.error !== undefined) unreadable.push({ frame: record.frame, error: record.error });
    }
    if (!BREAKS.has(name)) expect(unreadable).toEqual([]);
  });
});

const ATTACKER = '10.0.0.66';
/** What the lure answers itself. */
const ofAttacker = ({ server }: AuditedActivation): boolean => server.startsWith(`${ATTACKER}:`);
/** Refused by the association: a signature, or a security context that is not there. */
const faulted = ({ answer }: AuditedActivation): boolean => answer === 'fault';
/** The connection broke before. */
const cutOff = ({ answer }: AuditedActivation): boolean => answer === 'none';

/** Variants that change one of the three messages of a handshake, whose MIC the victim has announced and left in. */
describe('with the victim’s password, a MIC that does not fit', () => {
  test.each([
    ['relay-flags-downgraded', true],
    ['relay-connect', false],
    // A MIC that is announced, and other fields in its place: a finding of its own.
    ['relay-mic-dropped', false],
    ['relay-time-removed', false],
  ])('%s: is found %s', async (name, wrong) => {
    const { capture } = await recordedLab(name);
    const observe = observer({ password: [passwordOf(name, 'victim')] });
    const [with_, without] = await Promise.all([audit([capture], { observe }), audit([capture])]);
    const found = ({ findings }: { findings: readonly AuditFinding[] }) =>
      findings.filter(({ finding }) => finding === 'wrong-mic');
    expect(found(without)).toEqual([]);
    expect(found(with_).length > 0).toBe(wrong);
    for (const { user, severity } of found(with_)) expect([user, severity]).toEqual(['LAB\\victim', 'high']);
  });
});
