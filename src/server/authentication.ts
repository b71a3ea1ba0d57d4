import { RPC_C_AUTHN } from '../codec/rpce/index.js';
import { ntlmServerPolicy } from '../hardening/ntlm-updates.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { Milliseconds, RandomBytes, ServerNames } from '../security/index.js';
import {
  type AcceptorProvider,
  type AccountEntry,
  AccountTable,
  kerberosAcceptor,
  type NtlmServerPolicy,
  ntlmAcceptor,
  spnegoAcceptor,
} from '../security/index.js';
import type { FailedLogon } from './activation/log.js';
import type { EndpointObserver } from './endpoint/endpoint.js';
import type { AddressOptions } from './objects/bindings.js';
import type { KerberosServer } from './options.js';

/** NTLM, and Kerberos where there are keys, each by itself and inside SPNEGO; all know the same accounts. */
export function authentication(
  known: {
    readonly accounts?: readonly (AccountEntry | string)[];
    readonly platform?: 'windows' | 'other';
    readonly ntlm?: Partial<NtlmServerPolicy>;
    readonly kerberos?: KerberosServer;
  },
  names: ServerNames,
  random: RandomBytes,
  asOf: PatchLevel,
): AcceptorProvider[] {
  const { accounts: entries = [], platform = 'windows', ntlm: given } = known;
  const policy = { ...(platform === 'windows' && ntlmServerPolicy(asOf)), ...given };
  const accounts = new AccountTable(entries, names.netbiosDomain ?? names.netbiosName);
  const ntlm = ntlmAcceptor({ server: names, accounts, random, policy });
  if (known.kerberos === undefined) return [ntlm, spnegoAcceptor({ mechanisms: [ntlm] })];
  const kerberos = kerberosAcceptor({ ...known.kerberos, accounts, random });
  return [kerberos, ntlm, spnegoAcceptor({ mechanisms: [kerberos, ntlm] })];
}

/** Tells of those who could not log on. */
export const logonObserver = (failed: (logon: FailedLogon) => void, clock: () => Milliseconds): EndpointObserver => ({
  association(event, client) {
    if (event.type !== 'authentication-failed') return;
    const { authType, level, refusedBy, why: reason } = event;
    failed({ time: clock(), client, authType, level, refusedBy, reason });
  },
});

/** What its bindings offer: Kerberos where there are keys for it. */
export const servicesOf = ({ kerberos }: { readonly kerberos?: KerberosServer }): AddressOptions =>
  kerberos === undefined
    ? {}
    : { securityServices: [RPC_C_AUTHN.GSS_NEGOTIATE, RPC_C_AUTHN.GSS_KERBEROS, RPC_C_AUTHN.WINNT] };
