export type { AnswerRules } from '../rpc/client/answers.js';
export type { ClientAssociationOptions, RequestOptions } from '../rpc/client/association.js';
export type { ClientEvent, ClientOutput } from '../rpc/client/events.js';
export type { NegotiationOptions } from '../rpc/client/negotiation.js';
export type { ClientSecurityOptions } from '../rpc/client/security.js';
export { AgedMap, Allowance, type Entry } from '../rpc/core/aged-map.js';
export type { PresentationContext, RpcInterface } from '../rpc/core/presentation.js';
export type { TransferSyntaxName } from '../rpc/core/profile.js';
export { StubBuffer } from '../rpc/core/stub-buffer.js';
export {
  type AssociationEvent,
  AssociationGroups,
  BindRejected,
  ClientAssociation,
  ContextRejected,
  DEFAULT_PROFILE,
  type InterfaceTable,
  interfaceTable,
  PassiveAssociation,
  ProtocolError,
  RPC_PROFILES,
  RpcFault,
  type RpcLimits,
  type RpcProfile,
  type RpcProfileName,
  type RpcTotals,
  ServerAssociation,
  ServerShares,
  type Shares,
} from '../rpc/index.js';
export type { PassiveOptions } from '../rpc/passive/association.js';
export { type Assembly, PassiveBudget, type PassiveLimits } from '../rpc/passive/budget.js';
export type { ObservedCall } from '../rpc/passive/calls.js';
export type { ObservedPresentation } from '../rpc/passive/contexts.js';
export type { CallHead } from '../rpc/passive/head.js';
export type { CallLevel, Observed, ObservedMessage, Sender, StubState } from '../rpc/passive/observed.js';
export type { ObservedSecurity } from '../rpc/passive/security.js';
export { type RefusalCause, SERVER_CHECKS, type ServerCheck } from '../rpc/server/checks.js';
export type { AssociationOutput, FailedAuthentication, RefusalEvent, ServerCall } from '../rpc/server/events.js';
export type { AssociationGroup } from '../rpc/server/groups.js';
export type { ServerAssociationOptions } from '../rpc/server/options.js';
export type { CallSecurity } from '../rpc/server/security.js';
