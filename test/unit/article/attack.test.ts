import { describe, expect, test } from 'vitest';
import { machine } from '../../../src/hardening/machine.js';
import { activationAsServer } from '../../../src/hardening/machine-policy.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../src/net/simulation/index.js';
import { relay as relayOnce } from '../../../src/relay/index.js';
import { eventsOf, outcomes, play } from '../../support/lab-steps.js';
import { CONNECT } from './hosts.js';

/** WbemLevel1Login, the class by which WMI begins, and IWbemLevel1Login. */
const WMI = { clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820', iids: ['f309ad18-d86a-11d0-a075-00c04fb68820'] };

const SERVER = { address: '10.0.0.2', windows: 'Windows Server 2019', serves: ['generic', 'mmc20'] };
const VICTIM = { address: '10.0.0.10', windows: 'Windows 10 1809' };
const ATTACKER = { address: '10.0.0.66', system: 'Linux' };

const relay = (server: string) => ({ relay: { victim: 'victim', attacker: 'attacker', server } });
const update = (host: string, date = '2023-03-14') => ({ update: { host, date } });

/** Which server each relay went to, and where it ended. */
const ends = ({ relays }: Awaited<ReturnType<typeof play>>) =>
  relays.map(({ server, outcome }) => `${server}: ${outcome.refusedBy ?? 'succeeded'}`);

describe('who is concerned', () => {
  test.each([
    ['a domain', {}, 'LAB'],
    ['a workgroup', { workgroup: 'SHOP', accounts: ['op'] }, 'server'],
  ])(
    'article: "domain-joined, … or those using DCOM with Windows Workgroups" (%s)',
    async (_name, membership, authority) => {
      const activate = { activate: { from: 'client', on: 'server', level: 'CONNECT' } };
      const stranger = { activate: { from: 'stranger', on: 'server', level: 'PKT_INTEGRITY' } };
      const run = await play({
        hosts: {
          server: { ...SERVER, ...membership },
          client: { ...VICTIM, ...membership },
          stranger: { ...VICTIM, address: '10.0.0.9', workgroup: 'OTHER', accounts: ['guest1'] },
        },
        steps: [activate, stranger, update('server'), activate, stranger],
      });
      expect(run.failed).toEqual([]);
      expect(outcomes(run)).toEqual([
        '2 accepted',
        '5 refused by authentication',
        '2 refused by activation policy',
        '5 refused by authentication',
      ]);
      // The one account is the domain's, the other the server's own.
      expect(run.served.map(({ activation }) => activation.identity?.domain)).toEqual([authority, authority]);
      expect(eventsOf(run)).toMatchObject({ server: [10036] });
    },
  );

  test('article: "All networked devices under the same security authority could be exposed"', async () => {
    const run = await play({
      hosts: {
        files: SERVER,
        mail: { ...SERVER, address: '10.0.0.3', windows: 'Windows Server 2016' },
        apart: { ...SERVER, address: '10.0.0.4', workgroup: 'APART', accounts: ['guest1'] },
        victim: VICTIM,
        attacker: ATTACKER,
      },
      steps: [relay('files'), relay('mail'), relay('apart'), update('files'), relay('files'), relay('mail')],
    });
    expect(ends(run)).toEqual([
      'files: succeeded',
      'mail: succeeded',
      'apart: authentication',
      'files: activation policy',
      'mail: succeeded',
    ]);
    const [files, mail, apart] = run.relays.map(({ outcome }) => outcome);
    for (const each of [files, mail]) {
      expect(each?.evidence.invocation).toMatchObject({
        member: 'ExecuteShellCommand',
        identity: { domain: 'LAB', user: 'op' },
        client: { address: '10.0.0.66' },
      });
    }
    expect(apart?.reason).toBe('LAB\\op: no such account');
  });

  test('article: "Non-Windows DCOM clients and servers": what Windows’s updates stop on Windows, goes on elsewhere', async () => {
    const run = await play({
      hosts: {
        gateway: { address: '10.0.0.3', system: 'Linux', serves: ['generic', 'mmc20'] },
        strict: { address: '10.0.0.4', system: 'Linux', serves: ['mmc20'], enforces: true },
        server: { ...SERVER, updates: ['2023-03-14'] },
        victim: { address: '10.0.0.21', system: 'Linux', client: 'node-dcom' },
        attacker: ATTACKER,
      },
      steps: [
        relay('gateway'),
        relay('strict'),
        relay('server'),
        { activate: { from: 'victim', on: 'server' } },
        { activate: { from: 'victim', on: 'gateway' } },
      ],
    });
    expect(run.failed).toEqual([]);
    expect(ends(run)).toEqual(['gateway: succeeded', 'strict: activation policy', 'server: activation policy']);
    expect(outcomes(run)).toEqual(['2 refused by activation policy', '2 accepted']);
  });
});

describe('the attack', () => {
  test('article: "If a user is tricked into authenticating to the malicious machine"', async () => {
    const lure = (application: string) => ({ lure: { victim: 'victim', application, attacker: 'attacker' } });
    const applications = {
      viewer: { path: 'C:\\viewer.exe', pid: 7 },
      nameless: { path: 'C:\\nameless.exe', pid: 8, level: 'NONE' },
    };
    const run = await play({
      hosts: { victim: { ...VICTIM, applications }, attacker: ATTACKER },
      steps: [
        { ...lure('viewer'), expect: { outcome: 'succeeded', level: 'CONNECT' } },
        { ...lure('nameless'), expect: { outcome: 'stopped' } },
        // An updated user is tricked all the same: the hardening is of what comes after.
        update('victim'),
        { ...lure('viewer'), expect: { outcome: 'succeeded', level: 'PKT_INTEGRITY' } },
      ],
    });
    expect(run.failed).toEqual([]);
    expect(run.findings.map(({ actual }) => actual)).toEqual(['succeeded', '2', 'stopped', 'succeeded', '5']);
  });

  test.each([
    ['2021-05', 'succeeded', undefined, undefined],
    ['2022-06-14', 'stopped', 'activation policy', 10036],
    ['2023-03-14', 'stopped', 'activation policy', 10036],
  ])(
    'article: "it could adversely impact Windows Management Instrumentation (WMI)" (a relay as of %s: %s)',
    async (asOf, outcome, refusedBy, event) => {
      const time = new VirtualTime({ start: Date.parse('2023-04-01T00:00:00Z') });
      const network = new SimulatedNetwork({ time });
      const addresses = { victim: '10.0.0.10', attacker: '10.0.0.66', server: '10.0.0.2' };
      for (const [name, address] of Object.entries(addresses)) network.addHost(name, [address]);
      const shared = { network, addresses, timers: time, clock: time.now, random: seededRandom('wmi') };
      const found = await time.run(relayOnce({ ...shared, variant: 'connect', asOf, wanted: WMI }));
      expect(found.outcome).toBe(outcome);
      expect(found.stage === 'activated').toBe(outcome === 'succeeded');
      expect(found.refusedBy).toBe(refusedBy);
      expect(found.evidence.event?.id).toBe(event);
    },
  );

  test('article: "it could adversely impact Windows Management Instrumentation (WMI)": and so can the hardening, a client that asks at CONNECT', async () => {
    const ask = (level: string) => ({ activate: { from: 'monitoring', on: 'server', class: WMI.clsid, level } });
    const run = await play({
      hosts: { server: SERVER, monitoring: { address: '10.0.0.20', system: 'Linux', client: 'openvas-wmic-5.7' } },
      steps: [ask('CONNECT'), update('server'), ask('CONNECT'), ask('PKT_INTEGRITY')],
    });
    expect(run.failed).toEqual([]);
    expect(outcomes(run)).toEqual(['2 accepted', '2 refused by activation policy', '5 accepted']);
    expect(run.served.map(({ activation }) => activation.clsid)).toEqual([WMI.clsid, WMI.clsid, WMI.clsid]);
    // Activating WMI is what the policy covers; the calls of its objects have rules of their own.
    const hardened = machine({ name: 'srv', platform: { windows: 'Windows Server 2019' }, updates: ['2023-03-14'] });
    const call = { level: CONNECT, method: 'IWbemServices::ExecQuery' };
    expect(activationAsServer(hardened, call).outcome).toBe('not covered');
  });

  test.each([
    ['not defined', {}, 'server: succeeded'],
    ['0', { RequireIntegrityActivationAuthenticationLevel: 0 }, 'server: succeeded'],
    ['1', { RequireIntegrityActivationAuthenticationLevel: 1 }, 'server: activation policy'],
  ])(
    'with the updates of September 2021 alone, the registry decides whether a relay works: %s',
    async (_value, registry, end) => {
      const updates = ['2021-09-14'];
      const run = await play({
        hosts: { server: { ...SERVER, updates, registry }, victim: { ...VICTIM, updates }, attacker: ATTACKER },
        steps: [
          { lure: { victim: 'victim', attacker: 'attacker' }, expect: { level: 'PKT_INTEGRITY' } },
          relay('server'),
        ],
      });
      expect(run.failed).toEqual([]);
      expect(ends(run)).toEqual([end]);
    },
  );
});
