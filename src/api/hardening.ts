export { OptionError, PolicyInputError } from '../codec/input-error.js';
export {
  type ClientDecision,
  type ClientRequest,
  type ClientRuleId,
  clientRaise,
  type ProcessDefault,
} from '../hardening/client.js';
export {
  type Enforcement,
  enforcement,
  type ServerDecision,
  type ServerRequest,
  type ServerRuleId,
  serverDecision,
} from '../hardening/decision.js';
export {
  EventLog,
  type EventLogOptions,
  type EventRow,
  eventRows,
  eventsXml,
} from '../hardening/event-log.js';
export type { LoggedEvent } from '../hardening/events.js';
export {
  type ClientEvent,
  type DcomEvent,
  type Event10036,
  eventJson,
  eventLine,
  eventXml,
  type LoggedAt,
} from '../hardening/events.js';
export {
  type Account,
  type Application,
  accountOf,
  addApplication,
  type InstalledUpdate,
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
} from '../hardening/machine.js';
export {
  activationAsClient,
  activationAsServer,
  callLevelOf,
  clientEventOf,
  enforcementOf,
  exporterLevelOf,
  type IncomingActivation,
  type OutgoingActivation,
  processDefaultOf,
  serverEventOf,
} from '../hardening/machine-policy.js';
export { type AppIdOption, type RegistryEntry, registryFor, type SetBy } from '../hardening/machine-registry.js';
export type { NtlmUpdate } from '../hardening/ntlm-updates.js';
export type { PolicyProfile, RefusalForm } from '../hardening/profile.js';
export type { Registry, RegistryName } from '../hardening/registry.js';
export {
  type AsOf,
  type ClientRule,
  type PatchLevel,
  PHASES,
  type Phase,
  patchLevel,
  type ServerRule,
} from '../hardening/timeline.js';
export {
  type Trace,
  type TracedApplication,
  type TracedHost,
  type TraceRequest,
  type TraceStep,
  trace,
  traceServer,
} from '../hardening/trace.js';
export type { TraceConclusion } from '../hardening/trace-advice.js';
