export { type ActivateOptions, type ActivationMethod, type ActivationResult, activate } from '../client/activate.js';
export {
  Automation,
  type AutomationOptions,
  type AutomationValue,
  DispatchError,
  PathError,
  type Unmarshal,
} from '../client/automation.js';
export {
  acceptedContext,
  type CallOptions,
  type ConnectionOptions,
  propose,
  type RawAnswer,
  RpcConnection,
} from '../client/connection.js';
export type { ContextConnectionOptions } from '../client/context-connection.js';
export { type Authentication, clientSecurity, type Logon } from '../client/credentials.js';
export {
  type ActivateCall,
  DcomClient,
  type DcomClientOptions,
  Refused,
  RemoteInterface,
} from '../client/dcom-client.js';
export { ExporterConnection, type ExporterConnectionOptions } from '../client/exporter-connection.js';
export type { KdcAddress, KdcTransportOptions } from '../client/kerberos/kdc-transport.js';
export type { KerberosLogonOptions, ServiceTickets } from '../client/kerberos/logon.js';
export { KerberosLogon, keytabKeys, passwordKeys } from '../client/kerberos/logon.js';
export { MethodCallRefused } from '../client/may-call.js';
export { OpcClient } from '../client/opc/client.js';
export type { GroupMember, GroupWish } from '../client/opc/group.js';
export { OpcGroup } from '../client/opc/group.js';
export type { ListedOpcServer } from '../client/opc/servers.js';
export { opcClass, opcServers } from '../client/opc/servers.js';
export type { OpcValue } from '../client/opc/value.js';
export type { CallOutcome } from '../client/outcome.js';
export { type PingChange, type Pinging, type PingResult, PingSet } from '../client/ping-set.js';
export type { ClientProfile } from '../client/profile.js';
export { CLIENT_PROFILES, type ClientProfileName } from '../client/profiles.js';
export type { InterfaceId, ProposalRules } from '../client/proposals.js';
export type { Exporter } from '../client/remote-interface.js';
export type { ClientStep } from '../client/steps.js';
export { type EnumerationOptions, type WmiConnectOptions, WmiFailure, WmiNamespace } from '../client/wmi.js';
