import { PolicyInputError } from '../codec/input-error.js';

/** The registry values that decide about activation levels, and no other; an absent one is not defined. */
export type Registry = Readonly<Partial<Record<RegistryName, number>>>;

/** A registry value that decides a level or whether a server enforces. */
export type RegistryName =
  | 'RequireIntegrityActivationAuthenticationLevel'
  | 'RaiseActivationAuthenticationLevel'
  | 'DisableAuthenticationLevelHardeningLog'
  | 'LegacyAuthenticationLevel'
  | 'AuthenticationLevel';

export interface RegistryValue {
  readonly name: RegistryName;
  readonly path: string;
  readonly type: 'REG_DWORD';
  readonly role: 'server' | 'client' | 'both';
  readonly reboot: boolean;
  /** What the confirmed numbers mean; any other number is an option of the `PolicyProfile`. */
  readonly meanings: Readonly<Record<number, string>>;
  readonly absent: string;
  readonly source: string;
}

const LEVELS = {
  1: 'RPC_C_AUTHN_LEVEL_NONE',
  2: 'RPC_C_AUTHN_LEVEL_CONNECT',
  3: 'RPC_C_AUTHN_LEVEL_CALL',
  4: 'RPC_C_AUTHN_LEVEL_PKT',
  5: 'RPC_C_AUTHN_LEVEL_PKT_INTEGRITY',
  6: 'RPC_C_AUTHN_LEVEL_PKT_PRIVACY',
} as const;

export const REGISTRY_VALUES: readonly RegistryValue[] = [
  {
    name: 'RequireIntegrityActivationAuthenticationLevel',
    path: 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat',
    type: 'REG_DWORD',
    role: 'server',
    reboot: true,
    meanings: { 0: 'do not enforce (ignored since 2023-03-14)', 1: 'enforce' },
    absent: 'do not enforce before 2022-06-14, enforce from then on',
    source: 'KB5004442',
  },
  {
    name: 'RaiseActivationAuthenticationLevel',
    path: 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat',
    type: 'REG_DWORD',
    role: 'client',
    reboot: true,
    meanings: {
      1: 'raise the default activation level to PKT_INTEGRITY',
      2: 'raise every activation that is not anonymous, even if the application set the level itself',
    },
    absent: '1 before 2022-11-08, 2 from then on',
    source: 'KB5004442',
  },
  {
    name: 'DisableAuthenticationLevelHardeningLog',
    path: 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat',
    type: 'REG_DWORD',
    role: 'both',
    // No source says whether a reboot is due; the other values of this key wait for one.
    reboot: true,
    meanings: { 0: 'log events 10036, 10037 and 10038', 1: 'log none of them (as does any other number but 0)' },
    absent: 'log them',
    source: "Microsoft support's diagnostic scripts of February 2023",
  },
  {
    name: 'LegacyAuthenticationLevel',
    path: 'HKLM\\SOFTWARE\\Microsoft\\Ole',
    type: 'REG_DWORD',
    role: 'both',
    reboot: false,
    meanings: LEVELS,
    absent: 'RPC_C_AUTHN_LEVEL_CONNECT',
    source: 'Win32 COM reference, LegacyAuthenticationLevel; [MS-DCOM] notes <41>, <81>, <86>',
  },
  {
    name: 'AuthenticationLevel',
    path: 'HKLM\\SOFTWARE\\Classes\\AppID\\{AppID}',
    type: 'REG_DWORD',
    role: 'both',
    reboot: false,
    meanings: LEVELS,
    absent: 'LegacyAuthenticationLevel decides',
    source: 'Win32 COM reference, AuthenticationLevel',
  },
];

/**
 * Reads `NAME=VALUE` as the command line takes it: a known name in any case, a DWORD in decimal or with 0x. Throws
 * `PolicyInputError`.
 */
export function parseRegistryValue(text: string): { name: RegistryName; value: number } {
  const split = text.indexOf('=');
  if (split < 0) throw new PolicyInputError(`expected NAME=VALUE, not '${text}'; ${known()}`);
  const given = text.slice(0, split).trim();
  const row = REGISTRY_VALUES.find(({ name }) => name.toLowerCase() === given.toLowerCase());
  if (row === undefined) throw new PolicyInputError(whyNot(given));
  const number = text.slice(split + 1).trim();
  const value = /^(\d+|0x[0-9a-f]+)$/i.test(number) ? Number(number) : Number.NaN;
  if (!(value <= 0xffffffff)) {
    throw new PolicyInputError(`${row.name} takes a DWORD (decimal or 0x), not '${number}'; ${known()}`);
  }
  return { name: row.name, value };
}

/**
 * Win32 COM reference, DCOMSCMRemoteCallFlags: whether a client whose call failed makes it again without security. No
 * client does that here, so the value would change nothing, and is refused rather than stored.
 */
const NOT_SIMULATED = 'DCOMSCMRemoteCallFlags';

/** Why a name is no registry value that can be set. */
export const whyNot = (name: string): string =>
  name.toLowerCase() === NOT_SIMULATED.toLowerCase()
    ? `${NOT_SIMULATED} is not simulated: no client here makes a refused call again without security; ${known()}`
    : `unknown registry value '${name}'; ${known()}`;

const known = (): string => `known: ${REGISTRY_VALUES.map(({ name }) => name).join(', ')}`;

/** The registry of several `NAME=VALUE`; the last of a name counts. */
export const parseRegistry = (texts: readonly string[]): Registry =>
  Object.fromEntries(texts.map(parseRegistryValue).map(({ name, value }) => [name, value]));
