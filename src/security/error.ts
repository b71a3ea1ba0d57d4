/** Which check of the security layer refused. */
export type SecurityErrorCode =
  | 'BAD_TOKEN' // a token that does not decode, or out of order
  | 'UNSUPPORTED' // a mechanism or option that this side does not offer
  | 'UNKNOWN_SERVICE' // there is no such service to authenticate to
  | 'LOGON_DENIED' // unknown account or wrong response
  | 'LOCKED_OUT' // the account is locked
  | 'POLICY' // the server's policy refuses: NTLMv1, anonymous, weak keys, missing MIC, clock skew
  | 'BAD_MIC' // the handshake was changed on its way
  | 'BAD_SIGNATURE' // a PDU was changed on its way
  | 'BAD_SEQUENCE' // a PDU was replayed, lost or reordered
  | 'NOT_ESTABLISHED'; // protection asked for before the handshake ended

/** The only exception of `src/security`. Its text names the check and never holds a secret. */
export class SecurityError extends Error {
  readonly code: SecurityErrorCode;
  constructor(code: SecurityErrorCode, detail: string) {
    super(detail);
    this.name = 'SecurityError';
    this.code = code;
  }
}

/** A logon under a name that no account has. The server may tell it from a wrong password, as some do. */
export class UnknownAccount extends SecurityError {
  constructor(account: string) {
    super('LOGON_DENIED', `${account}: no such account`);
  }
}
