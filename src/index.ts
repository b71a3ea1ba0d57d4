/**
 * The public API: what a vendor's own test imports. The sub-paths `dcom-harness/codec`, `/security`, `/rpc`, `/net`,
 * `/hardening`, `/client`, `/server`, `/relay`, `/capture` and `/lab` export the layers by themselves.
 *
 * Addresses are numeric text and ports numbers; times are milliseconds since 1970-01-01 UTC; octets are Uint8Array.
 */

export {
  type AuditedActivation,
  type AuditFinding,
  type AuditItem,
  type AuditOptions,
  Auditor,
  type AuditReport,
  audit,
} from './capture/audit/audit.js';
export type { DecodedCall } from './capture/decode/call.js';
export type { CallRecord } from './capture/decode/call-record.js';
export type { CapturedAnswer, CapturedCall } from './capture/decode/captured-call.js';
export { type CapturedCalls, readCalls } from './capture/decode/captured-calls.js';
export {
  CaptureDecoder,
  type DecodedPdu,
  type DecodeHandlers,
  type DecoderOptions,
  readDecoded,
  StreamDecoder,
} from './capture/decode/decode.js';
export { type Filter, parseFilter } from './capture/decode/filter.js';
export { type PduRecord, pduRecord } from './capture/decode/record.js';
export { type RecordsOptions, readCallRecords, readRecords } from './capture/decode/records.js';
export { CaptureError, type Problem } from './capture/file/error.js';
export { CapturedPdu, type OpenStream, type PduConsumer } from './capture/pdu/pdu.js';
export { type CaptureItem, type ReadHandlers, readBatches, readCapture, readPdus } from './capture/pdu/pdus.js';
export type { PduReaderOptions } from './capture/pdu/reader.js';
export { capturedClasses } from './capture/replay/captured-class.js';
export { type AskedCall, CapturedServer } from './capture/replay/captured-server.js';
export { Pacing, type PacingOptions } from './capture/replay/pacing.js';
export {
  type KnownRelays,
  relayCaptured,
  type WhatIf,
  type WhatIfCell,
  type WhatIfOptions,
  whyNotRelayed,
} from './capture/replay/relay.js';
export { type RepeatedCall, type RepeatOptions, repeatConversation, whyNotRepeated } from './capture/replay/repeat.js';
export { type ReplayedCall, type ReplayOptions, replayCall, whyNotReplayed } from './capture/replay/replay.js';
export type { Input } from './cli/decode/input.js';
export { type ActivateOptions, type ActivationResult, activate } from './client/activate.js';
export { Automation, type AutomationValue, DispatchError, PathError } from './client/automation.js';
export { acceptedContext, type ConnectionOptions, propose, RpcConnection } from './client/connection.js';
export type { Logon } from './client/credentials.js';
export { type Authentication, clientSecurity } from './client/credentials.js';
export { DcomClient, type DcomClientOptions, Refused, RemoteInterface } from './client/dcom-client.js';
export type { KdcTransportOptions } from './client/kerberos/kdc-transport.js';
export {
  KerberosLogon,
  type KerberosLogonOptions,
  keytabKeys,
  passwordKeys,
  type ServiceTickets,
} from './client/kerberos/logon.js';
export { MethodCallRefused } from './client/may-call.js';
export { OpcClient } from './client/opc/opc-client.js';
export { type GroupMember, type GroupWish, OpcGroup } from './client/opc/opc-group.js';
export type { OpcValue } from './client/opc/opc-value.js';
export { type ListedOpcServer, opcClass, opcServers } from './client/opc/servers.js';
export type { CallOutcome } from './client/outcome.js';
export type { ClientProfile } from './client/profile.js';
export { CLIENT_PROFILES, type ClientProfileName } from './client/profiles.js';
export { type EnumerationOptions, type WmiConnectOptions, WmiFailure, WmiNamespace } from './client/wmi.js';
export { CodecError } from './codec/error.js';
export type { KeytabEntry } from './codec/kerberos/keytab.js';
export { explain } from './codec/status/explain.js';
export { type ClientDecision, clientRaise } from './hardening/client.js';
export { enforcement, type ServerDecision, serverDecision } from './hardening/decision.js';
export { OptionError, PolicyInputError } from './hardening/error.js';
export { EventLog, type EventLogOptions, type EventRow, eventRows, eventsXml } from './hardening/event-log.js';
export { eventJson, eventLine, eventXml, type LoggedEvent } from './hardening/events.js';
export {
  type Account,
  type Application,
  accountOf,
  addApplication,
  installUpdate,
  isWindows,
  type Machine,
  type MachineOptions,
  type Membership,
  machine,
  machineLogs,
  type Platform,
  patchLevelOf,
  reboot,
  rebootDue,
  setRegistryValue,
} from './hardening/machine.js';
export {
  activationAsClient,
  activationAsServer,
  callLevelOf,
  clientEventOf,
  enforcementOf,
  exporterLevelOf,
  processDefaultOf,
  serverEventOf,
} from './hardening/machine-policy.js';
export { type RegistryEntry, registryFor } from './hardening/machine-registry.js';
export type { NtlmUpdate } from './hardening/ntlm-updates.js';
export type { PolicyProfile } from './hardening/profile.js';
export type { Registry } from './hardening/registry.js';
export { type AsOf, PHASES, patchLevel } from './hardening/timeline.js';
export { type Trace, type TracedHost, type TraceRequest, trace, traceServer } from './hardening/trace.js';
export type { TraceConclusion } from './hardening/trace-advice.js';
export {
  type HostLog,
  type LabActivation,
  type LabFinding,
  type LabOptions,
  type LabRelay,
  type LabRun,
  type LabTrace,
  parseScenario,
  readScenario,
  runScenario,
  type Scenario,
  ScenarioError,
  scenarioJsonSchema,
  shippedScenario,
  shippedScenarios,
} from './lab/index.js';
export type { Endpoint } from './net/channel.js';
export { type Environment, environmentOf, SYSTEM_ENVIRONMENT } from './net/environment.js';
export { TransportError } from './net/error.js';
export { changedNetwork, isSimulated, type Network, type NetworkChanges, SOCKETS } from './net/network.js';
export {
  type Fault,
  type InjectedFault,
  type LinkOptions,
  SimulatedNetwork,
  SimulationStuck,
  seededRandom,
  VirtualTime,
} from './net/simulation/index.js';
export { SYSTEM_TIMERS, type Timers } from './net/timers.js';
export {
  LEFT_OPEN,
  RELAY_VARIANTS,
  type RelayEvidence,
  type RelayOptions,
  type RelayOutcome,
  RelayRefused,
  type RelayVariant,
  relay,
} from './relay/index.js';
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
  ServerAssociation,
} from './rpc/index.js';
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
  type ServiceKey,
  type Sniffer,
  serviceKeys,
  sniffer,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from './security/index.js';
export type { KerberosAcceptorOptions } from './security/kerberos/acceptor.js';
export type { KerberosInitiatorOptions } from './security/kerberos/initiator.js';
export type { KdcEvent } from './security/kerberos/kdc/kdc.js';
export type { ClientKeys } from './security/kerberos/kdc-client.js';
export type { KerberosKey } from './security/kerberos/key.js';
export type { KerberosKnowledge } from './security/kerberos/passive.js';
export type { Credential, TicketSource } from './security/kerberos/tickets.js';
export type { SnifferKnowledge } from './security/sniffer.js';
export {
  type AccessEntry,
  type AccessList,
  type AccessPermissions,
  DEFAULT_ACCESS,
  OPEN_ACCESS,
  type Trustee,
} from './server/access.js';
export type { LogonSessions } from './server/activation/checks.js';
export type { Activation, FailedLogon } from './server/activation/log.js';
export type { CallBackOptions } from './server/call-back-client.js';
export {
  AutomationError,
  type AutomationMember,
  type AutomationMembers,
  type AutomationMethod,
  type AutomationMethodWithParameters,
  type AutomationParameter,
  type AutomationProperty,
  automationClass,
  automationObject,
  type ByRef,
  CallBackFailed,
  type CimMethodEntry,
  CimNamespace,
  type CimPropertyEntry,
  CimRepository,
  CLASSES,
  type ClassDefinition,
  type ClassEntry,
  type ClassName,
  type ComClass,
  type ComInterface,
  type ComMethod,
  type ComObject,
  ConnectionPoint,
  type ConnectionPointOptions,
  comInterface,
  comMethod,
  connectionPointContainer,
  DefinitionError,
  enumerator,
  type InstanceDefinition,
  type InstanceProvider,
  type MethodCall,
  type MethodDefinition,
  type MethodHandler,
  type Moment,
  type NamespaceDefinition,
  type ObjectCall,
  type ObjectHost,
  type PropertyDefinition,
  parseDefinition,
  type QualifierValue,
  type RawValue,
  type RemoteObject,
  type RepositoryDefinition,
  type Row,
  readDefinition,
  type Sink,
  shippedRepository,
  WmiError,
  wmiClass,
} from './server/classes/index.js';
export type { Sample, SpaceItem } from './server/classes/opc/address-space.js';
export {
  AddressSpace,
  addressSpace,
  type DataChange,
  type DataListener,
  dataSink,
  type OpcServerData,
  opcClasses,
  opcServerSchema,
} from './server/classes/opc/index.js';
export type { FaultData, ItemData } from './server/classes/opc/schema.js';
export type { EndpointObserver } from './server/endpoint/endpoint.js';
export { type Handler, method, type Service, service } from './server/endpoint/service.js';
export { type ExportedObjects, type ExportOptions, exportObjects } from './server/export-objects.js';
export { type KdcMachine, type KdcRequest, type KdcServer, type KdcServerOptions, startKdc } from './server/kdc.js';
export type { AddressOptions } from './server/objects/bindings.js';
export type { CallBack } from './server/objects/callbacks.js';
export type { Invocation } from './server/objects/exporter.js';
export type { RefusedCall } from './server/objects/refused-call.js';
export type { DcomProfile } from './server/profile.js';
export { type DcomServer, type ServerOptions, startServer } from './server/server.js';
export type { KerberosServer } from './server/server-options.js';
