import { authnLevelName } from '../codec/status/authn.js';
import { xmlText } from './xml.js';

/** A hardened server refused (or, as an option, would refuse) an activation. */
export interface Event10036 {
  readonly id: 10036;
  readonly domain: string;
  readonly user: string;
  readonly sid: string;
  /** Without the port. */
  readonly clientAddress: string;
}

/** A Windows client activates below PKT_INTEGRITY: 10037 at a level that the application set, 10038 at its default. */
export interface ClientEvent {
  readonly id: 10037 | 10038;
  readonly application: string;
  readonly pid: number;
  readonly clsid: string;
  /** The computer to activate on. */
  readonly target: string;
  readonly level: number;
  /** SID of the user whose process it is. */
  readonly userSid?: string;
}

/** Event 10036 of a server, or 10037 or 10038 of a client. */
export type DcomEvent = Event10036 | ClientEvent;

/** Where and when an event was logged; handed in, so that a run can be repeated. */
export interface LoggedAt {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  readonly computer: string;
  readonly recordId?: number;
  /**
   * `Name` attributes for the data of 10037 and 10038. No source shows what Windows calls them, so that they have none
   * unless given here.
   */
  readonly clientDataNames?: readonly [string, string, string, string, string];
}

/** An event, and when and where it was logged: an entry of any log, with a record number or without. */
export interface LoggedEvent<E extends DcomEvent = DcomEvent> {
  readonly event: E;
  readonly at: LoggedAt;
}

/** System/Provider and the constants of events 10036 to 10038, as a Windows event log exports them. */
export const DCOM_EVENTS = {
  namespace: 'http://schemas.microsoft.com/win/2004/08/events/event',
  provider: 'Microsoft-Windows-DistributedCOM',
  guid: '{1B562E86-B7AA-4131-BADC-B6F3A001407E}',
  eventSourceName: 'DCOM',
  qualifiers: 0,
  version: 0,
  level: 2,
  task: 0,
  opcode: 0,
  keywords: '0x8080000000000000',
  channel: 'System',
} as const;

/** The event in one sentence. */
export function eventMessage(event: DcomEvent): string {
  if (event.id === 10036) {
    const { domain, user, sid, clientAddress } = event;
    return (
      `activation by ${domain}\\${user} (${sid}) from ${clientAddress} is below the authentication level that this ` +
      'server requires; the client must use RPC_C_AUTHN_LEVEL_PKT_INTEGRITY or above'
    );
  }
  const origin = event.id === 10037 ? 'a level that the application set' : 'the default level';
  return (
    `${event.application} (process ${event.pid}) activates ${event.clsid} on ${event.target} at ${origin}, ` +
    `${authnLevelName(event.level)}; at least RPC_C_AUTHN_LEVEL_PKT_INTEGRITY is required`
  );
}

/** The event in one line of text, safe for a terminal. */
export const eventLine = (event: DcomEvent, at: LoggedAt): string =>
  `${new Date(at.time).toISOString()} ${at.computer} ${DCOM_EVENTS.eventSourceName} ${event.id}: ${eventMessage(event)}`.replace(
    /[\p{Cc}\p{Surrogate}\u2028\u2029]/gu,
    '\ufffd',
  );

/** The event as a plain object for NDJSON. */
export const eventJson = (event: DcomEvent, at: LoggedAt) => ({
  event: event.id,
  time: systemTime(at.time),
  ...(at.recordId === undefined ? {} : { recordId: at.recordId }),
  computer: at.computer,
  provider: DCOM_EVENTS.provider,
  channel: DCOM_EVENTS.channel,
  level: 'Error',
  ...(userOf(event) === undefined ? {} : { userSid: userOf(event) }),
  data: dataOf(event),
  message: eventMessage(event),
});

/** The event as the Windows event log writes it in XML. */
export function eventXml(event: DcomEvent, at: LoggedAt): string {
  const sid = userOf(event);
  const names = event.id === 10036 ? NAMES_10036 : at.clientDataNames;
  const data = eventInsertions(event).map((value, index) => {
    const name = names?.[index];
    return `    <Data${name === undefined ? '' : ` Name="${xmlText(name)}"`}>${xmlText(value)}</Data>`;
  });
  return [
    `<Event xmlns="${DCOM_EVENTS.namespace}">`,
    '  <System>',
    `    <Provider Name="${DCOM_EVENTS.provider}" Guid="${DCOM_EVENTS.guid}" EventSourceName="${DCOM_EVENTS.eventSourceName}" />`,
    `    <EventID Qualifiers="${DCOM_EVENTS.qualifiers}">${event.id}</EventID>`,
    `    <Version>${DCOM_EVENTS.version}</Version>`,
    `    <Level>${DCOM_EVENTS.level}</Level>`,
    `    <Task>${DCOM_EVENTS.task}</Task>`,
    `    <Opcode>${DCOM_EVENTS.opcode}</Opcode>`,
    `    <Keywords>${DCOM_EVENTS.keywords}</Keywords>`,
    `    <TimeCreated SystemTime="${systemTime(at.time)}" />`,
    ...(at.recordId === undefined ? [] : [`    <EventRecordID>${at.recordId}</EventRecordID>`]),
    `    <Channel>${DCOM_EVENTS.channel}</Channel>`,
    `    <Computer>${xmlText(at.computer)}</Computer>`,
    `    <Security${sid === undefined ? '' : ` UserID="${xmlText(sid)}"`} />`,
    '  </System>',
    '  <EventData>',
    ...data,
    '  </EventData>',
    '</Event>',
  ].join('\n');
}

/** As an exported event 10036 has them, with the blanks. */
const NAMES_10036 = ['Domain Name', 'User Name', 'SID', 'Client IP Address'] as const;

// Windows counts in units of 100 ns and writes all seven places.
const systemTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '0000Z');

const userOf = (event: DcomEvent): string | undefined => (event.id === 10036 ? event.sid : event.userSid);

function dataOf(event: DcomEvent): Readonly<Record<string, string | number>> {
  if (event.id === 10036) {
    const { domain, user, sid, clientAddress } = event;
    return { domain, user, sid, clientAddress };
  }
  const { application, pid, clsid, target, level } = event;
  return { application, pid, clsid, target, level };
}

/** The event's parameters %1, %2, … in their order. */
export const eventInsertions = (event: DcomEvent): string[] => Object.values(dataOf(event)).map(String);
