import { describe, expect, test } from 'vitest';
import { explainEvent } from '../../../src/hardening/event-explanations.js';
import {
  type ClientEvent,
  DCOM_EVENTS,
  type Event10036,
  eventJson,
  eventLine,
  eventMessage,
  eventXml,
} from '../../../src/hardening/events.js';
import { xmlText } from '../../../src/hardening/xml.js';
import { parseXml } from '../../support/xml.js';

const refused: Event10036 = {
  id: 10036,
  domain: 'LAB',
  user: 'op',
  sid: 'S-1-5-21-1-2-3-1104',
  clientAddress: '10.0.0.7',
};
const explicit: ClientEvent = {
  id: 10037,
  application: 'C:\\opc\\client.exe',
  pid: 4711,
  clsid: '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}',
  target: 'plc-gateway',
  level: 2,
};
const at = { time: Date.UTC(2023, 2, 14, 9, 22, 4, 242), computer: 'srv.lab.example' };

describe('event 10036', () => {
  test('has the shape of an exported Windows event', () => {
    expect(eventXml(refused, { ...at, recordId: 93 })).toBe(
      `
<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
  <System>
    <Provider Name="Microsoft-Windows-DistributedCOM" Guid="{1B562E86-B7AA-4131-BADC-B6F3A001407E}" EventSourceName="DCOM" />
    <EventID Qualifiers="0">10036</EventID>
    <Version>0</Version>
    <Level>2</Level>
    <Task>0</Task>
    <Opcode>0</Opcode>
    <Keywords>0x8080000000000000</Keywords>
    <TimeCreated SystemTime="2023-03-14T09:22:04.2420000Z" />
    <EventRecordID>93</EventRecordID>
    <Channel>System</Channel>
    <Computer>srv.lab.example</Computer>
    <Security UserID="S-1-5-21-1-2-3-1104" />
  </System>
  <EventData>
    <Data Name="Domain Name">LAB</Data>
    <Data Name="User Name">op</Data>
    <Data Name="SID">S-1-5-21-1-2-3-1104</Data>
    <Data Name="Client IP Address">10.0.0.7</Data>
  </EventData>
</Event>`.trim(),
    );
  });

  test('names user, SID, address and the level to use, and no class', () => {
    expect(eventMessage(refused)).toBe(
      'activation by LAB\\op (S-1-5-21-1-2-3-1104) from 10.0.0.7 is below the authentication level that this server ' +
        'requires; the client must use RPC_C_AUTHN_LEVEL_PKT_INTEGRITY or above',
    );
  });

  test('is a plain object for programs', () => {
    expect(eventJson(refused, at)).toMatchObject({
      event: 10036,
      time: '2023-03-14T09:22:04.2420000Z',
      computer: 'srv.lab.example',
      provider: DCOM_EVENTS.provider,
      data: { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104', clientAddress: '10.0.0.7' },
    });
  });
});

describe('events 10037 and 10038', () => {
  test('name application, process, class, computer and level', () => {
    expect(eventMessage(explicit)).toBe(
      'C:\\opc\\client.exe (process 4711) activates {49B2791A-B1AE-4C90-9B8E-E860BA07F889} on plc-gateway at a level ' +
        'that the application set, RPC_C_AUTHN_LEVEL_CONNECT; at least RPC_C_AUTHN_LEVEL_PKT_INTEGRITY is required',
    );
    expect(eventMessage({ ...explicit, id: 10038 })).toContain('at the default level, RPC_C_AUTHN_LEVEL_CONNECT');
  });

  test('carry their data without names, which no source shows, unless names are given', () => {
    expect(eventXml(explicit, at)).toContain('<Data>C:\\opc\\client.exe</Data>\n    <Data>4711</Data>');
    expect(eventXml(explicit, at)).toContain('<Security />');
    const named = eventXml(explicit, { ...at, clientDataNames: ['param1', 'param2', 'param3', 'param4', 'param5'] });
    expect(named).toContain('<Data Name="param5">2</Data>');
  });
});

describe('an event from a hostile client', () => {
  const hostile = { ...refused, user: '<b a="1">&\'\u0000\ud800\n\u001b[31m' };

  test('stays well-formed XML', () => {
    expect(eventXml(hostile, at)).toContain(
      '<Data Name="User Name">&lt;b a=&quot;1&quot;&gt;&amp;&apos;\ufffd\ufffd&#10;\ufffd[31m</Data>',
    );
  });

  test('can be read back', () => {
    const [system, data] = parseXml(eventXml(hostile, at)).children;
    expect(system?.children.map(({ name }) => name)).toEqual(
      'Provider EventID Version Level Task Opcode Keywords TimeCreated Channel Computer Security'.split(' '),
    );
    expect(data?.children[1]).toMatchObject({
      attributes: { Name: 'User Name' },
      text: '<b a="1">&\'\ufffd\ufffd\n\ufffd[31m',
    });
  });

  test('stays one line without control characters', () => {
    expect(eventLine(hostile, at)).toMatch(/^2023-03-14T09:22:04\.242Z srv\.lab\.example DCOM 10036: [^\p{Cc}]+$/u);
    expect(eventLine(hostile, at)).toContain('\ufffd');
  });

  test('keeps characters beyond the basic plane', () => {
    expect(xmlText('Ünï 😀')).toBe('Ünï 😀');
  });
});

test.each([10036, 10037, 10038, 10016, 10028])('event %i is explained with what to do', (id) => {
  const { title, advice } = explainEvent(id) ?? expect.fail();
  expect(title).not.toBe('');
  expect(advice.length).toBeGreaterThan(0);
});
