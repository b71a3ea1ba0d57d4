import {
  type Asn1Structure,
  type Asn1Value,
  application,
  asn1Boolean,
  field,
  int32,
  kept,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
  optionalField,
  readTyped,
  sequence,
  sequenceOf,
  uint32,
} from '../asn1/index.js';
import {
  AuthorizationData,
  EncryptedData,
  EncryptionKey,
  HostAddresses,
  METHOD_DATA,
  PrincipalName,
  Ticket,
} from './basic.js';

export const KDC_REQ_BODY = kept(
  sequence('KDC-REQ-BODY', 'RFC 4120 5.4.1', {
    kdc_options: field(0, kerberosFlags),
    cname: optionalField(1, PrincipalName),
    realm: field(2, kerberosString),
    sname: optionalField(3, PrincipalName),
    from: optionalField(4, kerberosTime),
    till: field(5, kerberosTime),
    rtime: optionalField(6, kerberosTime),
    nonce: field(7, uint32),
    etype: field(8, sequenceOf(int32)),
    addresses: optionalField(9, HostAddresses),
    enc_authorization_data: optionalField(10, EncryptedData),
    additional_tickets: optionalField(11, sequenceOf(Ticket)),
  }),
);
export type KDC_REQ_BODY = Asn1Value<typeof KDC_REQ_BODY>;

const KDC_REQ = sequence('KDC-REQ', 'RFC 4120 5.4.1', {
  pvno: field(1, int32),
  msg_type: field(2, int32),
  padata: optionalField(3, METHOD_DATA),
  req_body: field(4, KDC_REQ_BODY),
});
export type KDC_REQ = Asn1Value<typeof AS_REQ>;
export const AS_REQ = kept(application(10, KDC_REQ, 'AS-REQ'));
export const TGS_REQ = kept(application(12, KDC_REQ, 'TGS-REQ'));

const KDC_REP = sequence('KDC-REP', 'RFC 4120 5.4.2', {
  pvno: field(0, int32),
  msg_type: field(1, int32),
  padata: optionalField(2, METHOD_DATA),
  crealm: field(3, kerberosString),
  cname: field(4, PrincipalName),
  ticket: field(5, Ticket),
  enc_part: field(6, EncryptedData),
});
export const AS_REP = kept(application(11, KDC_REP, 'AS-REP'));
export const TGS_REP = kept(application(13, KDC_REP, 'TGS-REP'));
export type KDC_REP = Asn1Value<typeof AS_REP>;

const LastReq = sequenceOf(
  sequence('LastReq', 'RFC 4120 5.4.2', { lr_type: field(0, int32), lr_value: field(1, kerberosTime) }),
);

const EncKDCRepPart = sequence('EncKDCRepPart', 'RFC 4120 5.4.2', {
  key: field(0, EncryptionKey),
  last_req: field(1, LastReq),
  nonce: field(2, uint32),
  key_expiration: optionalField(3, kerberosTime),
  flags: field(4, kerberosFlags),
  authtime: field(5, kerberosTime),
  starttime: optionalField(6, kerberosTime),
  endtime: field(7, kerberosTime),
  renew_till: optionalField(8, kerberosTime),
  srealm: field(9, kerberosString),
  sname: field(10, PrincipalName),
  caddr: optionalField(11, HostAddresses),
  encrypted_pa_data: optionalField(12, METHOD_DATA),
});
export type EncKDCRepPart = Asn1Value<typeof EncKDCRepPart>;
export const EncTGSRepPart = application(26, EncKDCRepPart, 'EncTGSRepPart');

/** RFC 4120 5.4.2: some servers give the number of the other one, and clients have to take both. */
export const EncASRepPart: Asn1Structure<EncKDCRepPart> = application(25, EncKDCRepPart, 'EncASRepPart');

/** The part of either reply that is encrypted, under whichever of its numbers. */
export const decodeEncKDCRepPart = (bytes: Uint8Array): EncKDCRepPart =>
  readTyped(bytes[0] === EncASRepPart.tag ? EncASRepPart : EncTGSRepPart, bytes, 0, {
    path: 'EncKDCRepPart',
    offset: 0,
  }).value;

export const PA_ENC_TS_ENC = sequence('PA-ENC-TS-ENC', 'RFC 4120 5.2.7.2', {
  patimestamp: field(0, kerberosTime),
  pausec: optionalField(1, microseconds),
});

export const ETYPE_INFO2 = sequenceOf(
  sequence('ETYPE-INFO2-ENTRY', 'RFC 4120 5.2.7.5', {
    etype: field(0, int32),
    salt: optionalField(1, kerberosString),
    s2kparams: optionalField(2, octetString),
  }),
);
export type ETYPE_INFO2 = Asn1Value<typeof ETYPE_INFO2>;

export const KERB_PA_PAC_REQUEST = sequence('KERB-PA-PAC-REQUEST', '[MS-KILE] 2.2.3', {
  include_pac: field(0, asn1Boolean),
});

/** The NTSTATUS that Windows gives beside an error of its KDC stands in the data. */
export const KERB_ERROR_DATA = sequence('KERB-ERROR-DATA', '[MS-KILE] 2.2.2', {
  data_type: field(1, int32),
  data_value: optionalField(2, octetString),
});

const KrbCredInfo = sequence('KrbCredInfo', 'RFC 4120 5.8.1', {
  key: field(0, EncryptionKey),
  prealm: optionalField(1, kerberosString),
  pname: optionalField(2, PrincipalName),
  flags: optionalField(3, kerberosFlags),
  authtime: optionalField(4, kerberosTime),
  starttime: optionalField(5, kerberosTime),
  endtime: optionalField(6, kerberosTime),
  renew_till: optionalField(7, kerberosTime),
  srealm: optionalField(8, kerberosString),
  sname: optionalField(9, PrincipalName),
  caddr: optionalField(10, HostAddresses),
});

export const KRB_CRED = kept(
  application(
    22,
    sequence('KRB-CRED', 'RFC 4120 5.8.1', {
      pvno: field(0, int32),
      msg_type: field(1, int32),
      tickets: field(2, sequenceOf(Ticket)),
      enc_part: field(3, EncryptedData),
    }),
  ),
);

export const EncKrbCredPart = application(
  29,
  sequence('EncKrbCredPart', 'RFC 4120 5.8.1', {
    ticket_info: field(0, sequenceOf(KrbCredInfo)),
    nonce: optionalField(1, uint32),
    timestamp: optionalField(2, kerberosTime),
    usec: optionalField(3, microseconds),
  }),
);

/** What an AD-IF-RELEVANT holds, RFC 4120 5.2.6.1. */
export const AD_IF_RELEVANT = AuthorizationData;
