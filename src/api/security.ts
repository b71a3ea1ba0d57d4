export type { NtlmMessage } from '../codec/ntlm/index.js';
export type { Account, Accounts } from '../security/accounts.js';
export type { SecurityErrorCode } from '../security/error.js';
export type { ServiceKey, Sniffer } from '../security/index.js';
export {
  type AccountEntry,
  AccountTable,
  kerberosAcceptor,
  kerberosInitiator,
  kerberosPassive,
  ntlmAcceptor,
  ntlmInitiator,
  ntlmPassive,
  Secret,
  SecurityError,
  serviceKeys,
  sniffer,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../security/index.js';
export type { KerberosAcceptorOptions } from '../security/kerberos/acceptor.js';
export type { ApReqRules } from '../security/kerberos/check-ap-req.js';
export type { EncryptionType, UsageKey } from '../security/kerberos/crypto/encryption-type.js';
export type { KerberosInitiatorOptions } from '../security/kerberos/initiator.js';
export type { KdcEvent } from '../security/kerberos/kdc/kdc.js';
export type { ClientKeys } from '../security/kerberos/kdc-client.js';
export { KerberosKey } from '../security/kerberos/key.js';
export type { KerberosKnowledge } from '../security/kerberos/passive.js';
export { ReplayCache } from '../security/kerberos/replay-cache.js';
export type { NamedTicket, TicketClient } from '../security/kerberos/ticket-client.js';
export type { Credential, TicketSource } from '../security/kerberos/tickets.js';
export type { NtlmAcceptorOptions } from '../security/ntlm/acceptor.js';
export type { ServerNames } from '../security/ntlm/challenge.js';
export type { NtlmCredentials, NtlmInitiatorOptions } from '../security/ntlm/initiator.js';
export type { KnownSecret } from '../security/ntlm/passive.js';
export type { LmCompatibilityLevel, Lockout, NtlmClientPolicy, NtlmServerPolicy } from '../security/ntlm/policy.js';
export type {
  AcceptorProvider,
  Capabilities,
  ContextInfo,
  HeardMessage,
  Identity,
  InitiateOptions,
  InitiatorProvider,
  Leg,
  MessageSecurity,
  Milliseconds,
  PassiveContext,
  PassiveProvider,
  Peer,
  ProtectedMessage,
  Provider,
  RandomBytes,
  SecurityContext,
} from '../security/provider.js';
export type { SnifferKnowledge, TicketNames } from '../security/sniffer.js';
export type { SpnegoAcceptorOptions } from '../security/spnego/acceptor.js';
