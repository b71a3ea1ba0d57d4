import { readElement, TAG } from '../../../codec/asn1/der.js';
import { CodecError } from '../../../codec/error.js';
import { LDAP_OPERATION } from '../../logon/recognise.js';
import { replaceText } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import type { TokenReplacer } from '../tokens/token.js';

/** No bind is longer; what holds more is no message. */
const LONGEST = 1 << 20;
/** RFC 4511 4.2: simple, SASL; [MS-ADTS] 5.1.1.1.3: sicily in three steps; 4.2.2: serverSaslCreds. */
const [SIMPLE, SASL, SERVER_SASL] = [0x80, 0xa3, 0x87];
const SICILY: ReadonlySet<number> = new Set([0x89, 0x8a, 0x8b]);
const MECHANISMS: ReadonlySet<string> = new Set(['GSS-SPNEGO', 'GSSAPI', 'EXTERNAL', 'DIGEST-MD5', 'NTLM']);

/** Octets of the LDAP message that `bytes` begin with; undefined where they begin with none. More than there are, where it is not whole. */
export function bindLength(bytes: Buffer): number | undefined {
  if (bytes[0] !== TAG.SEQUENCE) return undefined;
  if (bytes.length < 6) return 6;
  const first = bytes[1] as number;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || count > 4) return undefined;
  let length = count === 0 ? first : 0;
  for (let at = 2; at < 2 + count; at++) length = length * 256 + (bytes[at] as number);
  return length > LONGEST ? undefined : 2 + count + length;
}

/** Rewrites a bind or its answer in place; false, and nothing changed that is kept, for any other message. */
export function replaceLdapBind(names: Pseudonyms, tally: Tally, tokens: TokenReplacer, message: Buffer): boolean {
  try {
    const whole = readElement(message, 0, 'LDAPMessage');
    const id = readElement(whole.value, 0, 'messageID');
    const operation = readElement(whole.value, id.next, 'protocolOp');
    const request = operation.tag === LDAP_OPERATION.bindRequest;
    if (id.tag !== TAG.INTEGER || (!request && operation.tag !== LDAP_OPERATION.bindResponse)) return false;
    for (let at = 0; at < operation.value.length; ) {
      const part = readElement(operation.value, at, 'bind');
      replacePart(names, tally, tokens, part, request);
      at = part.next;
    }
    // Controls, and what else stands behind the operation.
    tally.zero(whole.value.subarray(operation.next), 'octets of LDAP');
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

function replacePart(
  names: Pseudonyms,
  tally: Tally,
  tokens: TokenReplacer,
  { tag, value }: { readonly tag: number; readonly value: Uint8Array },
  request: boolean,
): void {
  if (tag === TAG.INTEGER || tag === TAG.ENUMERATED) return;
  if (tag === SASL && request) {
    const mechanism = readElement(value, 0, 'mechanism');
    if (!MECHANISMS.has(Buffer.from(mechanism.value).toString('latin1'))) replaceText(names, mechanism.value, 'octets');
    if (mechanism.next < value.length) tokens.replace(readElement(value, mechanism.next, 'credentials').value);
  } else if (tag === TAG.OCTET_STRING && isText(value)) replaceText(names, value, 'octets');
  else if (tag === TAG.OCTET_STRING || tag === SERVER_SASL || SICILY.has(tag)) tokens.replace(value);
  else if (tag === SIMPLE) value.set(names.secret(value));
  else tally.zero(value, 'octets of LDAP');
}

/** A distinguished name; in the answers of sicily a token of NTLM stands in its place. */
const isText = (value: Uint8Array): boolean => value.every((octet) => octet >= 0x20 && octet !== 0x7f);
