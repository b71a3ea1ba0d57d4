import type { ServiceTickets } from '../../client/kerberos/logon.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { CapturedCall } from '../decode/captured-call.js';

/** Whether a call was captured with Kerberos, by itself or inside SPNEGO. */
export const isKerberosCall = ({ security, mechanism }: Pick<CapturedCall, 'security' | 'mechanism'>): boolean =>
  security.authType === RPC_C_AUTHN.GSS_KERBEROS || /kerberos/i.test(mechanism ?? '');

/** Tickets for calls that are made again. */
export interface ReplayTickets {
  readonly tickets?: ServiceTickets;
  /** True: they are for what was captured with Kerberos, and all else goes as it was captured; false where absent. */
  readonly ticketsAsCaptured?: boolean;
}

/** The tickets that a captured call is made again with; none where it goes by NTLM. */
export const ticketsFor = (
  { tickets, ticketsAsCaptured = false }: ReplayTickets,
  call: Pick<CapturedCall, 'security' | 'mechanism'>,
): { readonly tickets?: ServiceTickets } =>
  tickets === undefined || (ticketsAsCaptured && !isKerberosCall(call)) ? {} : { tickets };
