import { decodeMessage } from '../codec/asn1/index.js';
import { AP_OPTIONS, AP_REQ, frameKerberos, parsePrincipal, TOK_ID, unframeKerberos } from '../codec/kerberos/index.js';

/**
 * What the attacker changes in an AP-REQ that passes. He can neither read nor write the ticket and the authenticator.
 */
export type ApReqChange = (request: AP_REQ, target: ServiceOfTarget) => AP_REQ;

/** The service name of the server that is relayed to, `RPCSS/server.lab.example`; anybody can ask for it. */
export type ServiceOfTarget = string;

/** The token with its AP-REQ changed, in its frame where it has one; what is none passes as it came. */
export function changeApReq(token: Uint8Array, change: ApReqChange, target: ServiceOfTarget): Uint8Array {
  const { framed, message } = unframeKerberos(token);
  if (message[0] !== AP_REQ.tag) return token;
  const { octets: _, ...request } = decodeMessage(AP_REQ, message);
  const changed = AP_REQ.write(change(request, target));
  return framed ? frameKerberos(TOK_ID.AP_REQ, changed) : changed;
}

/** RFC 4120 5.3: the service name of a ticket stands in the clear, and nothing covers it. */
const renamed: ApReqChange = ({ ticket: { octets: _, ...ticket }, ...request }, target) => ({
  ...request,
  ticket: { ...ticket, sname: { ...ticket.sname, name_string: parsePrincipal(target).name } },
});

/** RFC 4120 5.5.1: what the options ask for, the authenticator's checksum asks for too (RFC 4121 4.1.1). */
const mutualCleared: ApReqChange = (request) => ({
  ...request,
  ap_options: request.ap_options & ~AP_OPTIONS.MUTUAL_REQUIRED,
});

/** RFC 4121 4.1.1: flags and channel bindings are in the authenticator, encrypted; one bit of it is another. */
const checksumChanged: ApReqChange = ({ authenticator, ...request }) => {
  const cipher = Buffer.from(authenticator.cipher);
  const middle = cipher.length >> 1;
  cipher[middle] = (cipher[middle] as number) ^ 0x10;
  return { ...request, authenticator: { ...authenticator, cipher } };
};

/** Tamperings with Kerberos, by what they do. */
export const AP_REQ_TAMPERINGS = {
  renamed: { apReq: renamed },
  mutualCleared: { apReq: mutualCleared },
  checksumChanged: { apReq: checksumChanged },
} as const;
