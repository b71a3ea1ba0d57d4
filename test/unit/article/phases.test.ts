import { describe, expect, test } from 'vitest';
import { installUpdate, machineLogs, reboot, setRegistryValue } from '../../../src/hardening/machine.js';
import {
  activationAsClient,
  activationAsServer,
  enforcementOf,
  serverEventOf,
} from '../../../src/hardening/machine-policy.js';
import {
  CONNECT,
  MILESTONES,
  PKT,
  PKT_INTEGRITY,
  PKT_PRIVACY,
  plain,
  RAISE,
  REQUIRE,
  windows,
  withValue,
} from './hosts.js';

const outcome = (m: ReturnType<typeof windows>, level: number = CONNECT) => activationAsServer(m, { level }).outcome;

describe('what the hardening is', () => {
  test('article: "significant progressive hardening since 2021 through Windows Updates"', () => {
    const strictness = (update: string) => {
      const server = [undefined, 0, 1].map((value) =>
        enforcementOf(windows(update, value === undefined ? {} : withValue(REQUIRE, value))),
      );
      const client = (['default', CONNECT] as const).map((requested) =>
        activationAsClient(windows(update), plain, { requested }),
      );
      return [...server.map(({ enabled }) => enabled), ...client.map(({ raised }) => raised)].filter(Boolean).length;
    };
    expect(MILESTONES.map(strictness)).toEqual([0, 2, 2, 3, 4, 5]);
  });

  test('article: "moving toward default enablement by 2023"', () => {
    expect(MILESTONES.map((update) => enforcementOf(windows(update)).enabled)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('who is at risk', () => {
  test.each([
    'Windows Server 2008 SP2',
    'Windows Server 2008 R2',
    'Windows Server 2012',
    'Windows Server 2012 R2',
    'Windows Server 2016',
    'Windows Server 2019',
    'Windows Server 2022',
  ])('article: "Windows Server 2008 Service Pack 2 and newer server versions" (%s)', (name) => {
    const on = (update: string, options = {}) => outcome(windows(update, { platform: { windows: name }, ...options }));
    expect([on('2021-05-11'), on('2022-06-14'), on('2023-03-14')]).toEqual(['accepted', 'refused', 'refused']);
    expect([on('2021-05-11', withValue(REQUIRE, 1)), on('2021-06-08', withValue(REQUIRE, 1))]).toEqual([
      'accepted',
      'refused',
    ]);
  });

  test.each([
    'Windows 7',
    'Windows 8.1',
    'Windows 10 1607',
    'Windows 10 1809',
    'Windows 10 1909',
    'Windows 10 2004',
    'Windows 10 20H2',
    'Windows 10 21H1',
    'Windows 10 22H2',
    'Windows 11 22H2',
  ])('article: "Windows 7 and newer client OS versions" (%s)', (name) => {
    const on = (update: string) => windows(update, { platform: { windows: name } });
    const level = (update: string) => activationAsClient(on(update), plain).level;
    expect([level('2021-05-11'), level('2021-06-08')]).toEqual([CONNECT, PKT_INTEGRITY]);
    // As a server it is at risk as well.
    expect([outcome(on('2021-05-11')), outcome(on('2023-03-14'))]).toEqual(['accepted', 'refused']);
  });
});

describe('when it happens', () => {
  test('article: "monthly Windows updates released since June 2021 … as soon or as progressively as you want"', () => {
    for (const update of ['2021-06-08', '2021-09-14', '2022-06-14', '2022-11-08']) {
      expect(outcome(windows(update, withValue(REQUIRE, 1)))).toBe('refused');
      expect(outcome(windows(update, withValue(REQUIRE, 0)))).toBe('accepted');
    }
  });

  test('article: "The goal is full and permanent DCOM authentication hardening enablement"', () => {
    const last = windows('2023-03-14', withValue(REQUIRE, 0));
    expect(outcome(last)).toBe('refused');
    expect(outcome(reboot(installUpdate(last, '2024-01-09')))).toBe('refused');
  });

  test('article: "The first security updates to harden DCOM were released in June 2021"', () => {
    expect(outcome(windows('2021-06-07', withValue(REQUIRE, 1)))).toBe('accepted');
    expect(outcome(windows('2021-06-08', withValue(REQUIRE, 1)))).toBe('refused');
    expect(activationAsClient(windows('2021-06-07'), plain).raised).toBe(false);
    expect(activationAsClient(windows('2021-06-08'), plain).raised).toBe(true);
    // Before that, no value in the registry makes a difference, and no option of the profile.
    const profile = { requireOther: 'enabled', raiseOther: 'all' } as const;
    const early = (name: typeof REQUIRE | typeof RAISE, value: number) =>
      windows('2021-06-07', { ...withValue(name, value), profile });
    for (const value of [0, 1, 2, 7]) {
      expect(outcome(early(REQUIRE, value))).toBe('accepted');
      expect(activationAsClient(early(RAISE, value), plain).level).toBe(CONNECT);
      expect(activationAsClient(early(RAISE, value), plain, { requested: CONNECT }).level).toBe(CONNECT);
    }
  });

  test('article: "enabled DCOM authentication hardening on the server side, your environment has been and continues to be protected"', () => {
    let server = reboot(setRegistryValue(windows('2021-06-08'), REQUIRE, 1));
    expect(outcome(server)).toBe('refused');
    for (const update of ['2021-09-14', '2022-06-14', '2022-11-08', '2023-03-14']) {
      server = reboot(installUpdate(server, update));
      expect(outcome(server)).toBe('refused');
    }
  });

  test('article: "updated your networked devices in September 2021 or later, your organization remains protected": as June’s row has it, where the server enforces', () => {
    const enabled = reboot(setRegistryValue(windows('2021-06-08'), REQUIRE, 1));
    for (const update of ['2021-09-14', '2022-06-14', '2022-11-08', '2023-03-14']) {
      const server = reboot(installUpdate(enabled, update));
      expect([0, CONNECT, 3, PKT].map((level) => outcome(server, level))).toEqual(Array(4).fill('refused'));
      expect([PKT_INTEGRITY, PKT_PRIVACY].map((level) => outcome(server, level))).toEqual(['accepted', 'accepted']);
    }
  });

  test('article: "updated your networked devices in September 2021 or later, your organization remains protected": and clients ask for PKT_INTEGRITY by default', () => {
    const client = windows('2021-09-14', { name: 'cli' });
    expect(activationAsClient(client, plain)).toMatchObject({ level: PKT_INTEGRITY, raised: true });
    expect(activationAsClient(client, plain, { requested: CONNECT })).toMatchObject({ level: CONNECT, raised: false });
  });

  // KB5004442: enforcement is off by default until 2022-06-14. What comes of that on the lab is in attack.test.ts.
  test('the update of September 2021 by itself has no server enforce; that of June 2022 has', () => {
    const server = reboot(installUpdate(windows('2021-06-08'), '2021-09-14'));
    expect(outcome(server)).toBe('accepted');
    expect(outcome(reboot(installUpdate(server, '2022-06-14')))).toBe('refused');
  });

  test('article: "you can also enable DCOM event logs to identify devices that are impacted by the change"', () => {
    expect(machineLogs(windows('2021-08-10'))).toBe(false);
    expect(machineLogs(windows('2021-09-14'))).toBe(true);
    const refused = activationAsServer(windows('2021-09-14', withValue(REQUIRE, 1)), { level: CONNECT });
    expect(refused.event).toBe(10036);
    const account = { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104' };
    expect(serverEventOf(refused, account, '10.0.0.7')).toEqual({ id: 10036, ...account, clientAddress: '10.0.0.7' });
  });

  test.each(['2022-06-14', '2022-07-12', '2023-02-14'])(
    'article: "released between June 14, 2022 and February 2023 programmatically enable the requirements of Packet Integrity" (%s)',
    (update) => {
      expect(outcome(windows(update), PKT)).toBe('refused');
      expect(outcome(windows(update), PKT_INTEGRITY)).toBe('accepted');
    },
  );

  test('article: "The only exception is if you had previously disabled this fix using system registry"', () => {
    const disabled = reboot(setRegistryValue(windows('2021-09-14'), REQUIRE, 0));
    expect(outcome(reboot(installUpdate(disabled, '2022-06-14')))).toBe('accepted');
    expect(outcome(reboot(installUpdate(windows('2021-09-14'), '2022-06-14')))).toBe('refused');
  });

  test('article: "updated with the June 14, 2022 or later security updates are already hardened"', () => {
    for (const update of ['2022-06-14', '2022-06-15', '2022-11-08', '2023-03-14', '2024-01-09']) {
      expect(outcome(windows(update))).toBe('refused');
    }
    expect(outcome(windows('2022-06-13'))).toBe('accepted');
  });

  test('article: "These devices will stay hardened unless an admin-level intervention disables it"', () => {
    const hardened = windows('2022-06-14');
    expect(outcome(reboot(hardened))).toBe('refused');
    expect(outcome(reboot(installUpdate(hardened, '2022-11-08')))).toBe('refused');
    expect(outcome(reboot(setRegistryValue(hardened, REQUIRE, 0)))).toBe('accepted');
  });

  test('article: "November 8, 2022 update will automatically raise authentication level for all non-anonymous activation requests"', () => {
    const level = (update: string, anonymous: boolean) =>
      activationAsClient(windows(update), plain, { requested: CONNECT, anonymous }).level;
    expect(level('2022-11-07', false)).toBe(CONNECT);
    expect(level('2022-11-08', false)).toBe(PKT_INTEGRITY);
    expect(level('2022-11-08', true)).toBe(CONNECT);
  });

  test('article: "to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY if it’s below Packet Integrity"', () => {
    const level = (requested: number) => activationAsClient(windows('2022-11-08'), plain, { requested }).level;
    expect([CONNECT, 3, PKT, PKT_INTEGRITY, PKT_PRIVACY].map(level)).toEqual([5, 5, 5, 5, 6]);
  });

  test('article: "most Windows DCOM client applications will automatically work with DCOM hardening change on server side without any modification"', () => {
    const reached = (update: string, requested: number | 'default') => {
      const { level } = activationAsClient(windows(update, { name: 'cli' }), plain, { requested });
      return outcome(windows('2023-03-14'), level);
    };
    for (const requested of ['default', 0, CONNECT, 3, PKT, PKT_INTEGRITY, PKT_PRIVACY] as const) {
      expect(reached('2022-11-08', requested)).toBe('accepted');
    }
    expect(reached('2022-06-14', CONNECT)).toBe('refused');
  });

  test('article: "March 14, 2023 update will just make today’s solution impossible to disable"', () => {
    expect(outcome(windows('2023-03-13', withValue(REQUIRE, 0)))).toBe('accepted');
    expect(outcome(windows('2023-03-14', withValue(REQUIRE, 0)))).toBe('refused');
    const lax = { profile: { requireOther: 'disabled' } } as const;
    expect(outcome(windows('2023-03-13', { ...withValue(REQUIRE, 7), ...lax }))).toBe('accepted');
    expect(outcome(windows('2023-03-14', { ...withValue(REQUIRE, 7), ...lax }))).toBe('refused');
  });
});
