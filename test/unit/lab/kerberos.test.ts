import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../src/capture/decode/records.js';
import { decodeKeytab } from '../../../src/codec/kerberos/index.js';
import { runScenario, shippedScenario } from '../../../src/lab/index.js';
import { Secret, serviceKeys, sniffer } from '../../../src/security/index.js';
import { HOSTS, mistakeIn, play, scenarioText } from '../../support/lab-steps.js';
import { passwordOf } from '../../support/labs.js';

const PASSWORD = Secret.password(passwordOf('kerberos-domain', 'op'));

async function recorded() {
  const blocks: Buffer[] = [];
  const scenario = shippedScenario('kerberos-domain') ?? expect.fail();
  const run = await runScenario(scenario, { record: (block) => void blocks.push(block) });
  return { run, capture: Buffer.concat(blocks) };
}

describe('a domain with Kerberos', () => {
  test('every step comes out as the scenario and the model of the hardening say', async () => {
    const { run } = await recorded();
    expect(run.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(run.activations.map(({ mechanism }) => mechanism).filter((name) => name === 'Kerberos')).toHaveLength(9);
  });

  test('the same seed gives the same recording, octet by octet', async () => {
    const [first, second] = [await recorded(), await recorded()];
    expect(first.capture.equals(second.capture)).toBe(true);
  });

  test('the keytab of the run opens every signed and sealed PDU under Kerberos, also inside SPNEGO, and names who called', async () => {
    const { run, capture } = await recorded();
    const keys = serviceKeys(decodeKeytab(run.keytab ?? expect.fail()));
    const stubs = new Map<string, number>();
    for await (const record of readRecords(capture, { observe: sniffer({ keys, secrets: [{ secret: PASSWORD }] }) })) {
      if (record.stub === undefined || record.auth_type === 0) continue;
      expect(record.user).toBe('LAB\\op');
      const key = `${record.auth_type} ${record.auth_level} ${record.stub}`;
      stubs.set(key, (stubs.get(key) ?? 0) + 1);
    }
    // Two activations went by NTLM inside SPNEGO, which the password opens.
    expect(Object.fromEntries(stubs)).toEqual({
      ...{ '9 4 verified': 1, '9 5 verified': 2, '9 6 verified': 6 },
      ...{ '16 2 plain': 4, '16 5 verified': 4, '16 6 verified': 2 },
    });
  });
});

const DOMAIN = {
  ...HOSTS,
  dc: { address: '10.0.0.5', windows: 'Windows Server 2019', kdc: true },
  attacker: { address: '10.0.0.66', system: 'Linux' },
};

describe('a timeline by NTLM and by Kerberos', () => {
  const timeline = (auth?: readonly string[], levels = ['NONE', 'CONNECT', 'PKT_PRIVACY']) => ({
    timeline: {
      server: 'server',
      clients: ['client'],
      phases: ['2021-05', '2023-03-14'],
      levels,
      ...(auth && { auth }),
    },
  });

  test('is the same for both, and each cell says what the server authenticated by', async () => {
    const run = await play({ hosts: DOMAIN, steps: [timeline(['ntlm', 'kerberos', 'spnego'])] });
    expect(run.failed).toEqual([]);
    const told = (by: string) =>
      run.timeline
        .filter(({ auth }) => auth === by)
        .map(({ phase, asked, activation: { outcome, event, mechanism } }) => [
          phase,
          asked,
          outcome,
          event?.id,
          mechanism,
        ]);
    const expected = (mechanism: string) => [
      ['2021-05-01', 'NONE', 'refused', undefined, undefined],
      ['2021-05-01', 'CONNECT', 'accepted', undefined, mechanism],
      ['2021-05-01', 'PKT_PRIVACY', 'accepted', undefined, mechanism],
      ['2023-03-14', 'NONE', 'refused', undefined, undefined],
      ['2023-03-14', 'CONNECT', 'refused', 10036, mechanism],
      ['2023-03-14', 'PKT_PRIVACY', 'accepted', undefined, mechanism],
    ];
    expect([told('ntlm'), told('kerberos'), told('spnego')]).toEqual(['NTLM', 'Kerberos', 'Kerberos'].map(expected));
  });

  test.each([
    ['without a KDC', HOSTS, timeline(['kerberos']), /`kdc: true`/],
    ['with a null session', DOMAIN, timeline(['kerberos'], ['anonymous']), /no null session/],
  ])('by Kerberos %s is a mistake', (_, hosts, step, why) => {
    expect(mistakeIn(scenarioText({ hosts, steps: [step] })).message).toMatch(why);
  });
});

describe('a relay of Kerberos', () => {
  const relay = (variants: unknown) => ({
    relay: { victim: 'client', attacker: 'attacker', server: 'server', variants },
  });

  test('has its tickets from the KDC of the scenario, and is deterministic by its seed', async () => {
    const variants = ['kerberos-same-service', 'kerberos-other-host-spnego', 'kerberos-replayed', 'connect'];
    const run = () => play({ hosts: DOMAIN, accounts: ['op', 'other'], steps: [relay(variants)] });
    const [first, second] = [await run(), await run()];
    expect(first.failed).toEqual([]);
    expect(first.relays.map(({ outcome }) => outcome.refusedBy)).toEqual([
      ...[undefined, 'authentication', 'authentication', undefined],
    ]);
    expect(first.relays[0]?.outcome.evidence.invocation?.identity).toMatchObject({ domain: 'LAB', user: 'op' });
    expect(first.capture.equals(second.capture)).toBe(true);
  });

  test('where the domain has Kerberos, all variants are those of Kerberos', async () => {
    const run = await play({ hosts: DOMAIN, accounts: ['op', 'other'], steps: [relay('all')] });
    expect(run.failed).toEqual([]);
    expect([run.relays.length, run.relays.every(({ variant }) => variant.kerberos !== undefined)]).toEqual([26, true]);
  });

  test('without a KDC is a mistake', () => {
    const hosts = { ...HOSTS, attacker: DOMAIN.attacker };
    expect(mistakeIn(scenarioText({ hosts, steps: [relay(['kerberos-upgrade'])] })).message).toMatch(/`kdc: true`/);
  });
});
