import { decodeMessage } from '../../../codec/asn1/index.js';
import {
  AP_REQ,
  Authenticator,
  EncTGSRepPart,
  EncTicketPart,
  KDC_OPTIONS,
  type KDC_REQ,
  KEY_USAGE,
  MSG_TYPE,
  PA,
  principalText,
  TGS_REP,
  TICKET_FLAGS,
} from '../../../codec/kerberos/index.js';
import { sameSecret } from '../../crypto/hash.js';
import { decoded } from '../../decoded.js';
import type { Milliseconds } from '../../provider.js';
import { findByChecksumType } from '../crypto/index.js';
import { close, open } from '../encrypted.js';
import { KerberosError } from '../error.js';
import { KerberosKey } from '../key.js';
import { checkPacSignatures, pacOf } from '../pac.js';
import { issue } from './issue.js';
import type { Realm } from './realm.js';

const NOT_OFFERED = KDC_OPTIONS.enc_tkt_in_skey | KDC_OPTIONS.renew | KDC_OPTIONS.validate;

/** RFC 4120 3.3: a ticket for a service, for the holder of a ticket for the KDC. */
export function answerTgs(
  realm: Realm,
  request: KDC_REQ,
  now: Milliseconds,
  /** Told whose ticket it is, once that is known: what is refused then is refused to somebody. */
  asks: (client: string) => void,
): { reply: Uint8Array; client: string } {
  const { req_body: body } = request;
  const { part, authenticator, sessionKey } = openHeader(realm, request, now);
  const { cname, authtime, endtime: until } = part;
  asks(principalText(cname));
  if ((body.kdc_options & NOT_OFFERED) !== 0)
    throw new KerberosError('KDC_ERR_BADOPTION', 'renewal, validation and user-to-user are not offered');
  const client = realm.directory.client(cname.name_string);
  if (client === undefined)
    throw new KerberosError('KDC_ERR_C_PRINCIPAL_UNKNOWN', `the account ${principalText(cname)} is gone`);
  const pac = pacOf(part.authorization_data);
  if (pac !== undefined) checkPacSignatures(pac, { server: realm.krbtgt, kdc: realm.krbtgt });
  const flags = part.flags & (TICKET_FLAGS.pre_authent | TICKET_FLAGS.forwardable);
  const issued = issue(realm, { body, client, cname, flags, authtime, now, until, pac: pac !== undefined });
  const { random } = realm;
  // RFC 4120 3.3.3: under the subkey of the authenticator, where it has one.
  const sealing =
    authenticator.subkey === undefined
      ? { key: sessionKey, usage: KEY_USAGE.TGS_REP_SESSION_KEY, random }
      : { key: KerberosKey.of(authenticator.subkey), usage: KEY_USAGE.TGS_REP_SUBKEY, random };
  const reply = TGS_REP.write({
    pvno: 5,
    msg_type: MSG_TYPE.TGS_REP,
    crealm: part.crealm,
    cname,
    ticket: issued.ticket,
    enc_part: close(EncTGSRepPart, issued.part, sealing),
  });
  return { reply, client: client.account.user };
}

/** RFC 4120 3.3.2: the AP-REQ in the request, whose checksum covers the body. */
function openHeader(realm: Realm, { padata = [], req_body }: KDC_REQ, now: Milliseconds) {
  const header = padata.find(({ padata_type }) => padata_type === PA.TGS_REQ)?.padata_value;
  if (header === undefined)
    throw new KerberosError('KDC_ERR_PADATA_TYPE_NOSUPP', 'the request has no ticket of this KDC');
  const { ticket, authenticator: sealed } = decoded(() => decodeMessage(AP_REQ, header));
  if (ticket.sname.name_string[0]?.toLowerCase() !== 'krbtgt')
    throw new KerberosError('KRB_AP_ERR_NOT_US', `the ticket is for ${principalText(ticket.sname)}`);
  const part = open(EncTicketPart, realm.krbtgt, KEY_USAGE.TICKET, ticket.enc_part);
  if (part === undefined)
    throw new KerberosError('KRB_AP_ERR_MODIFIED', 'the ticket is not of this KDC, or was changed');
  const sessionKey = KerberosKey.of(part.key);
  const authenticator = open(Authenticator, sessionKey, KEY_USAGE.TGS_REQ_AUTHENTICATOR, sealed);
  if (authenticator === undefined)
    throw new KerberosError('KRB_AP_ERR_MODIFIED', "the authenticator does not open with the ticket's session key");
  checkTimes(realm, part, authenticator, now);
  if (principalText(authenticator.cname).toUpperCase() !== principalText(part.cname).toUpperCase())
    throw new KerberosError('KRB_AP_ERR_BADMATCH', 'the authenticator is of another client than the ticket');
  checkBody(sessionKey, authenticator, req_body.octets ?? new Uint8Array(0));
  return { part, authenticator, sessionKey };
}

function checkTimes({ maxClockSkew }: Realm, part: EncTicketPart, { ctime }: Authenticator, now: Milliseconds): void {
  if (Math.abs(ctime - now) > maxClockSkew)
    throw new KerberosError('KRB_AP_ERR_SKEW', `the client's clock is ${Math.round((ctime - now) / 1000)} s away`);
  if (part.endtime + maxClockSkew < now)
    throw new KerberosError('KRB_AP_ERR_TKT_EXPIRED', "the client's ticket has ended");
}

/** RFC 4120 3.3.2 has the authenticator sign the body; impacket signs nothing, and Windows gives it tickets. */
function checkBody(sessionKey: KerberosKey, { cksum }: Authenticator, body: Uint8Array): void {
  if (cksum === undefined) return;
  if (findByChecksumType(cksum.cksumtype)?.etype !== sessionKey.etype)
    throw new KerberosError('KRB_AP_ERR_INAPP_CKSUM', 'the checksum over the body has no type that fits the key');
  const expected = sessionKey.forUsage(KEY_USAGE.TGS_REQ_AUTHENTICATOR_CHECKSUM).checksum(body);
  if (!sameSecret(expected, cksum.checksum))
    throw new KerberosError('KRB_AP_ERR_MODIFIED', 'the body of the request was changed');
}
