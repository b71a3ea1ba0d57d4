import { PolicyInputError } from '../codec/input-error.js';
import { knownOptions, type OptionNames } from '../codec/known-options.js';
import { eventBuild, logsEvents } from './builds.js';
import {
  type AppIdOption,
  type RegistryEntry,
  type RegistryName,
  registryFor,
  type SetBy,
  withValue,
} from './machine-registry.js';
import type { PolicyProfile } from './profile.js';
import { type PatchLevel, PHASES, patchLevel } from './timeline.js';

/** A Windows version, as an id or name of `EVENT_BUILDS`, or any other system by its name. */
export type Platform = { readonly windows: string } | { readonly other: string };

/** The hardening is the same in each; what differs is who knows the accounts. */
export type Membership = { readonly domain: string } | { readonly workgroup: string };

/** Somebody who can log on. The model holds no passwords. */
export interface Account {
  /** The domain, or the name of the machine whose own account it is. */
  readonly domain: string;
  readonly user: string;
  readonly sid: string;
}

/** A process that activates objects, serves them, or both. */
export interface Application {
  readonly path: string;
  readonly pid: number;
  /** dwAuthnLevel of CoInitializeSecurity; absent where the application does not call it. */
  readonly coInitializeSecurity?: number;
  /** The level in COAUTHINFO of an activation; `default`, as where it is absent, leaves it to the process. */
  readonly activationLevel?: number | 'default';
  /** The AppID whose AuthenticationLevel counts for the process. */
  readonly appId?: string;
  /** Whose process it is. */
  readonly account?: Account;
}

/** An update of Windows that a machine has. */
export interface InstalledUpdate {
  /** YYYY-MM-DD of its release. */
  readonly date: string;
  /** An update works from the next restart on. */
  readonly inForce: boolean;
}

/** A host as the hardening sees it. It never changes: every function that changes something gives another one. */
export interface Machine {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly platform: Platform;
  readonly membership: Membership;
  readonly accounts: readonly Account[];
  readonly updates: readonly InstalledUpdate[];
  /** What the registry holds. */
  readonly stored: readonly RegistryEntry[];
  /** What counts: some values only as they were at the last restart. */
  readonly effective: readonly RegistryEntry[];
  readonly applications: readonly Application[];
  readonly profile: Partial<PolicyProfile>;
}

/** A machine as it is set up. */
export interface MachineOptions {
  /** Its computer name. */
  readonly name: string;
  /** Numeric addresses, as events name them. */
  readonly addresses?: readonly string[];
  /** Windows and which version, or another system. */
  readonly platform: Platform;
  /** The workgroup WORKGROUP, unless given. */
  readonly membership?: Membership;
  /** Users whom it knows; nobody where absent. */
  readonly accounts?: readonly Account[];
  /** Release dates of the updates that are installed and in force. */
  readonly updates?: readonly string[];
  /** In the registry since before the last restart. */
  readonly registry?: readonly (AppIdOption & {
    readonly name: RegistryName;
    readonly value: number;
    readonly setBy?: SetBy;
  })[];
  /** Processes that activate. */
  readonly applications?: readonly Application[];
  /** What no source confirms; `windows` in it follows from the platform. */
  readonly profile?: Partial<PolicyProfile>;
}

const OPTIONS: OptionNames<MachineOptions> = {
  ...{ name: true, addresses: true, platform: true, membership: true, accounts: true, updates: true, registry: true },
  ...{ applications: true, profile: true },
};

/**
 * A machine that has just started, so that its updates and registry work. Throws `PolicyInputError` for an unknown
 * Windows version, and for updates or a registry where there is no Windows.
 */
export function machine(options: MachineOptions): Machine {
  knownOptions('machine', options, OPTIONS);
  if ('windows' in options.platform) eventBuild(options.platform.windows);
  const empty: Machine = {
    name: options.name,
    addresses: options.addresses ?? [],
    platform: options.platform,
    membership: options.membership ?? { workgroup: 'WORKGROUP' },
    accounts: options.accounts ?? [],
    updates: [],
    stored: [],
    effective: [],
    applications: [],
    profile: options.profile ?? {},
  };
  const updated = (options.updates ?? []).reduce(installUpdate, empty);
  const configured = (options.registry ?? []).reduce<Machine>(
    (m, { name, value, ...rest }) => setRegistryValue(m, name, value, rest),
    updated,
  );
  return (options.applications ?? []).reduce(addApplication, reboot(configured));
}

/**
 * Installs the update that was released on a date. It works from the next `reboot` on, and touches no registry value
 * (KB5004442). Updates are cumulative, so that an older one is allowed and changes nothing.
 */
export function installUpdate(m: Machine, date: string): Machine {
  needsWindows(m, 'updates');
  const update = { date: patchLevel(date).date, inForce: false };
  if (m.updates.some((installed) => installed.date === update.date)) return m;
  return { ...m, updates: [...m.updates, update] };
}

/** Sets a registry value, or with `undefined` deletes it. Where its row of `REGISTRY_VALUES` says so, a reboot is due. */
export function setRegistryValue(
  m: Machine,
  name: RegistryName,
  value: number | undefined,
  options: AppIdOption & { readonly setBy?: SetBy } = {},
): Machine {
  needsWindows(m, 'registry');
  const change = { name, value, ...options };
  const { entries, reboot: waits } = withValue(m.stored, change);
  return { ...m, stored: entries, effective: waits ? m.effective : withValue(m.effective, change).entries };
}

/** Restarts the machine: whatever is installed and stored counts from now on. Its processes keep path and PID. */
export const reboot = (m: Machine): Machine => ({
  ...m,
  updates: m.updates.map((update) => ({ ...update, inForce: true })),
  effective: m.stored,
});

/** Whether something that was installed or stored does not work yet. */
export const rebootDue = (m: Machine): boolean =>
  m.updates.some(({ inForce }) => !inForce) || !sameEntries(m.stored, m.effective);

/** A machine with one more application; the given one stays as it is. */
export function addApplication(m: Machine, application: Application): Machine {
  if (m.applications.some(({ pid }) => pid === application.pid)) {
    throw new PolicyInputError(`${m.name} already has a process ${application.pid}`);
  }
  return { ...m, applications: [...m.applications, application] };
}

/** The newest update in force; without one, a machine is as before the hardening. */
export function patchLevelOf(m: Machine): PatchLevel {
  const dates = m.updates.filter(({ inForce }) => inForce).map(({ date }) => date);
  return patchLevel(dates.toSorted().at(-1) ?? BEFORE.from);
}

/** Whether KB5004442 is a policy of this machine. */
export const isWindows = (m: Machine): boolean => 'windows' in m.platform;

/** The Windows version or other system, for people. */
export const platformName = ({ platform }: Machine): string =>
  'windows' in platform ? platform.windows : platform.other;

/** Whether this machine logs events 10036 to 10038, by its version, updates and registry; no other system has them. */
export const machineLogs = (m: Machine): boolean =>
  'windows' in m.platform && logsEvents(patchLevelOf(m), m.platform.windows, registryFor(m.effective));

/** Whether only the registry keeps the events out of the log. */
export const loggingSwitchedOff = (m: Machine): boolean =>
  !machineLogs(m) && 'windows' in m.platform && logsEvents(patchLevelOf(m), m.platform.windows);

/** The account as an event names it: `user` or `DOMAIN\user`, in any case. */
export function accountOf(m: Machine, name: string): Account | undefined {
  const wanted = name.toLowerCase();
  return m.accounts.find(({ domain, user }) =>
    [user, `${domain}\\${user}`].some((candidate) => candidate.toLowerCase() === wanted),
  );
}

/** Whether an address, as an event writes it, is one of the machine's. */
export const hasAddress = (m: Machine, address: string): boolean =>
  m.addresses.some((own) => plainAddress(own) === plainAddress(address));

/** Whether a computer named in an activation is this machine: by its address, its name, or its name with a domain. */
export function answersTo(m: Machine, target: string): boolean {
  const wanted = target.replace(/^\\\\/, '').toLowerCase();
  if (hasAddress(m, wanted)) return true;
  const own = m.name.toLowerCase();
  const bothQualified = wanted.includes('.') && own.includes('.');
  return wanted === own || (!bothQualified && hostOf(wanted) === hostOf(own));
}

const hostOf = (name: string): string => name.replace(/\..*$/, '');

// A dual-stack socket writes IPv4 addresses in IPv6's form, and a link-local address carries its interface.
const plainAddress = (address: string): string =>
  address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '');

const BEFORE = PHASES[0] as (typeof PHASES)[number];

function needsWindows(m: Machine, what: string): void {
  if (!isWindows(m)) throw new PolicyInputError(`${m.name} is not Windows (${platformName(m)}) and has no ${what}`);
}

const sameEntries = (a: readonly RegistryEntry[], b: readonly RegistryEntry[]): boolean =>
  a.length === b.length &&
  a.every((entry) =>
    b.some(({ name, appId, value }) => name === entry.name && appId === entry.appId && value === entry.value),
  );
