import { CodecError } from '../../codec/error.js';
import { AP_REQ, decodeMessage, principalText, unframeKerberos } from '../../codec/kerberos/index.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import { readNegFields } from '../../codec/spnego/index.js';
import { digestOf } from './digest.js';

/** What tells one AP-REQ from every other. */
export interface SeenApReq {
  /** Of the encrypted authenticator, which a client makes once (RFC 4120 3.2.2). */
  readonly authenticator: string;
  /** Of the whole message. */
  readonly digest: string;
  /** Of the encrypted part of its ticket. */
  readonly ticket: string;
  /** Whom the ticket is for, as it says in the clear. */
  readonly service: string;
}

const MAX_NAME = 256;

/** Of an AP-REQ and its octets. */
export const seenApReq = ({ octets, message }: { octets: Uint8Array; message: AP_REQ }): SeenApReq => ({
  authenticator: digestOf(message.authenticator.cipher),
  digest: digestOf(octets),
  ticket: digestOf(message.ticket.enc_part.cipher),
  service: principalText(message.ticket.sname).slice(0, MAX_NAME),
});

/** The AP-REQ in a token, by itself or in SPNEGO; undefined for any other token, and for one that cannot be read. */
export function apReqIn(authType: number, token: Uint8Array): SeenApReq | undefined {
  // Most tokens of SPNEGO are answers, in which there is none.
  if (token[0] === NEG_TOKEN_RESP) return undefined;
  try {
    const octets = authType === RPC_C_AUTHN.GSS_NEGOTIATE ? insideSpnego(token) : token;
    if (octets === undefined || (authType !== RPC_C_AUTHN.GSS_NEGOTIATE && authType !== RPC_C_AUTHN.GSS_KERBEROS))
      return undefined;
    const { message } = unframeKerberos(octets);
    return message[0] === AP_REQ.tag
      ? seenApReq({ octets: message, message: decodeMessage(AP_REQ, message) })
      : undefined;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** RFC 4178 4.2: the identifier octet of a NegTokenResp. */
const NEG_TOKEN_RESP = 0xa1;

function insideSpnego(token: Uint8Array): Uint8Array | undefined {
  const message = readNegFields(token);
  return message.kind === 'NegTokenInit' ? message.mechToken : undefined;
}
