export {
  type AccessEntry,
  type AccessList,
  type AccessPermissions,
  DEFAULT_ACCESS,
  OPEN_ACCESS,
  type Trustee,
} from '../server/access.js';
export type { LogonSessions } from '../server/activation/checks.js';
export type { Activation, FailedLogon, Happenings, HistoryEntry, LogListeners } from '../server/activation/log.js';
export type { CallBackOptions } from '../server/call-back-client.js';
export type { AutomationIds } from '../server/classes/automation-members.js';
export type { AskedOfClass, ClassRefusal } from '../server/classes/class.js';
export type { ConnectionPointOptions, ObjectHost, RemoteObject, Sink } from '../server/classes/index.js';
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
  type PropertyDefinition,
  parseDefinition,
  type QualifierValue,
  type RawValue,
  type RepositoryDefinition,
  type Row,
  readDefinition,
  shippedRepository,
  WmiError,
  wmiClass,
} from '../server/classes/index.js';
export type { Sample, SpaceItem } from '../server/classes/opc/address-space.js';
export type {
  CallbackMethods,
  CallbackParameters,
  DataChange,
  DataListener,
  OpcServerData,
} from '../server/classes/opc/index.js';
export { AddressSpace, addressSpace, dataSink, opcClasses, opcServerSchema } from '../server/classes/opc/index.js';
export type { FaultData, ItemData } from '../server/classes/opc/schema.js';
export type { CallAnswer, EndpointObserver } from '../server/endpoint/endpoint.js';
export {
  type CallContext,
  type Guard,
  type Handler,
  type Method,
  type MethodOptions,
  method,
  type Service,
  service,
  type Unreadable,
} from '../server/endpoint/service.js';
export type { ExportedObjects, ExportOptions } from '../server/export-objects.js';
export { exportObjects } from '../server/export-objects.js';
export type { KdcMachine, KdcRequest, KdcServer, KdcServerOptions } from '../server/kdc.js';
export { startKdc } from '../server/kdc.js';
export type { AddressOptions } from '../server/objects/bindings.js';
export type { CallBack } from '../server/objects/callbacks.js';
export type { Invocation } from '../server/objects/exporter.js';
export type { RefusedCall } from '../server/objects/refused-call.js';
export type { ExtraInterface } from '../server/options.js';
export { EXTRA_INTERFACES, type KerberosServer } from '../server/options.js';
export type { DcomProfile } from '../server/profile.js';
export { type DcomServer, type ServerOptions, startServer } from '../server/server.js';
