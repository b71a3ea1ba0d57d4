import { beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_PROFILES } from '../../../src/client/profiles.js';
import { changedNetwork } from '../../../src/net/network.js';
import { SimulatedNetwork, VirtualTime } from '../../../src/net/simulation/index.js';
import { seededRandom } from '../../../src/net/simulation/random.js';
import {
  KERBEROS_LEFT_OPEN,
  KERBEROS_VARIANTS,
  type RelayOptions,
  type RelayOutcome,
  relay,
  relayVariant,
} from '../../../src/relay/index.js';

const [UNHARDENED, HARDENED] = ['2021-05', '2023-03-14'] as const;
const ADDRESSES = { victim: '10.0.0.10', attacker: '10.0.0.66', server: '10.0.0.2' };
const SPNEGO = 9;

/** What stops a variant, without and with enforcement. Nothing of it is taken from the code. */
interface Stopped {
  readonly at: string;
  readonly reason: RegExp;
}

const POLICY: Stopped = { at: 'activation policy', reason: /RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY/ };
const same = (at: string, reason: RegExp) => ({ unhardened: { at, reason }, hardened: { at, reason } });

const STOPPED: Readonly<Record<string, { readonly unhardened?: Stopped; readonly hardened: Stopped }>> = {
  'kerberos-same-service': { hardened: POLICY },
  'kerberos-other-service': { hardened: POLICY },
  'kerberos-service-renamed': { hardened: POLICY },
  'kerberos-options-cleared': { hardened: POLICY },
  'kerberos-other-host': same('authentication', /KRB_AP_ERR_MODIFIED/),
  'kerberos-host-renamed': same('authentication', /KRB_AP_ERR_MODIFIED/),
  'kerberos-checksum-changed': same('authentication', /authenticator does not open.*KRB_AP_ERR_MODIFIED/),
  'kerberos-replayed': same('authentication', /KRB_AP_ERR_REPEAT/),
  'kerberos-integrity-zeros': same('signature', /Kerberos/),
  'kerberos-integrity-invented': same('signature', /sequence number/),
  'kerberos-integrity-unsigned': same('access control', /no sec_trailer/),
  'kerberos-upgrade': same('security context', /type or level of security context 79231 was changed/),
};

/** On a simulated network, whose time and randomness follow from the variant alone. */
function relayed(variant: RelayOptions['variant'], more: Partial<RelayOptions> = {}): Promise<RelayOutcome> {
  const time = new VirtualTime({ start: Date.parse('2023-04-01T09:00:00Z') });
  const network = new SimulatedNetwork({ time, link: {} });
  network.addHost('lab', Object.values(ADDRESSES));
  const environment = { network: network.of('lab'), timers: time, clock: time.now };
  const random = seededRandom('1', String(typeof variant === 'string' ? variant : variant.id));
  return time.run(relay({ variant, asOf: UNHARDENED, addresses: ADDRESSES, random, ...environment, ...more }));
}

test('the KDC of a relay is closed too where the server closes with what a function of the caller threw', async () => {
  const time = new VirtualTime({ start: Date.parse('2023-04-01T09:00:00Z') });
  const network = new SimulatedNetwork({ time, link: {} });
  network.addHost('lab', Object.values(ADDRESSES));
  let listening = 0;
  const counted = changedNetwork(network.of('lab'), {
    async listen(next, ...how) {
      const listener = await next(...how);
      listening++;
      return { address: listener.address, close: () => listener.close().finally(() => listening--) };
    },
  });
  const record = (): never => {
    throw new RangeError('no room');
  };
  const environment = { network: counted, timers: time, clock: time.now };
  const run = relay({ variant: 'kerberos-same-service', asOf: HARDENED, addresses: ADDRESSES, record, ...environment });
  await expect(time.run(run)).rejects.toThrow('no room');
  expect(listening).toBe(0);
});

test('every variant is here, by Kerberos alone and by SPNEGO', () => {
  const ids = Object.keys(STOPPED).flatMap((id) => [id, `${id}-spnego`]);
  expect(KERBEROS_VARIANTS.map(({ id }) => id)).toEqual(ids);
});

describe.each(KERBEROS_VARIANTS.map(({ id, title, authType }) => ({ id, title, authType })))(
  '$id: $title',
  ({ id, authType }) => {
    const expected = STOPPED[id.replace(/-spnego$/, '')] as (typeof STOPPED)[string];

    describe.each([
      ['before the hardening', UNHARDENED, expected.unhardened],
      ['hardened', HARDENED, expected.hardened],
    ] as const)('%s (%s)', (_, asOf, stopped) => {
      let outcome: RelayOutcome;
      beforeAll(async () => {
        outcome = await relayed(id, { asOf });
      });

      if (stopped === undefined) {
        test('succeeds: the server writes the command down as the victim’s, from the attacker’s address', () => {
          expect(outcome).toMatchObject({ variant: id, asOf, stage: 'invoked', outcome: 'succeeded' });
          expect(outcome.evidence.invocation).toMatchObject({
            member: 'ExecuteShellCommand',
            client: { address: ADDRESSES.attacker },
            identity: { domain: 'LAB', user: 'victim', anonymous: false },
            level: 2,
          });
          // One of the victim's AP-REQs a connection: each has its own authenticator.
          expect(outcome.evidence.victim).toHaveLength(2);
        });
        return;
      }

      test(`is stopped at: ${stopped.at}`, () => {
        expect(outcome).toMatchObject({ outcome: 'stopped', refusedBy: stopped.at });
        expect(outcome.reason).toMatch(stopped.reason);
        expect(outcome.evidence.invocation).toBeUndefined();
      });

      test(stopped === POLICY ? 'logs event 10036 with victim and attacker' : 'logs no event 10036', () => {
        const { event } = outcome.evidence;
        if (stopped !== POLICY) return expect(event).toBeUndefined();
        expect(event).toMatchObject({ id: 10036, domain: 'LAB', user: 'victim', clientAddress: ADDRESSES.attacker });
      });
    });

    test('what its data expects is what the tests expect', () => {
      const { unhardened, hardened } = expected;
      expect(relayVariant(id)?.stopped).toEqual({
        ...(unhardened && { unhardened: unhardened.at }),
        hardened: hardened.at,
      });
      expect(relayVariant(id)?.authType).toBe(id.endsWith('-spnego') ? SPNEGO : 16);
      expect(relayVariant(id)?.authType).toBe(authType);
    });

    test('ends so too where the victim’s client insists on signing: its authenticator tells the server nothing that it heeds', async () => {
      const outcome = await relayed(id, { victim: { profile: CLIENT_PROFILES['windows-2023-03'] } });
      expect(outcome.refusedBy).toBe(expected.unhardened?.at);
    });
  },
);

test.each(KERBEROS_LEFT_OPEN)('$id stays open, whatever the update', async ({ id }) => {
  expect(await relayed(id, { asOf: HARDENED })).toMatchObject({ stage: 'invoked', outcome: 'succeeded' });
});

describe('what the options of a server change', () => {
  test('one that takes its own service names alone refuses another’s ticket, unless the name in it was changed', async () => {
    const kerberos = { services: ['RPCSS/server.lab.example'] };
    expect(await relayed('kerberos-other-service', { kerberos })).toMatchObject({
      refusedBy: 'authentication',
      reason: expect.stringMatching(/KRB_AP_ERR_NOT_US/),
    });
    expect(await relayed('kerberos-service-renamed', { kerberos })).toMatchObject({ outcome: 'succeeded' });
  });

  test('without a replay cache the third leg still stops a replay: it echoes another number', async () => {
    expect(await relayed('kerberos-replayed', { kerberos: { replayCache: false } })).toMatchObject({
      refusedBy: 'authentication',
      reason: expect.stringMatching(/KRB_AP_ERR_BADORDER|KRB_AP_ERR_MODIFIED/),
    });
  });
});
