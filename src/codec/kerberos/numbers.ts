/** Encryption types, RFC 3961 8, RFC 8009 4 and [MS-KILE] 3.1.5.2. */
export const ETYPE = {
  DES_CBC_CRC: 1,
  DES_CBC_MD5: 3,
  AES128_CTS_HMAC_SHA1_96: 17,
  AES256_CTS_HMAC_SHA1_96: 18,
  AES128_CTS_HMAC_SHA256_128: 19,
  AES256_CTS_HMAC_SHA384_192: 20,
  RC4_HMAC: 23,
  RC4_HMAC_EXP: 24,
} as const;

/** Checksum types, RFC 3961 8, RFC 4757 4, RFC 4121 4.1.1. */
export const CKSUMTYPE = {
  HMAC_SHA1_96_AES128: 15,
  HMAC_SHA1_96_AES256: 16,
  HMAC_SHA256_128_AES128: 19,
  HMAC_SHA384_192_AES256: 20,
  HMAC_MD5: -138,
  GSS: 0x8003,
} as const;

/** msg-type, RFC 4120 7.5.7. */
export const MSG_TYPE = {
  AS_REQ: 10,
  AS_REP: 11,
  TGS_REQ: 12,
  TGS_REP: 13,
  AP_REQ: 14,
  AP_REP: 15,
  KRB_CRED: 22,
  KRB_ERROR: 30,
} as const;

/** Key usage numbers, RFC 4120 7.5.1, RFC 4121 2, [MS-PAC] 2.8. */
export const KEY_USAGE = {
  PA_ENC_TIMESTAMP: 1,
  TICKET: 2,
  AS_REP: 3,
  TGS_REQ_AUTHENTICATOR_CHECKSUM: 6,
  TGS_REQ_AUTHENTICATOR: 7,
  TGS_REP_SESSION_KEY: 8,
  TGS_REP_SUBKEY: 9,
  AP_REQ_AUTHENTICATOR: 11,
  AP_REP: 12,
  KRB_CRED: 14,
  PAC: 17,
  ACCEPTOR_SEAL: 22,
  ACCEPTOR_SIGN: 23,
  INITIATOR_SEAL: 24,
  INITIATOR_SIGN: 25,
} as const;

/** padata-type, RFC 4120 7.5.2, RFC 6806 11, [MS-KILE] 3.1.5.1. */
export const PA = {
  TGS_REQ: 1,
  ENC_TIMESTAMP: 2,
  PW_SALT: 3,
  ETYPE_INFO: 11,
  PK_AS_REQ: 16,
  ETYPE_INFO2: 19,
  PAC_REQUEST: 128,
  FOR_USER: 129,
  FX_COOKIE: 133,
  FX_FAST: 136,
  ENCRYPTED_CHALLENGE: 138,
  REQ_ENC_PA_REP: 149,
  SUPPORTED_ENCTYPES: 165,
  PAC_OPTIONS: 167,
} as const;

/** ad-type, RFC 4120 7.5.4, [MS-KILE] 3.1.1.4. */
export const AD = { IF_RELEVANT: 1, WIN2K_PAC: 128 } as const;

/** name-type, RFC 4120 6.2 and RFC 6806 5. */
export const NT = { UNKNOWN: 0, PRINCIPAL: 1, SRV_INST: 2, SRV_HST: 3, ENTERPRISE: 10 } as const;

/** TicketFlags, RFC 4120 5.3; the first bit is the highest. */
export const TICKET_FLAGS = {
  forwardable: 0x40000000,
  forwarded: 0x20000000,
  proxiable: 0x10000000,
  proxy: 0x08000000,
  postdated: 0x02000000,
  invalid: 0x01000000,
  renewable: 0x00800000,
  initial: 0x00400000,
  pre_authent: 0x00200000,
  ok_as_delegate: 0x00040000,
  enc_pa_rep: 0x00010000,
} as const;

/** KDCOptions, RFC 4120 5.4.1, RFC 6806 3. */
export const KDC_OPTIONS = {
  forwardable: 0x40000000,
  renewable: 0x00800000,
  canonicalize: 0x00010000,
  renewable_ok: 0x00000010,
  enc_tkt_in_skey: 0x00000008,
  renew: 0x00000002,
  validate: 0x00000001,
} as const;

/** Finds the name of a number; gives the number itself where it has none. */
export const nameOf =
  (table: Readonly<Record<string, number>>) =>
  (code: number): string =>
    Object.entries(table).find(([, value]) => value === code)?.[0] ?? String(code);

/** As the RFCs and `klist -e` write it: `aes256-cts-hmac-sha1-96`; the number where it has no name. */
export const etypeName = (etype: number): string => nameOf(ETYPE)(etype).toLowerCase().replaceAll('_', '-');

/** The names of the bits that are set, in the order of the table. */
export const flagNames = (table: Readonly<Record<string, number>>, flags: number): readonly string[] =>
  Object.entries(table)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name.replaceAll('_', '-'));
