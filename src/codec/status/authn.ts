/** A number of the wire with its name and, in this project's words, what it means. */
export interface Named {
  readonly code: number;
  readonly name: string;
  readonly text: string;
  readonly section: string;
}

/** Authentication levels, [MS-RPCE] 2.2.1.1.8. */
export const RPC_C_AUTHN_LEVEL = {
  DEFAULT: 0,
  NONE: 1,
  CONNECT: 2,
  CALL: 3,
  PKT: 4,
  PKT_INTEGRITY: 5,
  PKT_PRIVACY: 6,
} as const;

const level = (name: keyof typeof RPC_C_AUTHN_LEVEL, text: string): Named => ({
  code: RPC_C_AUTHN_LEVEL[name],
  name: `RPC_C_AUTHN_LEVEL_${name}`,
  text,
  section: '[MS-RPCE] 2.2.1.1.8',
});

export const AUTHN_LEVELS: readonly Named[] = [
  level('DEFAULT', 'the caller leaves it open; used as CONNECT'),
  level('NONE', 'nobody is authenticated'),
  level('CONNECT', 'who calls is proved once, when the connection is bound; the calls themselves are unprotected'),
  level('CALL', 'never used over TCP: both sides treat it as PKT'),
  level('PKT', 'each packet proves its origin; counts as less than PKT_INTEGRITY'),
  level('PKT_INTEGRITY', 'each packet is signed: a change on the way is noticed'),
  level('PKT_PRIVACY', 'each packet is signed and its stub encrypted'),
];

/** Security providers, [MS-RPCE] 2.2.1.1.7: the auth_type of a sec_trailer. */
export const RPC_C_AUTHN = {
  NONE: 0x00,
  GSS_NEGOTIATE: 0x09,
  WINNT: 0x0a,
  GSS_SCHANNEL: 0x0e,
  GSS_KERBEROS: 0x10,
  NETLOGON: 0x44,
  DEFAULT: 0xff,
} as const;

const provider = (name: keyof typeof RPC_C_AUTHN, text: string): Named => ({
  code: RPC_C_AUTHN[name],
  name: `RPC_C_AUTHN_${name}`,
  text,
  section: '[MS-RPCE] 2.2.1.1.7',
});

export const AUTHN_TYPES: readonly Named[] = [
  provider('NONE', 'no authentication'),
  provider('GSS_NEGOTIATE', 'SPNEGO, which then chooses Kerberos or NTLM'),
  provider('WINNT', 'NTLM'),
  provider('GSS_SCHANNEL', 'TLS'),
  provider('GSS_KERBEROS', 'Kerberos'),
  provider('NETLOGON', 'the Netlogon secure channel'),
  provider('DEFAULT', 'the caller leaves it open; used as NTLM'),
];

const impersonation = (code: number, name: string, text: string): Named => ({
  code,
  name: `RPC_C_IMPL_LEVEL_${name}`,
  text,
  // The section names the levels and leaves their numbers to the implementation; these are those of Windows.
  section: '[MS-RPCE] 2.2.1.1.9',
});

export const IMPERSONATION_LEVELS: readonly Named[] = [
  impersonation(0, 'DEFAULT', 'the caller leaves it open; used as IMPERSONATE'),
  impersonation(1, 'ANONYMOUS', 'the server learns nothing of the caller'),
  impersonation(2, 'IDENTITY', 'the server may learn who calls, but not act as the caller'),
  impersonation(3, 'IMPERSONATE', 'the server may act as the caller on its own machine'),
  impersonation(4, 'DELEGATE', 'the server may act as the caller towards other machines too'),
];

const nameIn =
  (rows: readonly Named[]) =>
  (code: number): string =>
    rows.find((row) => row.code === code)?.name ?? String(code);

/** `RPC_C_AUTHN_LEVEL_PKT_INTEGRITY` for 5; the number itself where there is no such level. */
export const authnLevelName = nameIn(AUTHN_LEVELS);
/** `RPC_C_AUTHN_WINNT` for 10; the number itself where there is no such provider. */
export const authnTypeName = nameIn(AUTHN_TYPES);
export const impersonationLevelName = nameIn(IMPERSONATION_LEVELS);

/** The number of a level given as `5`, `PKT_INTEGRITY` or `RPC_C_AUTHN_LEVEL_PKT_INTEGRITY`, in any case. */
export function authnLevelOf(text: string): number | undefined {
  const wanted = text
    .trim()
    .toUpperCase()
    .replace(/^RPC_C_AUTHN_LEVEL_/, '');
  return AUTHN_LEVELS.find((row) => row.name === `RPC_C_AUTHN_LEVEL_${wanted}` || String(row.code) === wanted)?.code;
}

/**
 * The level that counts on a connection, [MS-RPCE] 2.2.1.1.8: DEFAULT is CONNECT, CALL is PKT. Both sides compare after
 * this step, and PKT stays below PKT_INTEGRITY even though NTLM and Kerberos sign its packets.
 */
export function effectiveAuthnLevel(level: number): number {
  if (level === RPC_C_AUTHN_LEVEL.DEFAULT) return RPC_C_AUTHN_LEVEL.CONNECT;
  return level === RPC_C_AUTHN_LEVEL.CALL ? RPC_C_AUTHN_LEVEL.PKT : level;
}
