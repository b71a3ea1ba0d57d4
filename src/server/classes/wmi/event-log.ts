import { DCOM_EVENTS, eventInsertions, eventMessage, type LoggedEvent } from '../../../hardening/events.js';
import type { InstanceDefinition } from './definitions.js';
import type { InstanceProvider } from './namespace.js';
import { cimDateTime } from './row.js';

export const NT_LOG_EVENT = 'Win32_NTLogEvent';

/** EventType of an error. */
const ERROR = 1;

/** An event of the hardening as an instance of Win32_NTLogEvent. */
export const ntLogEvent = ({ event, at }: LoggedEvent): InstanceDefinition => ({
  Logfile: DCOM_EVENTS.channel,
  RecordNumber: at.recordId ?? 0,
  EventCode: event.id,
  EventIdentifier: event.id,
  EventType: ERROR,
  Type: 'Error',
  SourceName: DCOM_EVENTS.provider,
  ComputerName: at.computer,
  Category: 0,
  CategoryString: null,
  InsertionStrings: eventInsertions(event),
  Message: eventMessage(event),
  TimeGenerated: cimDateTime(at.time),
  TimeWritten: cimDateTime(at.time),
  User: null,
});

/** The event log of the host. */
export const eventLog: InstanceProvider = function* ({ host }) {
  for (const entry of host.events) yield ntLogEvent(entry);
};
