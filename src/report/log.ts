import { type DcomEvent, eventJson, type LoggedAt } from '../hardening/events.js';
import { members, recordTime } from './record.js';

/** An entry of an event log, for programs. */
export function logRecord(event: DcomEvent, at: LoggedAt): object {
  const { event: id, time: _, ...rest } = eventJson(event, at);
  return { id, time: recordTime(at.time), ...members(rest) };
}
