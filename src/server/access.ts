import type { Identity } from '../security/index.js';

/** Who an entry of an access list is about. */
export type Trustee =
  /** Everybody who has logged on. */
  | 'authenticated'
  /** Nobody's name: no authentication, or a null session. */
  | 'anonymous'
  /** Both. */
  | 'everyone'
  /** `DOMAIN\user`, without case, or a SID. */
  | (string & {});

/** One entry. As in a discretionary access list, a denial that fits wins over any allowance. */
export interface AccessEntry {
  readonly trustee: Trustee;
  readonly allow: boolean;
}

/** [MS-DCOM] 3.1.2.5.2.3 and 3.1.1.5.4, as Windows since XP SP2 divides them: what a remote caller may do. */
export interface AccessPermissions {
  /** MachineLaunchRestriction: activate anything at all. */
  readonly machineLaunch: readonly AccessEntry[];
  /** MachineAccessRestriction: call any object, resolve and ping. */
  readonly machineAccess: readonly AccessEntry[];
  /** LaunchPermission of a class by its CLSID; a class without one follows the machine. */
  readonly launch: Readonly<Record<string, readonly AccessEntry[]>>;
  /** AccessPermission of a class by its CLSID; a class without one follows the machine. */
  readonly access: Readonly<Record<string, readonly AccessEntry[]>>;
}

const AUTHENTICATED: readonly AccessEntry[] = [{ trustee: 'authenticated', allow: true }];

/** Everybody with a name may do everything, nobody without one may do anything. */
export const DEFAULT_ACCESS: AccessPermissions = {
  machineLaunch: AUTHENTICATED,
  machineAccess: AUTHENTICATED,
  launch: {},
  access: {},
};

/** Also callers without a name. */
export const OPEN_ACCESS: AccessPermissions = {
  machineLaunch: [{ trustee: 'everyone', allow: true }],
  machineAccess: [{ trustee: 'everyone', allow: true }],
  launch: {},
  access: {},
};

/** Which list refuses a caller; undefined where none does. */
export type AccessRefusal =
  | 'MachineLaunchRestriction'
  | 'MachineAccessRestriction'
  | 'LaunchPermission'
  | 'AccessPermission';

/** Whether a caller may activate a class, by both lists. */
export function launchRefusal(
  permissions: AccessPermissions,
  clsid: string,
  caller: Identity | undefined,
): AccessRefusal | undefined {
  if (!allows(permissions.machineLaunch, caller)) return 'MachineLaunchRestriction';
  const own = permissions.launch[clsid];
  return own === undefined || allows(own, caller) ? undefined : 'LaunchPermission';
}

/** Whether a caller may call an object of a class; without a class, whether he may call at all. */
export function accessRefusal(
  permissions: AccessPermissions,
  clsid: string | undefined,
  caller: Identity | undefined,
): AccessRefusal | undefined {
  if (!allows(permissions.machineAccess, caller)) return 'MachineAccessRestriction';
  const own = clsid === undefined ? undefined : permissions.access[clsid];
  return own === undefined || allows(own, caller) ? undefined : 'AccessPermission';
}

/** [MS-DTYP] 2.5.3.2 in short: whoever no entry fits is refused. */
function allows(entries: readonly AccessEntry[], caller: Identity | undefined): boolean {
  const fitting = entries.filter(({ trustee }) => isMeant(trustee, caller));
  return fitting.length > 0 && fitting.every(({ allow }) => allow);
}

function isMeant(trustee: Trustee, caller: Identity | undefined): boolean {
  const anonymous = caller?.anonymous ?? true;
  if (trustee === 'everyone') return true;
  if (trustee === 'anonymous') return anonymous;
  if (trustee === 'authenticated') return !anonymous;
  if (caller === undefined || anonymous) return false;
  return trustee === caller.sid || trustee.toUpperCase() === `${caller.domain}\\${caller.user}`.toUpperCase();
}
