import { CodecError } from '../error.js';
import type { SpanTrace } from '../span.js';
import { expectElement, oidText, readElement, TAG, writeElement, writeOid } from './der.js';

/** RFC 2743 3.1, InitialContextToken: which mechanism the octets are for. */
export interface GssToken {
  readonly oid: string;
  /** The mechanism's own octets. */
  readonly token: Uint8Array;
}

export function unframeGss(bytes: Uint8Array, trace?: SpanTrace): GssToken {
  const frame = expectElement(bytes, TAG.APPLICATION_0, 'InitialContextToken');
  const mech = readElement(frame.value, 0, 'InitialContextToken.thisMech');
  if (mech.tag !== TAG.OBJECT_IDENTIFIER)
    throw new CodecError('BAD_VALUE', 'InitialContextToken.thisMech', 0, 'is not an OBJECT IDENTIFIER');
  const oid = oidText(mech.value, 'InitialContextToken.thisMech');
  trace?.octets('InitialContextToken.thisMech', mech.octets, { section: 'RFC 2743 3.1', type: 'OID', value: oid });
  return { oid, token: frame.value.subarray(mech.next) };
}

export const frameGss = (oid: string, token: Uint8Array): Buffer =>
  writeElement(TAG.APPLICATION_0, writeOid(oid), token);
