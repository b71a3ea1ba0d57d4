export { ClientAssociation, type ClientAssociationOptions, type RequestOptions } from './client/association.js';
export type { ClientEvent, ClientOutput } from './client/events.js';
export type { ClientSecurityOptions } from './client/security.js';
export { AgedMap, Allowance } from './core/aged-map.js';
export * from './core/errors.js';
export { DEFAULT_LIMITS, type RpcLimits } from './core/limits.js';
export {
  type InterfaceTable,
  interfaceTable,
  type PresentationContext,
  type RpcInterface,
  TRANSFER_SYNTAXES,
  transferSyntaxName,
  versionFits,
} from './core/presentation.js';
export {
  DEFAULT_PROFILE,
  RPC_PROFILES,
  type RpcProfile,
  type RpcProfileName,
  rpcProfile,
  type TransferSyntaxName,
} from './core/profile.js';
export { Recent } from './core/recent.js';
export { DEFAULT_TOTALS, type RpcTotals, ServerShares, Shares } from './core/shares.js';
export * from './passive/association.js';
export { PassiveBudget, type PassiveLimits } from './passive/budget.js';
export type { ObservedCall } from './passive/calls.js';
export type { ObservedPresentation } from './passive/contexts.js';
export { type CallHead, callHead } from './passive/head.js';
export type { CallLevel, Observed, ObservedMessage, Sender, StubState } from './passive/observed.js';
export type { ObservedSecurity } from './passive/security.js';
export { ServerAssociation } from './server/association.js';
export { causeOf, type RefusalCause, type ServerCheck } from './server/checks.js';
export type {
  AssociationEvent,
  AssociationOutput,
  FailedAuthentication,
  Refusal,
  RefusalEvent,
  ServerCall,
} from './server/events.js';
export { AssociationGroups } from './server/groups.js';
export type { ServerAssociationOptions } from './server/options.js';
export type { CallSecurity } from './server/security.js';
