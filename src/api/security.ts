export type { Account, Accounts } from '../security/accounts.js';
export type { SecurityErrorCode } from '../security/error.js';
export {
  type AccountEntry,
  AccountTable,
  ntlmAcceptor,
  ntlmInitiator,
  ntlmPassive,
  Secret,
  SecurityError,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../security/index.js';
export type { NtlmAcceptorOptions } from '../security/ntlm/acceptor.js';
export type { ServerNames } from '../security/ntlm/challenge.js';
export type { NtlmCredentials, NtlmInitiatorOptions } from '../security/ntlm/initiator.js';
export type { KnownSecret } from '../security/ntlm/passive.js';
export type { LmCompatibilityLevel, Lockout, NtlmClientPolicy, NtlmServerPolicy } from '../security/ntlm/policy.js';
export type {
  AcceptorProvider,
  Capabilities,
  ContextInfo,
  Identity,
  InitiatorProvider,
  Leg,
  MessageSecurity,
  Milliseconds,
  PassiveContext,
  PassiveProvider,
  ProtectedMessage,
  Provider,
  RandomBytes,
  SecurityContext,
} from '../security/provider.js';
export type { SpnegoAcceptorOptions } from '../security/spnego/acceptor.js';
