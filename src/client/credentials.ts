import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { Environment } from '../net/environment.js';
import { TransportError } from '../net/error.js';
import type { ClientSecurityOptions } from '../rpc/index.js';
import {
  type InitiatorProvider,
  kerberosInitiator,
  type NtlmClientPolicy,
  type NtlmCredentials,
  ntlmInitiator,
  SecurityError,
  spnegoInitiator,
} from '../security/index.js';
import type { ServiceTickets } from './kerberos/logon.js';

/** RPC_C_AUTHN_* by the names that people give it. */
export const AUTH_TYPES = {
  none: RPC_C_AUTHN.NONE,
  ntlm: RPC_C_AUTHN.WINNT,
  spnego: RPC_C_AUTHN.GSS_NEGOTIATE,
  kerberos: RPC_C_AUTHN.GSS_KERBEROS,
} as const;

/** Who a client is, and to whom. */
export interface Logon {
  /** For NTLM. Absent: a null session. */
  readonly credentials?: NtlmCredentials;
  /** For Kerberos. */
  readonly tickets?: ServiceTickets;
  /** The service name to authenticate to; where absent that of [MS-DCOM] 3.2.4, `RPCSS/host` for the resolver. */
  readonly service?: string;
  /** What the client's NTLM does otherwise than that of the newest Windows. */
  readonly ntlm?: Partial<NtlmClientPolicy>;
}

/** How a client authenticates. */
export interface Authentication extends Pick<Logon, 'credentials' | 'tickets' | 'ntlm'>, Pick<Environment, 'random'> {
  /**
   * RPC_C_AUTHN_NONE, RPC_C_AUTHN_WINNT (NTLM), RPC_C_AUTHN_GSS_KERBEROS, or RPC_C_AUTHN_GSS_NEGOTIATE (SPNEGO, with
   * Kerberos inside where there is a ticket for `target`, else NTLM).
   */
  readonly authType: number;
  /** RPC_C_AUTHN_LEVEL_*; NONE goes without authentication whatever the type. */
  readonly level: number;
  /** SPN that the client means to reach; `RPCSS/host` for the resolver, [MS-DCOM] 3.2.4.1.1.2. */
  readonly target?: string;
}

/**
 * A security context to bind with; undefined for a client without authentication. Rejects with `SecurityError`, or with
 * `TransportError` where a ticket cannot be fetched.
 */
export async function clientSecurity(
  authentication: Authentication,
  authContextId = 0,
): Promise<ClientSecurityOptions | undefined> {
  const { authType, level, target } = authentication;
  if (authType === RPC_C_AUTHN.NONE || level === RPC_C_AUTHN_LEVEL.NONE) return undefined;
  const provider = providerOf(authentication);
  const options = { level, ...(target === undefined ? {} : { target }) };
  await provider.prepare?.(options);
  return { context: provider.initiate(options), level, authContextId };
}

function providerOf({ authType, credentials, tickets, ntlm: policy, random }: Authentication): InitiatorProvider {
  const ntlm = () => ntlmInitiator({ random, ...(credentials && { credentials }), ...(policy && { policy }) });
  if (authType === RPC_C_AUTHN.WINNT) return ntlm();
  if (authType === RPC_C_AUTHN.GSS_KERBEROS) return kerberosOf(tickets, random);
  if (authType === RPC_C_AUTHN.GSS_NEGOTIATE) {
    if (tickets === undefined) return spnegoInitiator([ntlm()]);
    // Without a password there is nothing to fall back on but a null session, which nobody asked for.
    const kerberos = kerberosOf(tickets, random);
    return credentials === undefined ? spnegoInitiator([kerberos]) : spnegoInitiator([whereItCan(kerberos), ntlm()]);
  }
  const detail = `authentication type ${authType} is not one of NTLM (10), SPNEGO (9) and Kerberos (16)`;
  throw new SecurityError('UNSUPPORTED', detail);
}

/** As Windows does: where no ticket is to be had, the mechanism is not offered, and the next one has its turn. */
const whereItCan = (provider: InitiatorProvider): InitiatorProvider => ({
  ...provider,
  async prepare(options) {
    try {
      await provider.prepare?.(options);
    } catch (error) {
      if (!(error instanceof SecurityError || error instanceof TransportError)) throw error;
    }
  },
});

function kerberosOf(tickets: ServiceTickets | undefined, random: Environment['random']): InitiatorProvider {
  if (tickets === undefined)
    throw new SecurityError(
      'UNSUPPORTED',
      'Kerberos needs tickets: a KDC with a password or keytab, or a cache of tickets',
    );
  return {
    ...kerberosInitiator({ tickets, random }),
    prepare: async ({ target }) => {
      if (target !== undefined) await tickets.obtain(target);
    },
  };
}
