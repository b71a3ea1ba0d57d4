import { COM_VERSION_5_7, IRemUnknown2 } from '../codec/dcom/index.js';
import { IID_IClassFactory } from '../codec/oaut/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { clientRaise } from '../hardening/client.js';
import type { AsOf } from '../hardening/timeline.js';
import type { ClientProfile } from './profile.js';
import { NDR20_ALONE } from './proposals.js';

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const [IDENTIFY, IMPERSONATE] = [2, 3];

/** Proxies that were seen to be offered in NDR64 too; automation interfaces only in NDR20. */
const WITH_NDR64: ReadonlySet<string> = new Set([IRemUnknown2.uuid, IID_IClassFactory]);

/** The same in captures of Windows 10 and of Windows Server from 2020 to 2023. */
const WINDOWS = {
  // Captures have both here: NTLM by itself, and SPNEGO, where a domain controller was at hand.
  authType: RPC_C_AUTHN.WINNT,
  objectAuthType: RPC_C_AUTHN.GSS_NEGOTIATE,
  authContextId: 0,
  comVersion: COM_VERSION_5_7,
  opening: 'ServerAlive2',
  activationMethod: 'RemoteCreateInstance',
  fallsBackToIActivation: true,
  impersonationLevel: IDENTIFY,
  iids: [],
  activationFlags: 1,
  orpcFlags: 0,
  remoteUnknown: 'IRemUnknown2',
  association: { maxFragment: 5840, firstCallId: 2, headerSigning: true, concurrentMultiplexing: false },
  joinsAssociation: true,
  resolverProposals: { ...NDR20_ALONE, features: true },
  objectProposals: {
    syntaxes: (iid: string) => (WITH_NDR64.has(iid) ? ['ndr20', 'ndr64'] : ['ndr20']),
    features: true,
    insistsOnNdr20: true,
  },
  verificationTrailer: 'first of a context',
} as const satisfies Partial<ClientProfile>;

/** The update of October 2022 for CVE-2022-37978, as a year and month that sort. */
const OBJECTS_RAISED = '2022-10';

/** A Windows client of a patch level: the levels follow `clientRaise`, the rest does not change. */
function windows(month: string, asOf: AsOf, evidence: string): ClientProfile {
  const activationLevel = (requested: number | 'default') =>
    clientRaise({ asOf, requested, anonymous: false, platform: 'windows' }).level;
  const least = month >= OBJECTS_RAISED ? PKT_INTEGRITY : CONNECT;
  return {
    ...WINDOWS,
    name: `windows-${month}`,
    source: `captures of Windows clients of 2020 and 2023 for all but the levels; ${evidence}`,
    activationLevel,
    // Captures of 2020 resolve at CONNECT, and notes <84> and <93> of [MS-DCOM] (2024) say PKT_INTEGRITY; which update
    // changed it is not confirmed, so it goes with the default level of activations.
    resolverLevel: activationLevel('default'),
    objectLevel: (hint) => Math.max(least, hint),
  };
}

/** What clients that never raise a level do with the application's wish. */
const asRequested =
  (otherwise: number) =>
  (requested: number | 'default'): number =>
    requested === 'default' ? otherwise : requested;

const IMPACKET = {
  authType: RPC_C_AUTHN.WINNT,
  objectAuthType: RPC_C_AUTHN.WINNT,
  authContextId: 79231,
  // DCOMConnection's own default; its example programs keep it.
  activationLevel: asRequested(PKT_PRIVACY),
  resolverLevel: PKT_PRIVACY,
  objectLevel: (hint: number) => (hint > 1 && hint < PKT_PRIVACY ? PKT_INTEGRITY : hint),
  opening: undefined,
  activationMethod: 'RemoteCreateInstance',
  fallsBackToIActivation: false,
  // The field is left as it is created.
  impersonationLevel: 0,
  iids: [],
  activationFlags: 1,
  orpcFlags: 0,
  remoteUnknown: 'IRemUnknown',
  association: { maxFragment: 4280, headerSigning: false, concurrentMultiplexing: false },
  joinsAssociation: false,
  resolverProposals: NDR20_ALONE,
  objectProposals: NDR20_ALONE,
  verificationTrailer: 'never',
} as const satisfies Partial<ClientProfile>;

const OPENVAS = {
  ...IMPACKET,
  authContextId: 0,
  activationLevel: asRequested(CONNECT),
  resolverLevel: CONNECT,
  // The flag for signing is set whatever the activation was told.
  objectLevel: () => PKT_INTEGRITY,
  opening: 'ServerAlive',
  activationMethod: 'RemoteActivation',
  impersonationLevel: IDENTIFY,
  activationFlags: 0,
  association: { maxFragment: 5840, headerSigning: false, concurrentMultiplexing: false },
} as const satisfies Partial<ClientProfile>;

/** Clients as they are met, by name. */
export const CLIENT_PROFILES = {
  'windows-2021-05': windows('2021-05', '2021-05', '[MS-DCOM] notes <81> and <86>; captures that activate at CONNECT'),
  'windows-2021-06': windows('2021-06', '2021-06-08', 'KB5004442: the default level is raised, an explicit one is not'),
  'windows-2021-09': windows('2021-09', '2021-09', 'KB5004442: as before, with events'),
  'windows-2022-06': windows('2022-06', '2022-06-14', 'KB5004442: nothing new for clients'),
  'windows-2022-11': windows(
    '2022-11',
    '2022-11-08',
    'KB5004442: every level is raised; CVE-2022-37978 for calls to objects, [MS-DCOM] note <37>',
  ),
  'windows-2023-03': windows('2023-03', '2023-03-14', 'KB5004442: nothing new for clients'),
  impacket: {
    ...IMPACKET,
    name: 'impacket',
    source: 'impacket 0.10, dcomrt.py and rpcrt.py',
    comVersion: COM_VERSION_5_7,
  },
  'node-dcom': {
    ...IMPACKET,
    name: 'node-dcom',
    source: 'node-dcom 1.0.9, a port of j-Interop: remactivation.js, comversion.js, ntlmconnection.js',
    authContextId: 1,
    activationLevel: asRequested(CONNECT),
    resolverLevel: CONNECT,
    objectLevel: () => CONNECT,
    comVersion: { MajorVersion: 5, MinorVersion: 4 },
    activationMethod: 'RemoteActivation',
    impersonationLevel: IMPERSONATE,
    iids: ['00000000-0000-0000-c000-000000000046', '00020400-0000-0000-c000-000000000046'],
    activationFlags: 0,
    association: { maxFragment: 4280, firstCallId: 0, headerSigning: false, concurrentMultiplexing: false },
  },
  'openvas-wmic': {
    ...OPENVAS,
    name: 'openvas-wmic',
    source: 'openvas-smb before 2022-06-08, lib/com/dcom/main.c and orpc.idl: COM 5.1, CONNECT unless told [sign]',
    comVersion: { MajorVersion: 5, MinorVersion: 1 },
  },
  'openvas-wmic-5.7': {
    ...OPENVAS,
    name: 'openvas-wmic-5.7',
    source: 'openvas-smb since 2022-06-08 (its pull request 46): the same with COM 5.7',
    comVersion: COM_VERSION_5_7,
  },
} as const satisfies Record<string, ClientProfile>;

/** The newest Windows client that is not newer than a date. */
export function windowsProfileAt(date: string): ClientProfile {
  const months = Object.values<ClientProfile>(CLIENT_PROFILES).filter(({ name }) => name.startsWith('windows-'));
  const known = months.findLast(({ name }) => name.slice('windows-'.length) <= date.slice(0, 7));
  return known ?? (months[0] as ClientProfile);
}

/** Name of a client whose behaviour is known. */
export type ClientProfileName = keyof typeof CLIENT_PROFILES;
export const CLIENT_PROFILE_NAMES = Object.keys(CLIENT_PROFILES) as ClientProfileName[];
