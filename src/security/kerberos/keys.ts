import type { Ticket } from '../../codec/kerberos/basic.js';
import type { KeytabEntry } from '../../codec/kerberos/keytab.js';
import { etypeName } from '../../codec/kerberos/numbers.js';
import { principalText, samePrincipal } from '../../codec/kerberos/principal.js';
import { findEncryptionType } from './crypto/index.js';
import { KerberosError } from './error.js';
import { KerberosKey } from './key.js';

/** A long-term key of a service, with the service's name and the key's version. */
export interface ServiceKey {
  readonly realm: string;
  readonly name: readonly string[];
  readonly kvno: number;
  readonly key: KerberosKey;
}

/** Keys of encryption types that this project lacks are left out: no ticket of theirs can be opened. */
export const serviceKeys = (entries: readonly KeytabEntry[]): readonly ServiceKey[] =>
  entries
    .filter(({ etype }) => findEncryptionType(etype) !== undefined)
    .map(({ realm, name, kvno, etype, key }) => ({ realm, name, kvno, key: new KerberosKey(etype, key) }));

const sameRealm = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();

/**
 * The keys that a ticket may be encrypted with, those of its own name first: RPCSS, HOST and others are names of one
 * machine account, so that a keytab with one of them opens tickets for each.
 */
export function candidates(keys: readonly ServiceKey[], { realm, sname, enc_part }: Ticket): readonly ServiceKey[] {
  const fitting = keys.filter(({ key, realm: own }) => key.etype === enc_part.etype && sameRealm(own, realm));
  const named = fitting.filter(({ name }) => samePrincipal(name, sname.name_string));
  return [...named, ...fitting.filter((key) => !named.includes(key))];
}

/** Why no key of a keytab fits a ticket, in the order in which RFC 4120 3.2.3 checks. */
export function whyNone(keys: readonly ServiceKey[], ticket: Ticket): KerberosError {
  const service = `${principalText(ticket.sname)}@${ticket.realm}`;
  const ofRealm = keys.filter(({ realm }) => sameRealm(realm, ticket.realm));
  if (ofRealm.length === 0)
    return new KerberosError('KRB_AP_ERR_NOT_US', `a ticket for ${service}, a realm without a key here`);
  const { etype, kvno } = ticket.enc_part;
  const ofType = ofRealm.filter(({ key }) => key.etype === etype);
  if (ofType.length === 0)
    return new KerberosError(
      'KRB_AP_ERR_NOKEY',
      `a ticket for ${service} under ${etypeName(etype)}, for which there is no key here`,
    );
  const known = ofType.map((key) => key.kvno);
  if (kvno !== undefined && kvno !== 0 && !known.includes(kvno)) {
    const detail = `a ticket for ${service} under key version ${kvno}; here are ${[...new Set(known)].join(', ')}`;
    return new KerberosError('KRB_AP_ERR_BADKEYVER', detail);
  }
  return new KerberosError(
    'KRB_AP_ERR_MODIFIED',
    `no key here opens the ticket for ${service}: it is for another account, or was changed`,
  );
}
