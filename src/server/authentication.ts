import type { Milliseconds, RandomBytes, ServerNames } from '../security/index.js';
import {
  type AcceptorProvider,
  type AccountEntry,
  AccountTable,
  type NtlmServerPolicy,
  ntlmAcceptor,
  spnegoAcceptor,
} from '../security/index.js';
import type { FailedLogon } from './activation/log.js';
import type { EndpointObserver } from './endpoint/endpoint.js';

/** NTLM by itself and inside SPNEGO; both know the same accounts. */
export function authentication(
  known: { readonly accounts?: readonly (AccountEntry | string)[]; readonly ntlm?: Partial<NtlmServerPolicy> },
  names: ServerNames,
  random: RandomBytes,
): AcceptorProvider[] {
  const { accounts: entries = [], ntlm: policy } = known;
  const accounts = new AccountTable(entries, names.netbiosDomain ?? names.netbiosName);
  const ntlm = ntlmAcceptor({ server: names, accounts, random, ...(policy && { policy }) });
  return [ntlm, spnegoAcceptor({ mechanisms: [ntlm] })];
}

/** Tells of those who could not log on. */
export const logonObserver = (failed: (logon: FailedLogon) => void, clock: () => Milliseconds): EndpointObserver => ({
  association(event, client) {
    if (event.type !== 'authentication-failed') return;
    const { authType, level, refusedBy, why: reason } = event;
    failed({ time: clock(), client, authType, level, refusedBy, reason });
  },
});
