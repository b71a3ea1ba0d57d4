import { createHash } from 'node:crypto';
import { CodecError } from '../../codec/error.js';
import { AP_REQ, decodeMessage, principalText, unframeKerberos } from '../../codec/kerberos/index.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import { decodeNegToken } from '../../codec/spnego/index.js';

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
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64').slice(0, 24);

/** The AP-REQ in a token, by itself or in SPNEGO; undefined for any other token, and for one that cannot be read. */
export function seenApReq(authType: number, token: Uint8Array): SeenApReq | undefined {
  try {
    const octets = authType === RPC_C_AUTHN.GSS_NEGOTIATE ? insideSpnego(token) : token;
    if (octets === undefined || (authType !== RPC_C_AUTHN.GSS_NEGOTIATE && authType !== RPC_C_AUTHN.GSS_KERBEROS))
      return undefined;
    const { message } = unframeKerberos(octets);
    if (message[0] !== AP_REQ.tag) return undefined;
    const { authenticator, ticket } = decodeMessage(AP_REQ, message);
    return {
      authenticator: digestOf(authenticator.cipher),
      digest: digestOf(message),
      ticket: digestOf(ticket.enc_part.cipher),
      service: principalText(ticket.sname).slice(0, MAX_NAME),
    };
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function insideSpnego(token: Uint8Array): Uint8Array | undefined {
  const message = decodeNegToken(token);
  return message.kind === 'NegTokenInit' ? message.mechToken : undefined;
}
