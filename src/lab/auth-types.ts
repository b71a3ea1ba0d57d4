import { RPC_C_AUTHN } from '../codec/rpce/index.js';

/** How a scenario names the ways to authenticate. */
export const AUTHN_TYPES: Readonly<Record<'ntlm' | 'spnego' | 'none', number>> = {
  ntlm: RPC_C_AUTHN.WINNT,
  spnego: RPC_C_AUTHN.GSS_NEGOTIATE,
  none: RPC_C_AUTHN.NONE,
};
