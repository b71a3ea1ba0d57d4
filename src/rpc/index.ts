export { AgedMap, Allowance } from './aged-map.js';
export { ClientAssociation, type ClientAssociationOptions, type RequestOptions } from './client-association.js';
export type { ClientEvent, ClientOutput } from './client-events.js';
export type { ClientSecurityOptions } from './client-security.js';
export * from './errors.js';
export { AssociationGroups } from './groups.js';
export { DEFAULT_LIMITS, type RpcLimits } from './limits.js';
export * from './passive-association.js';
export {
  type InterfaceTable,
  interfaceTable,
  type PresentationContext,
  type RpcInterface,
  TRANSFER_SYNTAXES,
  transferSyntaxName,
  versionFits,
} from './presentation.js';
export { DEFAULT_PROFILE, RPC_PROFILES, type RpcProfile, type TransferSyntaxName } from './profile.js';
export { ServerAssociation, type ServerAssociationOptions } from './server-association.js';
export type { AssociationEvent, AssociationOutput, Refusal, ServerCall } from './server-events.js';
export type { CallSecurity } from './server-security.js';
