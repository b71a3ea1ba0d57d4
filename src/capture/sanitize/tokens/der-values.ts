import { oidOctets, TAG } from '../../../codec/asn1/der.js';

/**
 * X.690 8: whether the octets of a primitive element have the form of its type, so that they can be no name: a BOOLEAN,
 * NULL, ENUMERATED, INTEGER, BIT STRING of flags, time, or OBJECT IDENTIFIER that the protocols have in common.
 */
export const saysNothing = (tag: number, value: Uint8Array): boolean => FORMS.get(tag)?.(value) === true;

/** RFC 5280 4.1.2.5 and RFC 4120 5.2.3: in UTC, to the second. */
const [UTC_TIME, GENERALIZED_TIME] = ['\\d\\d', '\\d{4}'].map(
  (year) => new RegExp(`^${year}(0\\d|1[0-2])([0-2]\\d|3[01])([01]\\d|2[0-3])[0-5]\\d[0-6]\\dZ$`),
) as [RegExp, RegExp];
const matches =
  (form: RegExp) =>
  (value: Uint8Array): boolean =>
    value.length <= 15 && form.test(String.fromCharCode(...value));

/** RFC 4120 5.2.4: UInt32 has five octets when its highest bit is set. */
const isNumber = ({ length, 0: first }: Uint8Array): boolean => length <= 4 || (length === 5 && first === 0);

/** RFC 4120 5.2.8: 32 flags behind the number of unused bits. */
const isFlags = ({ length, 0: unused = 0 }: Uint8Array): boolean => length <= 5 && unused <= 7;

const ARCS: readonly Buffer[] = [
  // Security mechanisms, PKIX and Kerberos; Kerberos of the drafts, of MIT, and of Windows.
  '1.3.6.1.5.5',
  '1.3.6.1.5.2',
  '1.3.5.1.5.2',
  '1.2.840.113554.1.2',
  '1.2.840.48018.1.2',
  // NTLM and NEGOEX. Other arcs of Microsoft have numbers of enterprises.
  '1.3.6.1.4.1.311.2',
  // PKCS, elliptic curves, Diffie-Hellman, OIW, SECG, NIST.
  '1.2.840.113549',
  '1.2.840.10045',
  '1.2.840.10046',
  '1.3.14.3.2',
  '1.3.132.0',
  '2.16.840.1.101.3.4',
  // X.520 and X.509.
  '2.5.4',
  '2.5.29',
].map((arc) => Buffer.from(oidOctets(arc)));
/** Octets behind an arc, as many as the longest in use have. */
const LONGEST_LEAF = 6;

const isCommonOid = (value: Uint8Array): boolean =>
  ARCS.some((arc) => value.length <= arc.length + LONGEST_LEAF && arc.equals(value.subarray(0, arc.length)));

const FORMS: ReadonlyMap<number, (value: Uint8Array) => boolean> = new Map([
  [0x01, ({ length }) => length === 1],
  [TAG.INTEGER, isNumber],
  [TAG.BIT_STRING, isFlags],
  [0x05, ({ length }) => length === 0],
  [TAG.OBJECT_IDENTIFIER, isCommonOid],
  [TAG.ENUMERATED, ({ length }) => length === 1],
  [0x17, matches(UTC_TIME)],
  [TAG.GENERALIZED_TIME, matches(GENERALIZED_TIME)],
]);
