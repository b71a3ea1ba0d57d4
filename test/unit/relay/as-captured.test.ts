import { describe, expect, test } from 'vitest';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../src/net/simulation/index.js';
import { asCaptured, expectedStop, type RelayOptions, relay } from '../../../src/relay/index.js';

const NTLM = 10;
const SPNEGO = 9;
const LEVELS = { CONNECT: 2, CALL: 3, PKT: 4, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
const DATES = ['2021-05', '2021-06-08', '2022-06-14', '2023-03-14'];

/** A class that is not simulated: its activation is all there is to gain. */
const WANTED = {
  clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820',
  iids: ['f309ad18-d86a-11d0-a075-00c04fb68820'],
};

/** A relay between hosts that exist in this process alone, in no time. */
function simulated(options: Omit<RelayOptions, 'network' | 'addresses'>, seed = '1') {
  const time = new VirtualTime({ start: Date.parse('2023-01-01T00:00:00Z') });
  const blocks: Buffer[] = [];
  const network = new SimulatedNetwork({ time, record: (block) => blocks.push(block) });
  network.addHost('client', ['10.0.0.5']);
  network.addHost('attacker', ['10.0.0.66']);
  network.addHost('server', ['10.0.0.10']);
  const addresses = { victim: '10.0.0.5', attacker: '10.0.0.66', server: '10.0.0.10' };
  const outcome = time.run(
    relay({ ...options, network, addresses, timers: time, clock: time.now, random: seededRandom(seed) }),
  );
  return outcome.then((found) => ({ ...found, recording: Buffer.concat(blocks) }));
}

describe('the attacker who keeps the level of his victim', () => {
  test.each(
    Object.entries(LEVELS).flatMap(([name, level]) =>
      [NTLM, SPNEGO].flatMap((authType) => DATES.map((asOf) => ({ name, level, authType, asOf }))),
    ),
  )('$name by $authType as of $asOf ends where the specifications have it', async ({ level, authType, asOf }) => {
    const variant = asCaptured(authType, level);
    const found = await simulated({ variant, asOf, victim: { level }, wanted: WANTED });
    const signs = level > LEVELS.CONNECT;
    const stop = signs ? 'signature' : asOf >= '2022-06-14' ? 'activation policy' : undefined;
    expect(found).toMatchObject({ outcome: stop === undefined ? 'succeeded' : 'stopped' });
    expect(found.refusedBy).toBe(stop);
    expect(expectedStop(variant, { asOf })).toBe(stop);
  });
});

describe('a class that somebody gives', () => {
  test.each(['RemoteCreateInstance', 'RemoteGetClassObject', 'RemoteActivation'] as const)(
    'is activated by %s as the victim, and no more is done',
    async (method) => {
      const iids = method === 'RemoteGetClassObject' ? ['00000001-0000-0000-c000-000000000046'] : WANTED.iids;
      const variant = asCaptured(NTLM, LEVELS.CONNECT);
      const found = await simulated({ variant, asOf: '2021-05', wanted: { ...WANTED, iids, method } });
      expect(found).toMatchObject({ stage: 'activated', outcome: 'succeeded' });
      expect(found.reason).toContain("the server took the activation as LAB\\victim's, though it came from 10.0.0.66");
      expect(found.evidence.invocation).toBeUndefined();
      // One authentication is enough for one activation.
      expect(found.evidence.victim).toHaveLength(1);
    },
  );

  test('MMC20.Application is called as well', async () => {
    const wanted = { clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889', iids: WANTED.iids };
    const found = await simulated({ variant: 'connect', asOf: '2021-05', wanted });
    expect(found).toMatchObject({ stage: 'invoked', outcome: 'succeeded' });
    expect(found.evidence.invocation).toMatchObject({ member: 'ExecuteShellCommand' });
  });
});

test('the same seed gives the same relay, octet by octet; another one does not', async () => {
  const options = { variant: 'connect', asOf: '2021-05', wanted: WANTED };
  const [first, again, other] = [await simulated(options), await simulated(options), await simulated(options, '2')];
  expect(again).toEqual(first);
  expect(other.recording.equals(first.recording)).toBe(false);
});
