import { COM_VERSION_5_7, type COMVERSION } from '../codec/dcom/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { ClientAssociationOptions } from '../rpc/index.js';

/** What a DCOM client does on the wire, as data; the captures and the sources named in `source` show it. */
export interface ClientProfile {
  readonly name: string;
  readonly source: string;
  /** Windows raises the level by itself, as its updates and registry say; nobody else does. */
  readonly platform: 'windows' | 'other';
  /** RPC_C_AUTHN_* that it begins with. */
  readonly authType: number;
  /** The activation level that it asks for where the application says nothing. */
  readonly activationLevel: number;
  /** Level of its calls to objects, given what the activation's answer names as the least; 0 where it names none. */
  readonly objectLevel: (authnHint: number) => number;
  readonly comVersion: COMVERSION;
  /** ORPCTHIS.flags of activations, and of calls to objects, where anything but 0 is refused since Windows 10 2004. */
  readonly activationFlags: number;
  readonly orpcFlags: number;
  /** Asks ServerAlive2 without authentication first ([MS-DCOM] 3.2.4.1.1.1). */
  readonly asksServerAlive: boolean;
  /** Falls back from the newer to the older activation interface, where the server does not know the newer. */
  readonly fallsBackToIActivation: boolean;
  readonly association: ClientAssociationOptions;
  /** Adds the verification trailer to requests that are not header-signed. */
  readonly verificationTrailer: boolean;
}

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

const atLeast =
  (least: number) =>
  (hint: number): number =>
    Math.max(least, hint);

const WINDOWS = {
  platform: 'windows',
  authType: RPC_C_AUTHN.WINNT,
  comVersion: COM_VERSION_5_7,
  activationFlags: 1,
  orpcFlags: 0,
  asksServerAlive: true,
  fallsBackToIActivation: true,
  association: { maxFragment: 5840, firstCallId: 2 },
  verificationTrailer: false,
} as const;

/** Clients as they are met, by name. */
export const CLIENT_PROFILES = {
  'windows-2021-05': {
    ...WINDOWS,
    name: 'windows-2021-05',
    source: 'captures of Windows 10 activating at CONNECT in 2020; [MS-DCOM] notes <81>, <86>',
    activationLevel: CONNECT,
    objectLevel: atLeast(CONNECT),
  },
  'windows-2021-06': {
    ...WINDOWS,
    name: 'windows-2021-06',
    source:
      'KB5004442: the default activation level is raised, an explicit one is not; capture of 2023 at PKT_INTEGRITY',
    activationLevel: PKT_INTEGRITY,
    objectLevel: atLeast(CONNECT),
  },
  'windows-2022-11': {
    ...WINDOWS,
    name: 'windows-2022-11',
    source: 'KB5004442 (2022-11-08), and CVE-2022-37978 for the calls to objects, [MS-DCOM] note <37>',
    activationLevel: PKT_INTEGRITY,
    objectLevel: atLeast(PKT_INTEGRITY),
  },
  impacket: {
    name: 'impacket',
    source: 'impacket 0.10, dcomrt.py: no ServerAlive2, fragments of 4280, level from the hint',
    platform: 'other',
    authType: RPC_C_AUTHN.WINNT,
    activationLevel: PKT_PRIVACY,
    objectLevel: (hint: number) => (hint > 1 && hint < PKT_PRIVACY ? PKT_INTEGRITY : PKT_PRIVACY),
    comVersion: COM_VERSION_5_7,
    activationFlags: 1,
    orpcFlags: 0,
    asksServerAlive: false,
    fallsBackToIActivation: false,
    association: { maxFragment: 4280, headerSigning: false, concurrentMultiplexing: false },
    verificationTrailer: false,
  },
  'node-dcom': {
    name: 'node-dcom',
    source: 'node-dcom 1.0 and the j-Interop that it follows: RemoteActivation at CONNECT, COM 5.2',
    platform: 'other',
    authType: RPC_C_AUTHN.WINNT,
    activationLevel: CONNECT,
    objectLevel: () => CONNECT,
    comVersion: { MajorVersion: 5, MinorVersion: 2 },
    activationFlags: 0,
    orpcFlags: 0,
    asksServerAlive: false,
    fallsBackToIActivation: false,
    association: { maxFragment: 4280, headerSigning: false, concurrentMultiplexing: false },
    verificationTrailer: false,
  },
  'openvas-wmic': {
    name: 'openvas-wmic',
    source: 'openvas-smb (Samba 4 DCOM): COM 5.1 and ORPCTHIS.flags 1 in every call until its fix of 2021',
    platform: 'other',
    authType: RPC_C_AUTHN.WINNT,
    activationLevel: CONNECT,
    objectLevel: () => CONNECT,
    comVersion: { MajorVersion: 5, MinorVersion: 1 },
    activationFlags: 1,
    orpcFlags: 1,
    asksServerAlive: false,
    fallsBackToIActivation: false,
    association: { maxFragment: 5840, headerSigning: false, concurrentMultiplexing: false },
    verificationTrailer: false,
  },
} as const satisfies Record<string, ClientProfile>;

export type ClientProfileName = keyof typeof CLIENT_PROFILES;
