import { contextTag, type Element, expectElement, readElement, readElements, TAG } from '../../codec/asn1/index.js';
import { LDAP_OPERATION } from './recognise.js';

/** A BindRequest or BindResponse of LDAP, as far as it concerns who logs on. */
export interface LdapBind {
  readonly operation: 'bindRequest' | 'bindResponse';
  readonly token: Uint8Array | undefined;
}

/** RFC 4511 4.2: sasl, and [MS-ADTS] 5.1.1.1.3: sicilyNegotiate and sicilyResponse, which are primitive. */
const SASL = contextTag(3);
const [SICILY_NEGOTIATE, SICILY_RESPONSE] = [0x8a, 0x8b];
/** RFC 4511 4.2.2: serverSaslCreds. */
const SERVER_SASL_CREDS = 0x87;

/** A whole LDAPMessage. Throws `CodecError` where it cannot be read. */
export function ldapBind(message: Uint8Array): LdapBind | undefined {
  const whole = expectElement(message, TAG.SEQUENCE, 'LDAPMessage');
  const id = expectElement(whole.value, TAG.INTEGER, 'LDAPMessage.messageID');
  const { tag, value } = readElement(whole.value, id.next, 'LDAPMessage.protocolOp');
  if (tag === LDAP_OPERATION.bindRequest) return { operation: 'bindRequest', token: askedToken(value) };
  if (tag === LDAP_OPERATION.bindResponse) return { operation: 'bindResponse', token: answeredToken(value) };
  return undefined;
}

function askedToken(request: Uint8Array): Uint8Array | undefined {
  const [, , authentication] = readElements(request, 'BindRequest');
  if (authentication === undefined) return undefined;
  const { tag, value } = authentication;
  if (tag === SICILY_NEGOTIATE || tag === SICILY_RESPONSE) return value;
  if (tag !== SASL) return undefined;
  const [, credentials] = readElements(value, 'SaslCredentials');
  return octetsOf(credentials);
}

function answeredToken(response: Uint8Array): Uint8Array | undefined {
  const [, matchedDN, , ...more] = readElements(response, 'BindResponse');
  const sasl = more.find(({ tag }) => tag === SERVER_SASL_CREDS);
  // [MS-ADTS] 5.1.1.1.3: a SicilyBindResponse has serverCreds where others have matchedDN.
  return sasl?.value ?? octetsOf(matchedDN);
}

const octetsOf = (element: Element | undefined): Uint8Array | undefined =>
  element?.tag === TAG.OCTET_STRING && element.value.length > 0 ? element.value : undefined;
