import {
  type Asn1Value,
  application,
  field,
  int32,
  kept,
  kerberosFlags,
  kerberosString,
  kerberosTime,
  octetString,
  optionalField,
  sequence,
  sequenceOf,
  uint32,
} from '../asn1/index.js';

export const PrincipalName = sequence('PrincipalName', 'RFC 4120 5.2.2', {
  name_type: field(0, int32),
  name_string: field(1, sequenceOf(kerberosString)),
});
export type PrincipalName = Asn1Value<typeof PrincipalName>;

export const HostAddress = sequence('HostAddress', 'RFC 4120 5.2.5', {
  addr_type: field(0, int32),
  address: field(1, octetString),
});
export type HostAddress = Asn1Value<typeof HostAddress>;
export const HostAddresses = sequenceOf(HostAddress);

const AuthorizationDataElement = sequence('AuthorizationData', 'RFC 4120 5.2.6', {
  ad_type: field(0, int32),
  ad_data: field(1, octetString),
});
/** RFC 4120 5.2.6. */
export const AuthorizationData = sequenceOf(AuthorizationDataElement);
export type AuthorizationData = Asn1Value<typeof AuthorizationData>;

export const PA_DATA = sequence('PA-DATA', 'RFC 4120 5.2.7', {
  padata_type: field(1, int32),
  padata_value: field(2, octetString),
});
export type PA_DATA = Asn1Value<typeof PA_DATA>;
/** RFC 4120 5.2.7: METHOD-DATA of a KRB-ERROR is the same list. */
export const METHOD_DATA = sequenceOf(PA_DATA);

export const EncryptedData = sequence('EncryptedData', 'RFC 4120 5.2.9', {
  etype: field(0, int32),
  kvno: optionalField(1, uint32),
  cipher: field(2, octetString),
});
export type EncryptedData = Asn1Value<typeof EncryptedData>;

export const EncryptionKey = sequence('EncryptionKey', 'RFC 4120 5.2.9', {
  keytype: field(0, int32),
  keyvalue: field(1, octetString),
});
export type EncryptionKey = Asn1Value<typeof EncryptionKey>;

export const Checksum = sequence('Checksum', 'RFC 4120 5.2.9', {
  cksumtype: field(0, int32),
  checksum: field(1, octetString),
});
export type Checksum = Asn1Value<typeof Checksum>;

/** Its octets are kept: they are how a ticket is recognised, and all that anybody but its service may change. */
export const Ticket = kept(
  application(
    1,
    sequence('Ticket', 'RFC 4120 5.3', {
      tkt_vno: field(0, int32),
      realm: field(1, kerberosString),
      sname: field(2, PrincipalName),
      enc_part: field(3, EncryptedData),
    }),
  ),
);
export type Ticket = Asn1Value<typeof Ticket>;

const TransitedEncoding = sequence('TransitedEncoding', 'RFC 4120 5.3', {
  tr_type: field(0, int32),
  contents: field(1, octetString),
});

export const EncTicketPart = application(
  3,
  sequence('EncTicketPart', 'RFC 4120 5.3', {
    flags: field(0, kerberosFlags),
    key: field(1, EncryptionKey),
    crealm: field(2, kerberosString),
    cname: field(3, PrincipalName),
    transited: field(4, TransitedEncoding),
    authtime: field(5, kerberosTime),
    starttime: optionalField(6, kerberosTime),
    endtime: field(7, kerberosTime),
    renew_till: optionalField(8, kerberosTime),
    caddr: optionalField(9, HostAddresses),
    authorization_data: optionalField(10, AuthorizationData),
  }),
);
export type EncTicketPart = Asn1Value<typeof EncTicketPart>;
