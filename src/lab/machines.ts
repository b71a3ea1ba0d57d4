import { type Account, type Application, type Machine, machine } from '../hardening/machine.js';
import type { RegistryEntry } from '../hardening/machine-registry.js';
import type { RegistryName } from '../hardening/registry.js';
import { accountSid } from '../security/index.js';
import type { HostData } from './host-schema.js';
import type { ScenarioData } from './scenario.js';

/** A host of a scenario as the hardening sees it, with its updates and registry in force. */
export function machineOf(scenario: ScenarioData, name: string, address: string): Machine {
  const host = scenario.hosts[name] as HostData;
  const accounts = accountsOf(scenario, name);
  const windows = host.windows !== undefined;
  return machine({
    name,
    addresses: [address],
    platform: host.windows !== undefined ? { windows: host.windows } : { other: host.system as string },
    membership: host.workgroup === undefined ? { domain: scenario.domain } : { workgroup: host.workgroup },
    accounts,
    updates: host.updates,
    applications: Object.values(host.applications).map((each) => applicationOf(each, accounts)),
    ...(windows && { registry: registryOf(host) }),
    ...(host.enforces && { profile: { otherServers: 'enforce' } }),
  });
}

/** Its own accounts, and those of the domain where it is in it. */
function accountsOf(scenario: ScenarioData, name: string): Account[] {
  const host = scenario.hosts[name] as HostData;
  const of = (domain: string) => (user: string) => ({ domain, user, sid: accountSid(domain, user) });
  return [
    ...host.accounts.map(of(name)),
    ...(host.workgroup === undefined ? scenario.accounts.map(of(scenario.domain)) : []),
  ];
}

/** Whose process it is: the user that it names, or the first account. */
function applicationOf(data: HostData['applications'][string], accounts: readonly Account[]): Application {
  const { path, pid, level, coInitializeSecurity, appId, user } = data;
  const account = user === undefined ? accounts[0] : accounts.find((each) => each.user === user);
  return {
    path,
    pid,
    ...(level !== undefined && { activationLevel: level }),
    ...(coInitializeSecurity !== undefined && { coInitializeSecurity }),
    ...(appId !== undefined && { appId }),
    ...(account && { account }),
  };
}

function registryOf({ registry = {}, applications }: HostData): Omit<RegistryEntry, 'setBy'>[] {
  const values = Object.entries(registry).flatMap(([name, value]) =>
    typeof value === 'number' ? [{ name: name as RegistryName, value }] : [],
  );
  const ofAppIds = Object.values(applications).flatMap(({ appId, appIdAuthenticationLevel: value }) =>
    appId === undefined || value === undefined ? [] : [{ name: 'AuthenticationLevel' as const, value, appId }],
  );
  return [...values, ...ofAppIds];
}

/** [MS-NLMP] 2.2.2.1: computers have NetBIOS names, of at most 15 characters. */
export const netbiosName = (name: string): string => name.toUpperCase().slice(0, 15);
