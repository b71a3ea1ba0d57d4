/** Object identifiers of SPNEGO itself and of the mechanisms that it negotiates ([MS-SPNG] 3.1.5.2 and note <1>; [MS-NLMP] 1.9). */
export const OID = {
  SPNEGO: '1.3.6.1.5.5.2',
  KERBEROS: '1.2.840.113554.1.2.2',
  /** Windows 2000 cut an arc to 16 bits, and every Windows since offers this one first. */
  MS_KERBEROS: '1.2.840.48018.1.2.2',
  KERBEROS_USER_TO_USER: '1.2.840.113554.1.2.2.3',
  NEGOEX: '1.3.6.1.4.1.311.2.2.30',
  NTLM: '1.3.6.1.4.1.311.2.2.10',
} as const;

/** The name of an object identifier, or the identifier itself. */
export const oidName = (oid: string): string => NAMES.get(oid) ?? oid;

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(OID).map(([name, oid]) => [oid, name]));
