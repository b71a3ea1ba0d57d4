export {
  type AuditedActivation,
  type AuditedFile,
  type AuditFinding,
  type AuditHandlers,
  type AuditItem,
  type AuditOptions,
  Auditor,
  type AuditReport,
  audit,
  auditReducer,
} from '../capture/audit/audit.js';
export type {
  AuditEvent,
  Judgement,
  SeenActivation,
  SeenFinding,
  SeenLeg,
  SeenUser,
  TakeEvent,
} from '../capture/audit/events.js';
export type { JudgedServer } from '../capture/audit/judge.js';
export type { SeenApReq } from '../capture/audit/kerberos.js';
export type { SeenAuthenticate, SeenChallenge } from '../capture/audit/ntlm.js';
export type { AuditReading } from '../capture/audit/read.js';
export type { AuditPlace, AuditUser, FindingName } from '../capture/audit/records.js';
export { AuditReducer } from '../capture/audit/reducer.js';
export { type AuthToken, authToken } from '../capture/decode/auth-token.js';
export type { DecodedCall } from '../capture/decode/call.js';
export type { CallRecord } from '../capture/decode/call-record.js';
export type { CapturedAnswer, CapturedCall } from '../capture/decode/captured-call.js';
export { type CapturedCalls, readCalls } from '../capture/decode/captured-calls.js';
export {
  CaptureDecoder,
  type DecodedParameters,
  type DecodedPdu,
  type DecodeHandlers,
  type DecoderOptions,
  type DecoderParts,
  readDecoded,
  StreamDecoder,
} from '../capture/decode/decode.js';
export { type Filter, parseFilter } from '../capture/decode/filter.js';
export type { Filtered, Predicate } from '../capture/decode/filter-kinds.js';
export type { KerberosToken } from '../capture/decode/kerberos-token.js';
export { type PduRecord, pduRecord, type RecordOptions } from '../capture/decode/record.js';
export { type RecordsOptions, readCallRecords, readRecords } from '../capture/decode/records.js';
export { References } from '../capture/decode/references.js';
export { SmartBuffers } from '../capture/decode/said/index.js';
export { CaptureError, type CaptureErrorCode, type Problem } from '../capture/file/error.js';
export { captureSets } from '../capture/file/sets.js';
export type { CaptureInput, CaptureSource, PieceOptions } from '../capture/file/source.js';
export { type PassedOver, Understood, type UnderstoodState } from '../capture/file/understood.js';
export { PartialError } from '../capture/fleet/error.js';
export { type MergeHandlers, mergeAudits, storedUnits, takeRecords } from '../capture/fleet/merge.js';
export { type PartialReading, partialAudit } from '../capture/fleet/partial.js';
export type { StoredUnit } from '../capture/fleet/partial-file.js';
export {
  PARTIAL_VERSION,
  type PartialEnd,
  type PartialHead,
  type PartialRecord,
  type PartialUnread,
} from '../capture/fleet/records.js';
export type { Unit } from '../capture/fleet/units.js';
export type {
  LogonConsumer,
  LogonMessage,
  LogonPlace,
  LogonTransport,
  OpenLogons,
  SeenLogon,
} from '../capture/logon/logon.js';
export { CapturedPdu, type OpenStream, type PduConsumer, type StreamEnd, type Transport } from '../capture/pdu/pdu.js';
export {
  type CaptureItem,
  type ReadHandlers,
  type ReadOptions,
  readBatches,
  readCapture,
  readPdus,
} from '../capture/pdu/pdus.js';
export type { CaptureLimits, PduReaderOptions } from '../capture/pdu/reader.js';
export { type CapturedClassListener, capturedClasses } from '../capture/replay/captured-class.js';
export { type AskedCall, CapturedServer } from '../capture/replay/captured-server.js';
export type { ReplayTickets } from '../capture/replay/kerberos-calls.js';
export { Pacing, type PacingOptions } from '../capture/replay/pacing.js';
export {
  type KnownRelays,
  relayCaptured,
  type WhatIf,
  type WhatIfCell,
  type WhatIfOptions,
  whyNotRelayed,
} from '../capture/replay/relay.js';
export { type RepeatedCall, type RepeatOptions, repeatConversation, whyNotRepeated } from '../capture/replay/repeat.js';
export { type ReplayedCall, type ReplayOptions, replayCall, whyNotReplayed } from '../capture/replay/replay.js';
export type { NamedPipe } from '../capture/smb/pipe.js';
export type { SmbLimits } from '../capture/smb/tables.js';
export type { ConnectionAttempt } from '../capture/stream/attempt.js';
export { Connection, Direction, type StreamConsumer, type Waiting } from '../capture/stream/connection.js';
export type { ConnectionlessPdu } from '../capture/stream/connectionless.js';
export type { FragmentLimits } from '../capture/stream/fragments.js';
export { Datagram } from '../capture/stream/ip.js';
export type { TakeKdcMessage } from '../capture/stream/kdc.js';
export type { PacketObserver } from '../capture/stream/observed.js';
export type { StreamLimits, StreamReaderOptions } from '../capture/stream/reader.js';
export type { OpenConnection, TcpLimits } from '../capture/stream/tcp.js';
