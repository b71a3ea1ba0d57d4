/** [MS-NLMP] 2.2.2.5 NEGOTIATE: what the bits of NegotiateFlags ask for or offer. */
export const NEGOTIATE = {
  NTLMSSP_NEGOTIATE_UNICODE: 0x00000001,
  NTLM_NEGOTIATE_OEM: 0x00000002,
  NTLMSSP_REQUEST_TARGET: 0x00000004,
  NTLMSSP_NEGOTIATE_SIGN: 0x00000010,
  NTLMSSP_NEGOTIATE_SEAL: 0x00000020,
  NTLMSSP_NEGOTIATE_DATAGRAM: 0x00000040,
  NTLMSSP_NEGOTIATE_LM_KEY: 0x00000080,
  NTLMSSP_NEGOTIATE_NTLM: 0x00000200,
  NTLMSSP_ANONYMOUS: 0x00000800,
  NTLMSSP_NEGOTIATE_OEM_DOMAIN_SUPPLIED: 0x00001000,
  NTLMSSP_NEGOTIATE_OEM_WORKSTATION_SUPPLIED: 0x00002000,
  NTLMSSP_NEGOTIATE_ALWAYS_SIGN: 0x00008000,
  NTLMSSP_TARGET_TYPE_DOMAIN: 0x00010000,
  NTLMSSP_TARGET_TYPE_SERVER: 0x00020000,
  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY: 0x00080000,
  NTLMSSP_NEGOTIATE_IDENTIFY: 0x00100000,
  NTLMSSP_REQUEST_NON_NT_SESSION_KEY: 0x00400000,
  NTLMSSP_NEGOTIATE_TARGET_INFO: 0x00800000,
  NTLMSSP_NEGOTIATE_VERSION: 0x02000000,
  NTLMSSP_NEGOTIATE_128: 0x20000000,
  NTLMSSP_NEGOTIATE_KEY_EXCH: 0x40000000,
  NTLMSSP_NEGOTIATE_56: 0x80000000,
} as const;

/** Name of a NEGOTIATE flag, [MS-NLMP] 2.2.2.5. */
export type NegotiateFlag = keyof typeof NEGOTIATE;

const NAMES = Object.keys(NEGOTIATE) as NegotiateFlag[];

/** The value of a set of flags. */
export const negotiateFlags = (...names: readonly NegotiateFlag[]): number =>
  names.reduce((flags, name) => flags | NEGOTIATE[name], 0) >>> 0;

export const hasFlag = (flags: number, name: NegotiateFlag): boolean => (flags & NEGOTIATE[name]) !== 0;

/** [MS-NLMP] 2.2.2.5: the names of the bits that are set, lowest first; a reserved bit by its number. */
export function negotiateFlagNames(flags: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const value = (1 << bit) >>> 0;
    if ((flags & value) !== 0) names.push(NAMES.find((name) => NEGOTIATE[name] === value) ?? `reserved bit ${bit}`);
  }
  return names;
}
