import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { ClientSecurityOptions } from '../rpc/index.js';
import {
  type InitiatorProvider,
  type NtlmCredentials,
  ntlmInitiator,
  type RandomBytes,
  SecurityError,
  spnegoInitiator,
} from '../security/index.js';

/** RPC_C_AUTHN_* by the names that people give it. */
export const AUTH_TYPES = {
  none: RPC_C_AUTHN.NONE,
  ntlm: RPC_C_AUTHN.WINNT,
  spnego: RPC_C_AUTHN.GSS_NEGOTIATE,
} as const;

/** How a client authenticates. */
export interface Authentication {
  /** RPC_C_AUTHN_NONE, RPC_C_AUTHN_WINNT (NTLM) or RPC_C_AUTHN_GSS_NEGOTIATE (SPNEGO with NTLM inside). */
  readonly authType: number;
  /** RPC_C_AUTHN_LEVEL_*; NONE goes without authentication whatever the type. */
  readonly level: number;
  /** Absent: a null session. */
  readonly credentials?: NtlmCredentials;
  /** SPN that the client means to reach; `RPCSS/host` for the resolver, [MS-DCOM] 3.2.4.1.1.2. */
  readonly target?: string;
  readonly random: RandomBytes;
}

/** A security context to bind with; undefined for a client without authentication. Throws `SecurityError` `UNSUPPORTED`. */
export function clientSecurity(authentication: Authentication, authContextId = 0): ClientSecurityOptions | undefined {
  const { authType, level, target } = authentication;
  if (authType === RPC_C_AUTHN.NONE || level === RPC_C_AUTHN_LEVEL.NONE) return undefined;
  const provider = providerOf(authentication);
  const context = provider.initiate({ level, ...(target === undefined ? {} : { target }) });
  return { context, level, authContextId };
}

function providerOf({ authType, credentials, random }: Authentication): InitiatorProvider {
  const ntlm = ntlmInitiator({ random, ...(credentials === undefined ? {} : { credentials }) });
  if (authType === RPC_C_AUTHN.WINNT) return ntlm;
  if (authType === RPC_C_AUTHN.GSS_NEGOTIATE) return spnegoInitiator([ntlm]);
  throw new SecurityError('UNSUPPORTED', `authentication type ${authType} is not one of NTLM (10) and SPNEGO (9)`);
}
