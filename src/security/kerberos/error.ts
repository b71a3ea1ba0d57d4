import { type KRB_ERROR, type KrbErrorName, krbErrorName } from '../../codec/kerberos/index.js';
import { SecurityError, type SecurityErrorCode } from '../error.js';

const CODE: Readonly<Partial<Record<KrbErrorName, SecurityErrorCode>>> = {
  KRB_AP_ERR_SKEW: 'POLICY',
  KRB_AP_ERR_TKT_EXPIRED: 'POLICY',
  KRB_AP_ERR_TKT_NYV: 'POLICY',
  KRB_AP_ERR_BADADDR: 'POLICY',
  KRB_AP_ERR_BADVERSION: 'BAD_TOKEN',
  KRB_AP_ERR_MSG_TYPE: 'BAD_TOKEN',
  KRB_AP_ERR_INAPP_CKSUM: 'BAD_TOKEN',
};

/** A check of Kerberos that refused, with the error that a peer would see (RFC 4120 7.5.9). */
export class KerberosError extends SecurityError {
  readonly krbError: KrbErrorName;

  constructor(krbError: KrbErrorName, detail: string) {
    super(CODE[krbError] ?? 'LOGON_DENIED', `Kerberos: ${detail} (${krbError})`);
    this.krbError = krbError;
  }
}

/** What a peer's KRB-ERROR says. */
export const krbErrorText = ({ error_code, e_text }: KRB_ERROR): string =>
  `${krbErrorName(error_code)}${e_text === undefined ? '' : `: ${e_text}`}`;
