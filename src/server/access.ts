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

/** Entries in any order: a denial that fits wins. Callers that no entry fits are refused. */
export type AccessList = readonly AccessEntry[];

/**
 * What a remote caller may do, as Windows since XP SP2 divides it ([MS-DCOM] notes <43> and <60>). The machine's
 * restrictions and one other list must both let a caller in: the class's own, or else the default one.
 */
export interface AccessPermissions {
  /** MachineLaunchRestriction: activate anything at all. */
  readonly machineLaunch: AccessList;
  /** MachineAccessRestriction: activate, call any object, resolve and ping. */
  readonly machineAccess: AccessList;
  /** DefaultLaunchPermission: classes without a list of their own; everybody where absent. */
  readonly defaultLaunch?: AccessList | undefined;
  /** DefaultAccessPermission: objects of classes without a list of their own; everybody where absent. */
  readonly defaultAccess?: AccessList | undefined;
  /** LaunchPermission of a class by its CLSID. */
  readonly launch?: Readonly<Record<string, AccessList>> | undefined;
  /** AccessPermission of a class by its CLSID. */
  readonly access?: Readonly<Record<string, AccessList>> | undefined;
}

const AUTHENTICATED: AccessList = [{ trustee: 'authenticated', allow: true }];
const EVERYONE: AccessList = [{ trustee: 'everyone', allow: true }];

/** Everybody with a name may do everything, nobody without one may do anything. */
export const DEFAULT_ACCESS: AccessPermissions = { machineLaunch: AUTHENTICATED, machineAccess: AUTHENTICATED };

/** Also callers without a name. */
export const OPEN_ACCESS: AccessPermissions = { machineLaunch: EVERYONE, machineAccess: EVERYONE };

/** Which list refuses a caller; undefined where none does. */
export type AccessRefusal =
  | 'MachineLaunchRestriction'
  | 'MachineAccessRestriction'
  | 'LaunchPermission'
  | 'DefaultLaunchPermission'
  | 'AccessPermission'
  | 'DefaultAccessPermission';

/** Whether the machine lets a caller activate anything at all: what can be told before the request is read. */
export function machineLaunchRefusal(
  { machineAccess, machineLaunch }: AccessPermissions,
  caller: Identity | undefined,
): AccessRefusal | undefined {
  if (!allows(machineAccess, caller)) return 'MachineAccessRestriction';
  return allows(machineLaunch, caller) ? undefined : 'MachineLaunchRestriction';
}

/** Whether a caller may activate a class: [MS-DCOM] 3.1.2.5.2.3 with note <60>. */
export function launchRefusal(
  permissions: AccessPermissions,
  clsid: string,
  caller: Identity | undefined,
): AccessRefusal | undefined {
  const machine = machineLaunchRefusal(permissions, caller);
  if (machine !== undefined) return machine;
  const own = listOf(permissions.launch, clsid);
  if (own !== undefined) return allows(own, caller) ? undefined : 'LaunchPermission';
  return allows(permissions.defaultLaunch ?? EVERYONE, caller) ? undefined : 'DefaultLaunchPermission';
}

/** Whether a caller may call an object of a class ([MS-DCOM] 3.1.1.5.4 with note <43>); without one, whether at all. */
export function accessRefusal(
  permissions: AccessPermissions,
  clsid: string | undefined,
  caller: Identity | undefined,
): AccessRefusal | undefined {
  if (!allows(permissions.machineAccess, caller)) return 'MachineAccessRestriction';
  if (clsid === undefined) return undefined;
  const own = listOf(permissions.access, clsid);
  if (own !== undefined) return allows(own, caller) ? undefined : 'AccessPermission';
  return allows(permissions.defaultAccess ?? EVERYONE, caller) ? undefined : 'DefaultAccessPermission';
}

/** Whether callers without a name may call: which result a refusal has hangs on it ([MS-DCOM] note <42>). */
export const admitsAnonymous = ({ machineAccess }: AccessPermissions): boolean => allows(machineAccess, undefined);

function listOf(lists: Readonly<Record<string, AccessList>> = {}, clsid: string): AccessList | undefined {
  const wanted = clsid.toLowerCase();
  return Object.entries(lists).find(([own]) => own.toLowerCase() === wanted)?.[1];
}

/** [MS-DTYP] 2.5.3.2 in short: whoever no entry fits is refused. */
export function allows(entries: AccessList, caller: Identity | undefined): boolean {
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
