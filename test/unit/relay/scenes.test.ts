import { describe, expect, test } from 'vitest';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { IObjectExporter, ResolveOxid2, ServerAlive2 } from '../../../src/codec/dcom/index.js';
import { relay } from '../../../src/relay/index.js';
import { activates, bind, LEVEL, PHASES, serve } from '../../support/live.js';

const CONNECT = { unhardened: 'succeeded', hardened: 'stopped' } as const;

describe('the phases of KB5004442', () => {
  test.each([
    ...PHASES.map((asOf) => ({ asOf, value: undefined, hardened: asOf >= '2022-06-14' })),
    { asOf: '2021-06-08', value: 1, hardened: true },
    { asOf: '2022-06-14', value: 0, hardened: false },
    { asOf: '2023-03-14', value: 0, hardened: true },
  ])('as of $asOf with RequireIntegrity… $value: stopped $hardened', async ({ asOf, value, hardened }) => {
    const registry = value === undefined ? {} : { RequireIntegrityActivationAuthenticationLevel: value };
    const { outcome, evidence } = await relay({ variant: 'connect', asOf, registry });
    expect(outcome).toBe(CONNECT[hardened ? 'hardened' : 'unhardened']);
    // The event exists since September 2021, and is logged by default where nothing is enforced yet.
    expect(evidence.event?.id).toBe(asOf >= '2021-09' ? 10036 : undefined);
  });
});

describe('what the hardening leaves open (facts.md 2.2)', () => {
  test.each(['known-reference', 'known-reference-spnego'])(
    '%s: an exporter at CONNECT takes relayed calls to an IPID that is known, even on the last patch level',
    async (variant) => {
      const { stage, outcome, evidence } = await relay({ variant, asOf: '2023-03-14' });
      expect({ stage, outcome }).toEqual({ stage: 'invoked', outcome: 'succeeded' });
      expect(evidence.invocation).toMatchObject({ client: { address: '127.0.0.66' }, identity: { user: 'victim' } });
      expect(evidence.event).toBeUndefined();
    },
  );

  test('an exporter whose own level is PKT_INTEGRITY does not', async () => {
    const { outcome, refusedBy, evidence, reason } = await relay({
      variant: 'known-reference',
      asOf: '2021-05',
      exporterLevel: 5,
    });
    expect({ outcome, refusedBy }).toEqual({ outcome: 'stopped', refusedBy: 'exporter level' });
    expect(evidence.invocation).toBeUndefined();
    expect(reason).toContain('PKT_INTEGRITY');
  });

  test('LegacyAuthenticationLevel 5 is such a level', async () => {
    const registry = { LegacyAuthenticationLevel: 5 };
    const found = await relay({ variant: 'known-reference', asOf: '2023-03-14', registry });
    expect(found.refusedBy).toBe('exporter level');
  });
});

describe('calls that no level is asked of, on the last patch level (facts.md 2.2)', () => {
  test('ServerAlive2 without authentication', async () => {
    const server = await serve({ asOf: '2023-03-14' });
    const { call } = await bind(server.address, IObjectExporter, { level: LEVEL.NONE });
    expect(await call(ServerAlive2, {})).toMatchObject({ ReturnValue: 0 });
    await server.close();
  });

  test('ResolveOxid2 at CONNECT', async () => {
    const server = await serve({ asOf: '2023-03-14' });
    const { reply } = await activates(server, { level: LEVEL.PKT_INTEGRITY });
    const { call } = await bind(server.address, IObjectExporter, { level: LEVEL.CONNECT });
    const resolved = await call(ResolveOxid2, { pOxid: reply?.oxid as bigint, arRequestedProtseqs: [7] });
    expect(resolved).toMatchObject({ ReturnValue: 0, pipidRemUnknown: reply?.ipidRemUnknown });
    expect(server.events).toEqual([]);
    await server.close();
  });
});

describe('the victim', () => {
  test('a hardened client does not protect an unhardened server: nothing in NTLM binds the level', async () => {
    const profile = CLIENT_PROFILES['windows-2023-03'];
    const { outcome, evidence } = await relay({ variant: 'connect', asOf: '2021-05', victim: { profile, level: 6 } });
    expect(outcome).toBe('succeeded');
    expect(evidence.invocation).toMatchObject({ level: 2, identity: { user: 'victim' } });
  });

  test.each(Object.values(CLIENT_PROFILES).map((profile) => [profile.name, profile] as const))(
    '%s can be relayed, and is denied by the lure',
    async (_, profile) => {
      const { outcome, evidence } = await relay({ variant: 'connect', asOf: '2021-05', victim: { profile } });
      expect(outcome).toBe('succeeded');
      expect(evidence.victim).toEqual(Array(2).fill('fault nca_s_fault_access_denied (0x00000005)'));
    },
  );

  test('one that wants to sign does not let the flags be taken away, before the server sees anything', async () => {
    const profile = CLIENT_PROFILES['windows-2023-03'];
    for (const variant of ['flags-downgraded', 'flags-downgraded-no-mic-spnego']) {
      const found = await relay({ variant, asOf: '2021-05', victim: { profile } });
      expect(found).toMatchObject({ stage: 'lured', outcome: 'stopped', refusedBy: 'victim' });
      expect(found.reason).toContain('did not choose NTLMSSP_NEGOTIATE_SIGN');
    }
  });

  test('one that activates without security gives nothing to relay', async () => {
    const { stage, outcome, refusedBy, reason } = await relay({
      variant: 'connect',
      asOf: '2021-05',
      victim: { level: 1 },
    });
    expect({ stage, outcome, refusedBy }).toEqual({ stage: 'lured', outcome: 'stopped', refusedBy: 'transport' });
    expect(reason).toContain('did not authenticate');
  });

  test('a host that refuses its own challenges cannot be reflected to, whatever the server’s patch level', async () => {
    for (const variant of ['reflection', 'reflection-spnego']) {
      for (const asOf of ['2021-05', '2023-03-14']) {
        const found = await relay({ variant, asOf });
        expect(found).toMatchObject({ stage: 'lured', outcome: 'stopped', refusedBy: 'victim' });
        expect(found.reason).toContain('given out itself');
      }
    }
  });

  test('one that does not can be, until its server is hardened', async () => {
    const victim = { refusesOwnChallenges: false };
    for (const variant of ['reflection', 'reflection-spnego']) {
      expect(await relay({ variant, asOf: '2021-05', victim })).toMatchObject({ outcome: 'succeeded' });
      expect(await relay({ variant, asOf: '2023-03-14', victim })).toMatchObject({ refusedBy: 'activation policy' });
    }
  });

  test.each([
    ['mic-dropped', '2019-06-10', '2019-06-11', /announces a MIC/],
    ['flags-doubled', '2019-10-07', '2019-10-08', /announces a MIC/],
  ])('%s succeeds as of %s, and is stopped as of %s', async (variant, before, since, reason) => {
    for (const each of [variant, `${variant}-spnego`]) {
      const earlier = await relay({ variant: each, asOf: before });
      expect(earlier).toMatchObject({ outcome: 'succeeded', evidence: { invocation: { level: 2 } } });
      const later = await relay({ variant: each, asOf: since });
      expect(later).toMatchObject({ outcome: 'stopped', refusedBy: 'authentication' });
      expect(later.reason).toMatch(reason);
    }
  });

  test('a client from before CVE-2019-1166 does not help against a server that has the update', async () => {
    const victim = { ntlm: { keepsServerFlags: true } };
    const found = await relay({ variant: 'flags-doubled', asOf: '2019-10-08', victim });
    expect(found).toMatchObject({ outcome: 'stopped', refusedBy: 'authentication' });
    expect(found.reason).toMatch(/AvId 6 stands twice/);
  });
});

test('over IPv6', async () => {
  const addresses = { victim: '::1', attacker: '::1', server: '::1' };
  const { outcome, evidence } = await relay({ variant: 'connect', asOf: '2021-05', addresses });
  expect(outcome).toBe('succeeded');
  expect(evidence.invocation?.client.address).toBe('::1');
});

test('many at once do not disturb each other', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => relay({ variant: 'connect', asOf: i % 2 === 0 ? '2021-05' : '2023-03-14' })),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(
    outcomes.map((_, i) => (i % 2 === 0 ? 'succeeded' : 'stopped')),
  );
});

test('an unknown variant is a mistake of the caller', async () => {
  await expect(relay({ variant: 'by magic', asOf: '2021-05' })).rejects.toThrow(
    "no such variant of the relay: 'by magic'",
  );
});

test('neither outcome nor recording holds the accounts’ passwords', async () => {
  const random = (length: number) => Buffer.alloc(length, 0x5a);
  const password = Buffer.alloc(16, 0x5a).toString('hex');
  const blocks: Buffer[] = [];
  const outcome = await relay({
    variant: 'integrity-zeros',
    asOf: '2021-05',
    random,
    record: (block) => blocks.push(block),
  });
  const recorded = Buffer.concat(blocks);
  expect(recorded.length).toBeGreaterThan(1_000);
  expect(JSON.stringify(outcome)).not.toContain(password);
  for (const encoding of ['latin1', 'utf16le'] as const)
    expect(recorded.includes(Buffer.from(password, encoding))).toBe(false);
});
