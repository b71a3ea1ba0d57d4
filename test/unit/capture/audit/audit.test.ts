import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuditedActivation, audit } from '../../../../src/capture/audit/audit.js';
import { likelyCause } from '../../../../src/capture/audit/causes.js';
import type { AuditEvent } from '../../../../src/capture/audit/events.js';
import { AuditExchanges } from '../../../../src/capture/audit/exchanges.js';
import { StreamFindings } from '../../../../src/capture/audit/findings.js';
import { type SeenChallenge, targetsAnother } from '../../../../src/capture/audit/ntlm.js';
import { auditBudget } from '../../../../src/capture/audit/open-call.js';
import type { AuditPlace } from '../../../../src/capture/audit/records.js';
import { type Leg, RelayWatch } from '../../../../src/capture/audit/relay.js';
import { SessionUsers } from '../../../../src/capture/audit/session-users.js';
import { AuditStream, type StreamOptions } from '../../../../src/capture/audit/stream.js';
import { Understood } from '../../../../src/capture/file/understood.js';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { relay } from '../../../../src/relay/index.js';
import { AgedMap } from '../../../../src/rpc/index.js';
import { ATTACKER, pdusOf, recordingOf, relayed, TARGET, VICTIM } from '../../../support/relayed.js';

const CAPTURES = join(import.meta.dirname, '../../../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');

const RELAYS = ['relay', 'challenge-changed', 'target-name'];
const relaysIn = async (bytes: Buffer) =>
  (await audit([bytes])).findings.filter(({ finding }) => RELAYS.includes(finding));

describe('what a server of a date makes of a captured activation', () => {
  test.each([
    ['2021-05', {}, 'accepted', null],
    ['2021-09', {}, 'accepted', 10036],
    ['2021-09', { RequireIntegrityActivationAuthenticationLevel: 1 }, 'refused', 10036],
    ['2022-06-14', {}, 'refused', 10036],
    ['2022-06-14', { RequireIntegrityActivationAuthenticationLevel: 0 }, 'accepted', 10036],
    ['2023-03-14', { RequireIntegrityActivationAuthenticationLevel: 0 }, 'refused', 10036],
  ])('as of %s with %j: %s', async (asOf, registry, decision, event) => {
    const { activations } = await audit([AT_CONNECT], { asOf, registry });
    expect(activations).toMatchObject([{ auth_level: 2, level_from: 'association', decision, event }]);
  });

  test('in a capture that begins after the bind: its stub in plain tells what it is, and nothing its level', async () => {
    const pdus = (await pdusOf()).filter(({ bytes }) => bytes[2] === 0 || bytes[2] === 2);
    const { activations, findings } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toMatchObject([
      { class: 'MMC20.Application', auth_level: null, decision: 'unknown', answer: 'accepted' },
    ]);
    expect(findings).toEqual([]);
  });

  test('of a request whose bind was not captured, and which is no activation in plain, nothing is claimed', async () => {
    const pdus = (await pdusOf()).filter(({ bytes }) => bytes[2] === 0);
    for (const { bytes } of pdus) bytes[22] = 7;
    const { activations, findings } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toEqual([]);
    expect(findings).toMatchObject([{ finding: 'unidentified-calls', count: 1 }]);
  });

  test('an activation without an answer is one all the same', async () => {
    const pdus = (await pdusOf()).slice(0, -1);
    const { activations } = await audit([recordingOf([{ client: VICTIM, server: TARGET, pdus }])]);
    expect(activations).toMatchObject([{ answer: 'none', status: null, decision: 'refused', user: 'LAB\\op' }]);
  });
});

test('calls without an answer are bounded over all streams: the oldest is told as it gives way', async () => {
  const pdus = await pdusOf();
  const connections = [1, 2, 3].map((number) => ({ client: { ...VICTIM, port: number }, server: TARGET, pdus }));
  const told: string[] = [];
  const tell = (event: AuditEvent): void => {
    if (event.kind === 'activation') told.push(`${event.activation.stream} ${event.activation.answer}`);
  };
  const options: StreamOptions = {
    ...{ observe: () => undefined, tell, nextExchange: () => 0 },
    users: new SessionUsers(),
    budget: auditBudget(tell, 2),
    told: { pdus: 0, droppedFindings: 0 },
    understood: new Understood(),
  };
  const streams = connections.map(() => new AuditStream(options, undefined));
  for await (const item of readPdus(recordingOf(connections))) if (item.kind === 'pdu') streams[item.stream]?.pdu(item);
  expect(told).toEqual(['0 none', '1 accepted', '2 accepted']);
  for (const stream of streams) stream.end();
  expect(options.told).toEqual({ pdus: 3 * pdus.length, droppedFindings: 0 });
});

test('as many as 16,384 calls of all streams are waited for', () => {
  const told: number[] = [];
  const { calls } = auditBudget((event) => void (event.kind === 'activation' && told.push(event.activation.frame)));
  const streams = Array.from({ length: 4 }, () => new AgedMap(calls));
  const call = {
    interface: undefined,
    opnum: 0,
    operation: undefined,
    operationName: undefined,
    level: undefined,
    contextId: undefined,
  };
  const security = { authType: 0, level: 1, authContextId: undefined, from: 'none', identity: undefined } as const;
  for (let frame = 0; frame < 16_386; frame++) {
    const kept = { ...call, activation: { frame } as AuditedActivation };
    streams[frame % 4]?.set(frame, { callId: frame, contextId: 0, opnum: 0, object: undefined, security, kept });
  }
  expect(told).toEqual([0, 1]);
});

describe('relays', () => {
  test('one NTLM exchange on two connections, with the man in the middle', async () => {
    const [relay, ...more] = await relaysIn(recordingOf(relayed(await pdusOf())));
    expect(relay).toMatchObject({
      finding: 'relay',
      severity: 'high',
      stream: 1,
      client: `${ATTACKER}:40000`,
      server: '10.0.0.10:135',
      user: 'LAB\\op',
      facts: { by: 'response', chained: true, other_stream: 0, authenticate_changed: false },
    });
    expect(relay?.detail).toContain(`${ATTACKER} is in the middle`);
    expect(more.filter(({ finding }) => finding === 'challenge-changed')).toEqual([]);
  });

  test('in two captures, one of each leg', async () => {
    const [victim, target] = relayed(await pdusOf()).map((leg) => recordingOf([leg]));
    const { findings } = await audit([victim as Buffer, target as Buffer]);
    expect(findings.filter(({ finding }) => finding === 'relay')).toHaveLength(1);
  });

  test('a challenge whose flags change between the legs is told, with what is gone', async () => {
    const real = await pdusOf();
    const changed = real.map((pdu) => {
      const at = pdu.bytes[2] === 12 ? pdu.bytes.indexOf('NTLMSSP') : -1;
      if (at < 0) return pdu;
      const bytes = Buffer.from(pdu.bytes);
      // [MS-NLMP] 2.2.2.5: without NTLMSSP_NEGOTIATE_SIGN the victim will not sign.
      bytes.writeUInt32LE((bytes.readUInt32LE(at + 20) & ~0x10) >>> 0, at + 20);
      return { ...pdu, bytes };
    });
    const found = await relaysIn(recordingOf(relayed(changed, real)));
    expect(found).toContainEqual(
      expect.objectContaining({
        finding: 'challenge-changed',
        facts: expect.objectContaining({ differences: ['with NTLMSSP_NEGOTIATE_SIGN'] }),
      }),
    );
  });

  test('a victim that breaks off after the challenge: the chain of the addresses tells', async () => {
    const pdus = await pdusOf();
    const found = await relaysIn(recordingOf(relayed(pdus.slice(0, 2), pdus.slice(0, 2))));
    expect(found).toMatchObject([{ finding: 'relay', facts: { by: 'challenge', chained: true } }]);
  });

  test.each([
    [60, true],
    [61, false],
  ])('the same challenge %i s later on the next connection of a chain is one: %s', (seconds, expected) => {
    const challenge = { nonce: '00' } as SeenChallenge;
    const leg = (client: string, server: string, at: number): Leg => ({
      place: { client, server } as AuditPlace,
      clientAddress: client,
      serverAddress: server,
      seconds: at,
      challenge,
      authenticate: undefined,
      matched: false,
      suspect: undefined,
    });
    const relays = new RelayWatch();
    relays.challenge(leg('10.0.0.5', ATTACKER, 1000));
    const second = leg(ATTACKER, '10.0.0.10', 1000 + seconds);
    relays.challenge(second);
    expect(relays.ended(second) !== undefined).toBe(expected);
  });

  test('of one connection 64 exchanges are followed, and no more', async () => {
    const bind_ack = (await pdusOf())[1]?.bytes as Buffer;
    const auth_value = bind_ack.subarray(bind_ack.indexOf('NTLMSSP'));
    let followed = 0;
    const exchanges = new AuditExchanges({
      tell: ({ kind }) => void (kind === 'challenge' && followed++),
      nextExchange: () => followed,
      findings: new StreamFindings(),
    });
    const captured = { client: VICTIM, server: TARGET, seconds: 0, nanoseconds: 0 } as CapturedPdu;
    for (let id = 0; id < 70; id++) exchanges.take(captured, { id, authType: 10, octets: auth_value }, undefined);
    expect(followed).toBe(64);
  });

  test('without a man in the middle it is a warning: an address translation looks the same', async () => {
    const pdus = await pdusOf();
    const outside = { address: '192.0.2.1', port: 61_000 };
    const both = [VICTIM, outside].map((client) => ({ client, server: TARGET, pdus }));
    expect(await relaysIn(recordingOf(both))).toMatchObject([
      { finding: 'relay', severity: 'warning', facts: { by: 'response', chained: false } },
    ]);
  });

  test('the same connection in two captures is none, nor is a server whose challenge repeats', async () => {
    const pdus = await pdusOf();
    const connection = { client: VICTIM, server: TARGET, pdus };
    const { findings } = await audit([recordingOf([connection]), recordingOf([connection])]);
    expect(findings.filter(({ finding }) => finding === 'relay')).toEqual([]);
    const started = pdus.slice(0, 2);
    const others = [VICTIM, { address: '10.0.0.6', port: 50_000 }].map((client) => ({
      client,
      server: TARGET,
      pdus: started,
    }));
    expect(await relaysIn(recordingOf(others))).toEqual([]);
  });
});

test("the target's side of a relay in the lab gives itself away by the target name", async () => {
  const blocks: Buffer[] = [];
  await relay({ variant: 'connect', asOf: '2023-03-14', record: (block) => blocks.push(block) });
  const { activations, findings } = await audit([Buffer.concat(blocks)]);
  expect(activations).toMatchObject([{ client: expect.stringMatching(/^127\.0\.0\.66:/), answer: 'fault', status: 5 }]);
  expect(findings).toContainEqual(
    expect.objectContaining({ finding: 'target-name', facts: expect.objectContaining({ target: 'RPCSS/127.0.0.66' }) }),
  );
});

describe("a target name that is not the server's", () => {
  const challenge = {
    nonce: '',
    flags: 0,
    digest: '',
    targetInfo: '',
    names: ['srv1', 'srv1.lab.example', 'lab', 'lab.example'],
    hasTimestamp: true,
  };
  test.each([
    ['RPCSS/10.0.0.10', false, 'the address of the server'],
    ['RPCSS/10.0.0.66', true, 'another address'],
    ['RPCSS/srv1', false, 'its name'],
    ['RPCSS/SRV1.other.example', false, 'its name in another domain, as an alias has it'],
    ['HOST/srv1.lab.example:135', false, 'with a port'],
    ['ldap/lab.example', false, 'its domain'],
    ['RPCSS/srv2', true, 'another name'],
    ['RPCSS/localhost', false, 'the machine itself'],
    ['RPCSS/127.0.0.1', false, 'a loopback address, which a tunnel has'],
    ['RPCSS', false, 'no host'],
    ['', false, 'nothing'],
  ])('%s: %s, %s', (spn, expected) => {
    expect(targetsAnother(spn, '10.0.0.10', challenge)).toBe(expected);
  });

  test('another loopback address is another machine of a lab', () => {
    expect(targetsAnother('RPCSS/127.0.0.66', '127.0.0.2', challenge)).toBe(true);
    expect(targetsAnother('RPCSS/127.0.0.2', '127.0.0.2', challenge)).toBe(false);
  });

  test('a name says nothing where the challenge was not captured', () => {
    expect(targetsAnother('RPCSS/srv2', '10.0.0.10', undefined)).toBe(false);
  });
});

describe('the likely cause of a refusal', () => {
  const now = Date.UTC(2023, 3, 1) / 1000;
  const FIRST_UPDATE = Date.UTC(2021, 5, 8) / 1000;
  const denied = { answer: 'fault', status: 5 } as const;
  const activation = { activation: true, level: 2, answeredBefore: true, auth3: true, seconds: now };
  test.each([
    ['an activation at CONNECT', denied, activation, 'activation policy'],
    [
      'the same before the hardening existed, first after auth3',
      denied,
      { ...activation, answeredBefore: false, seconds: 1.5e9 },
      'authentication',
    ],
    [
      'the same before the hardening existed, with a logon that worked',
      denied,
      { ...activation, seconds: 1.5e9 },
      'access control',
    ],
    ['an activation of which the capture holds no time', denied, { ...activation, seconds: 0 }, 'activation policy'],
    ['one on the day of the first update', denied, { ...activation, seconds: FIRST_UPDATE }, 'activation policy'],
    ['one a second before', denied, { ...activation, seconds: FIRST_UPDATE - 1 }, 'access control'],
    ['a signed activation after others were answered', denied, { ...activation, level: 5 }, 'access control'],
    [
      'a signed activation, first after auth3',
      denied,
      { ...activation, level: 5, answeredBefore: false },
      'authentication',
    ],
    ['an unauthenticated activation', denied, { ...activation, level: 1, auth3: false }, 'access control'],
    ['a call of an object at CONNECT', denied, { ...activation, activation: false }, 'exporter level'],
    ['E_ACCESSDENIED of an activation', { answer: 'result', status: 0x80070005 }, activation, 'activation policy'],
    [
      'E_ACCESSDENIED of an object at CONNECT, first after auth3: of the exporter, as a logon that failed is refused with 5',
      { answer: 'fault', status: 0x80070005 },
      { ...activation, activation: false, answeredBefore: false },
      'exporter level',
    ],
    ['the same with 5', denied, { ...activation, activation: false, answeredBefore: false }, 'authentication'],
    [
      'a null session, first after auth3, whose logon has not failed',
      denied,
      { ...activation, level: 5, answeredBefore: false, anonymous: true },
      'access control',
    ],
    ['RPC_S_SERVER_UNAVAILABLE that a server sends', { answer: 'fault', status: 0x6ba }, activation, 'fault'],
    ['the same as an HRESULT', { answer: 'result', status: 0x800706ba }, activation, 'result'],
    ['RPC_E_VERSION_MISMATCH', { answer: 'fault', status: 0x80010110 }, activation, 'version'],
    ['RPC_E_INVALID_HEADER', { answer: 'fault', status: 0x80010111 }, activation, 'version'],
    ['a wrong signature', { answer: 'fault', status: 0x721 }, { ...activation, level: 5 }, 'signature'],
    ['nca_s_op_rng_error', { answer: 'fault', status: 0x1c010002 }, activation, 'protocol'],
    ['a status of the application', { answer: 'fault', status: 0x12345678 }, activation, 'fault'],
  ] as const)('%s', (_, refused, facts, refusedBy) => {
    expect(likelyCause(refused, facts).refusedBy).toBe(refusedBy);
  });
});
