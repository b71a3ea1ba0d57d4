import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../rpce/constants.js';
import { named, nameIn } from './named.js';

// Both names of a level, the number and the row, are looked for here.
export { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL };

/** Authentication levels: the auth_level of a sec_trailer. */
export const AUTHN_LEVELS = named(
  RPC_C_AUTHN_LEVEL,
  {
    DEFAULT: 'the caller leaves it open; used as CONNECT',
    NONE: 'nobody is authenticated',
    CONNECT: 'who calls is proved once, when the connection is bound; the calls themselves are unprotected',
    CALL: 'never used over TCP: both sides treat it as PKT',
    PKT: 'each packet proves its origin; counts as less than PKT_INTEGRITY',
    PKT_INTEGRITY: 'each packet is signed: a change on the way is noticed',
    PKT_PRIVACY: 'each packet is signed and its stub encrypted',
  },
  '[MS-RPCE] 2.2.1.1.8',
  'RPC_C_AUTHN_LEVEL_',
);

/** Security providers: the auth_type of a sec_trailer. */
export const AUTHN_TYPES = named(
  RPC_C_AUTHN,
  {
    NONE: 'no authentication',
    GSS_NEGOTIATE: 'SPNEGO, which then chooses Kerberos or NTLM',
    WINNT: 'NTLM',
    GSS_SCHANNEL: 'TLS',
    GSS_KERBEROS: 'Kerberos',
    NETLOGON: 'the Netlogon secure channel',
    DEFAULT: 'the caller leaves it open; used as NTLM',
  },
  '[MS-RPCE] 2.2.1.1.7',
  'RPC_C_AUTHN_',
);

/** The section names the levels and leaves their numbers to the implementation; these are those of Windows. */
export const IMPERSONATION_LEVELS = named(
  { DEFAULT: 0, ANONYMOUS: 1, IDENTITY: 2, IMPERSONATE: 3, DELEGATE: 4 },
  {
    DEFAULT: 'the caller leaves it open; used as IMPERSONATE',
    ANONYMOUS: 'the server learns nothing of the caller',
    IDENTITY: 'the server may learn who calls, but not act as the caller',
    IMPERSONATE: 'the server may act as the caller on its own machine',
    DELEGATE: 'the server may act as the caller towards other machines too',
  },
  '[MS-RPCE] 2.2.1.1.9',
  'RPC_C_IMPL_LEVEL_',
);

/** `RPC_C_AUTHN_LEVEL_PKT_INTEGRITY` for 5; the number itself where there is no such level. */
export const authnLevelName = nameIn(AUTHN_LEVELS);
/** `RPC_C_AUTHN_WINNT` for 10; the number itself where there is no such provider. */
export const authnTypeName = nameIn(AUTHN_TYPES);

/** The number of a level given as `5`, `PKT_INTEGRITY` or `RPC_C_AUTHN_LEVEL_PKT_INTEGRITY`, in any case. */
export function authnLevelOf(text: string): number | undefined {
  const wanted = text
    .trim()
    .toUpperCase()
    .replace(/^(RPC_C_AUTHN_LEVEL_)?/, 'RPC_C_AUTHN_LEVEL_');
  return AUTHN_LEVELS.find(({ name, code }) => name === wanted || `RPC_C_AUTHN_LEVEL_${code}` === wanted)?.code;
}

/**
 * The level that counts on a connection, [MS-RPCE] 2.2.1.1.8: DEFAULT is CONNECT, CALL is PKT. Both sides compare after
 * this step, and PKT stays below PKT_INTEGRITY even though NTLM and Kerberos sign its packets.
 */
export function effectiveAuthnLevel(level: number): number {
  if (level === RPC_C_AUTHN_LEVEL.DEFAULT) return RPC_C_AUTHN_LEVEL.CONNECT;
  return level === RPC_C_AUTHN_LEVEL.CALL ? RPC_C_AUTHN_LEVEL.PKT : level;
}

/** Whether packets are signed at a level: NTLM and Kerberos sign at PKT as they do at PKT_INTEGRITY. */
export const isSignedLevel = (level: number): boolean => effectiveAuthnLevel(level) >= RPC_C_AUTHN_LEVEL.PKT;

/** `CONNECT`, `PKT_INTEGRITY`: the name without what all of them begin with, for tables. */
export const shortAuthnLevelName = (level: number): string => authnLevelName(level).replace('RPC_C_AUTHN_LEVEL_', '');
