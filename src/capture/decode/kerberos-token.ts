import {
  AP_OPTIONS,
  AP_REP,
  AP_REQ,
  type AP_REQ as ApReq,
  decodeMessage,
  etypeName,
  flagNames,
  KRB_ERROR,
  type KRB_ERROR as KrbError,
  krbErrorName,
  principalText,
  unframeKerberos,
} from '../../codec/kerberos/index.js';

/** What the Kerberos message of a handshake says in the clear, in the terms of RFC 4120 5.5 and 5.9. */
export interface KerberosToken {
  readonly message: 'AP-REQ' | 'AP-REP' | 'KRB-ERROR';
  readonly realm?: string;
  readonly sname?: string;
  readonly ap_options?: readonly string[];
  /** Of the ticket; `etype` is that of the authenticator or of the reply, which shows the type of the session key. */
  readonly ticket_etype?: string;
  readonly ticket_kvno?: number;
  readonly etype?: string;
  readonly error_code?: string;
  readonly stime?: string;
  readonly e_text?: string;
}

/** Undefined for what is no token of Kerberos; throws `CodecError` for one that cannot be read. */
export function kerberosToken(token: Uint8Array): KerberosToken | undefined {
  const { message } = unframeKerberos(token);
  if (message[0] === AP_REQ.tag) return requestFields(decodeMessage(AP_REQ, message));
  if (message[0] === KRB_ERROR.tag) return errorFields(decodeMessage(KRB_ERROR, message));
  if (message[0] !== AP_REP.tag) return undefined;
  return { message: 'AP-REP', etype: etypeName(decodeMessage(AP_REP, message).enc_part.etype) };
}

function requestFields({ ticket, ap_options, authenticator }: ApReq): KerberosToken {
  const { realm, sname, enc_part } = ticket;
  return {
    message: 'AP-REQ',
    realm,
    sname: principalText(sname),
    ap_options: flagNames(AP_OPTIONS, ap_options),
    ticket_etype: etypeName(enc_part.etype),
    ...(enc_part.kvno === undefined ? {} : { ticket_kvno: enc_part.kvno }),
    etype: etypeName(authenticator.etype),
  };
}

function errorFields({ realm, sname, error_code, stime, susec, e_text }: KrbError): KerberosToken {
  return {
    message: 'KRB-ERROR',
    realm,
    sname: principalText(sname),
    error_code: krbErrorName(error_code),
    stime: new Date(stime + susec / 1000).toISOString(),
    ...(e_text === undefined ? {} : { e_text }),
  };
}
