import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { AuditExchanges } from '../../../../src/capture/audit/exchanges.js';
import { StreamFindings } from '../../../../src/capture/audit/findings.js';
import { type SeenChallenge, targetsAnother } from '../../../../src/capture/audit/ntlm.js';
import type { AuditPlace } from '../../../../src/capture/audit/records.js';
import { type Leg, RelayWatch } from '../../../../src/capture/audit/relay.js';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { relay } from '../../../../src/relay/index.js';
import { ATTACKER, pdusOf, recordingOf, relayed, TARGET, VICTIM } from '../../../support/relayed.js';

const RELAYS = ['relay', 'challenge-changed', 'target-name'];
const relaysIn = async (bytes: Buffer) =>
  (await audit([bytes])).findings.filter(({ finding }) => RELAYS.includes(finding));

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

  test('the same connection in two captures is no relay, nor is a server whose challenge repeats', async () => {
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
