import {
  type Asn1Value,
  application,
  field,
  int32,
  kept,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  microseconds,
  octetString,
  optionalField,
  sequence,
  uint32,
} from '../asn1/index.js';
import { AuthorizationData, Checksum, EncryptedData, EncryptionKey, PrincipalName, Ticket } from './basic.js';

/** What a client opens with: its ticket, and an authenticator under the session key. */
export const AP_REQ = kept(
  application(
    14,
    sequence('AP-REQ', 'RFC 4120 5.5.1', {
      pvno: field(0, int32),
      msg_type: field(1, int32),
      ap_options: field(2, kerberosFlags),
      ticket: field(3, Ticket),
      authenticator: field(4, EncryptedData),
    }),
  ),
);
/** RFC 4120 5.5.1. */
export type AP_REQ = Asn1Value<typeof AP_REQ>;

/** RFC 4120 5.5.1, APOptions. */
export const AP_OPTIONS = { USE_SESSION_KEY: 0x40000000, MUTUAL_REQUIRED: 0x20000000 } as const;

export const Authenticator = application(
  2,
  sequence('Authenticator', 'RFC 4120 5.5.1', {
    authenticator_vno: field(0, int32),
    crealm: field(1, kerberosString),
    cname: field(2, PrincipalName),
    cksum: optionalField(3, Checksum),
    cusec: field(4, microseconds),
    ctime: field(5, kerberosTime),
    subkey: optionalField(6, EncryptionKey),
    seq_number: optionalField(7, uint32),
    authorization_data: optionalField(8, AuthorizationData),
  }),
);
export type Authenticator = Asn1Value<typeof Authenticator>;

export const AP_REP = kept(
  application(
    15,
    sequence('AP-REP', 'RFC 4120 5.5.2', {
      pvno: field(0, int32),
      msg_type: field(1, int32),
      enc_part: field(2, EncryptedData),
    }),
  ),
);
export type AP_REP = Asn1Value<typeof AP_REP>;

export const EncAPRepPart = application(
  27,
  sequence('EncAPRepPart', 'RFC 4120 5.5.2', {
    ctime: field(0, kerberosTime),
    cusec: field(1, microseconds),
    subkey: optionalField(2, EncryptionKey),
    seq_number: optionalField(3, uint32),
  }),
);
export type EncAPRepPart = Asn1Value<typeof EncAPRepPart>;

export const KRB_ERROR = kept(
  application(
    30,
    sequence('KRB-ERROR', 'RFC 4120 5.9.1', {
      pvno: field(0, int32),
      msg_type: field(1, int32),
      ctime: optionalField(2, kerberosTime),
      cusec: optionalField(3, microseconds),
      stime: field(4, kerberosTime),
      susec: field(5, microseconds),
      error_code: field(6, int32),
      crealm: optionalField(7, kerberosString),
      cname: optionalField(8, PrincipalName),
      realm: field(9, kerberosString),
      sname: field(10, PrincipalName),
      e_text: optionalField(11, kerberosString),
      e_data: optionalField(12, octetString),
    }),
  ),
);
export type KRB_ERROR = Asn1Value<typeof KRB_ERROR>;
