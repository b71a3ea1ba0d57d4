import { describe, expect, test } from 'vitest';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { readRecords } from '../../../../src/capture/decode/records.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { pduLine } from '../../../../src/cli/decode/pdu-line.js';
import { CodecError } from '../../../../src/codec/error.js';
import { decodeRts } from '../../../../src/codec/rpce/index.js';
import { captureOf, pduOf, type Sent } from '../../../support/segments.js';

/** As impacket 0.10 sends them, with cookies of one octet sixteen times ([MS-RPCH] 2.2.4.2, 2.2.4.5, 2.2.4.50, 2.2.4.49). */
const CONN_A1 = Buffer.from(
  '05001403100000004c0000000000000000000400060000000100000003000000111111111111111111111111111111110300000022222222222222222222222222222222' +
    '0000000000000400',
  'hex',
);
const CONN_B1 = Buffer.from(
  '0500140310000000680000000000000000000600060000000100000003000000111111111111111111111111111111110300000033333333333333333333333333333333' +
    '040000000000004005000000e09304000c00000044444444444444444444444444444444',
  'hex',
);
const FLOW_CONTROL_ACK = Buffer.from(
  '05001403100000003800000000000000020002000d000000030000000100000064000000c800000022222222222222222222222222222222',
  'hex',
);
const PING = Buffer.from('0500140310000000140000000000000001000000', 'hex');

const COOKIE = '11111111-1111-1111-1111-111111111111';
const bodyOf = (pdu: Buffer) => decodeRts(pdu.subarray(16));

describe('a PDU of RTS', () => {
  test('is read command by command', () => {
    expect(bodyOf(CONN_A1)).toEqual({
      Flags: 0,
      Commands: [
        { command: 'Version', value: 1 },
        { command: 'Cookie', value: COOKIE },
        { command: 'Cookie', value: COOKIE.replaceAll('1', '2') },
        { command: 'ReceiveWindowSize', value: 0x40000 },
      ],
    });
    expect(bodyOf(CONN_B1).Commands.map(({ command }) => command)).toEqual([
      ...['Version', 'Cookie', 'Cookie', 'ChannelLifetime', 'ClientKeepalive', 'AssociationGroupId'],
    ]);
    expect(bodyOf(FLOW_CONTROL_ACK).Commands).toEqual([
      { command: 'Destination', value: 3 },
      { command: 'FlowControlAck' },
    ]);
    expect(bodyOf(PING)).toEqual({ Flags: 1, Commands: [] });
  });

  test('that is cut anywhere, or has a command that there is not, ends in a CodecError', () => {
    for (let length = 16; length < CONN_B1.length; length++)
      expect(() => decodeRts(CONN_B1.subarray(16, length))).toThrow(CodecError);
    const strange = Buffer.from(CONN_A1);
    strange.writeUInt32LE(99, 20);
    expect(() => bodyOf(strange)).toThrow('99 is not a command type');
    // A padding that says more than there is, and an address of a kind that there is not.
    expect(() => decodeRts(Buffer.from('0000010008000000ffffffff', 'hex'))).toThrow(CodecError);
    expect(() => decodeRts(Buffer.from('000001000b00000007000000', 'hex'))).toThrow(CodecError);
  });
});

const request = pduOf({ body: 20 });
const response = pduOf({ type: 2, body: 40 });
const head = (verb: string): Buffer =>
  Buffer.from(`${verb} /rpc/rpcproxy.dll?server:593 HTTP/1.1\r\nHost: proxy\r\nContent-Length: 1073741824\r\n\r\n`);
const OK = Buffer.from('HTTP/1.1 200 Success\r\nContent-Type: application/rpc\r\n\r\n');

interface Talk {
  readonly client: readonly Buffer[];
  readonly server?: readonly Buffer[];
}

function talkOf({ client, server = [] }: Talk, clientPort: number): Sent[] {
  const port = { clientPort, serverPort: 80 };
  const sent: Sent[] = [
    { ...port, flags: 'SYN', sequence: 9 },
    { ...port, from: 'server', flags: 'SYN+ACK', sequence: 99, acknowledgment: 10 },
  ];
  let [asked, answered] = [10, 100];
  for (const data of client) {
    sent.push({ ...port, sequence: asked, acknowledgment: answered, data });
    asked += data.length;
  }
  for (const data of server) {
    sent.push({ ...port, from: 'server', sequence: answered, acknowledgment: asked, data });
    answered += data.length;
  }
  return sent;
}

async function recordsOf(...talks: readonly Talk[]): Promise<PduRecord[]> {
  const all: PduRecord[] = [];
  const sent = talks.flatMap((talk, index) => talkOf(talk, 50_000 + index));
  for await (const record of readRecords(captureOf(...sent))) all.push(record);
  return all;
}

const line = ({ stream, src, ptype, transport }: PduRecord): string =>
  `${stream} ${src.endsWith(':80') ? '<' : '>'} ${ptype} ${transport}`;

/** Both channels: what the client says goes by the one, what the server says by the other. */
const IN: Talk = { client: [Buffer.concat([head('RPC_IN_DATA'), CONN_B1]), request, FLOW_CONTROL_ACK] };
const OUT: Talk = {
  client: [head('RPC_OUT_DATA'), CONN_A1],
  server: [Buffer.concat([OK, PING]), Buffer.concat([response, PING])],
};
const http = (text: string): string => `${text} ncacn_http`;

describe('RPC over HTTP', () => {
  test('is read on both of its channels', async () => {
    expect((await recordsOf(IN, OUT)).map(line)).toEqual(
      ['0 > rts', '0 > request', '0 > rts', '1 > rts', '1 < rts', '1 < response', '1 < rts'].map(http),
    );
  });

  test('is told by its commands', async () => {
    const [first] = await recordsOf(IN);
    expect(pduLine(first as PduRecord, false)).toContain(
      'Version Cookie Cookie ChannelLifetime ClientKeepalive AssociationGroupId',
    );
    expect(first?.value).toMatchObject({ Flags: 0 });
  });

  test('that asks for a password first goes on behind it', async () => {
    const denied = Buffer.from('HTTP/1.1 401 Denied\r\nContent-Length: 5\r\n\r\nwhat?');
    const again: Talk = {
      client: [head('RPC_OUT_DATA'), Buffer.concat([head('RPC_OUT_DATA'), CONN_A1])],
      server: [denied, Buffer.concat([OK, response])],
    };
    expect((await recordsOf(again)).map(line)).toEqual(['0 > rts', '0 < response'].map(http));
  });

  test.each([16, 40, -1, -2, -3])('is read behind heads that two segments share, cut at %i', async (cut) => {
    const halves = (octets: Buffer): Buffer[] => [octets.subarray(0, cut), octets.subarray(cut)];
    const said = Buffer.concat([CONN_A1, FLOW_CONTROL_ACK]);
    const [first, rest] = halves(head('RPC_OUT_DATA')) as [Buffer, Buffer];
    const [status, fields] = halves(OK) as [Buffer, Buffer];
    const talk: Talk = {
      client: [first, Buffer.concat([rest, said])],
      server: [status, Buffer.concat([fields, PING, response])],
    };
    expect((await recordsOf(talk)).map(line)).toEqual(['0 > rts', '0 > rts', '0 < rts', '0 < response'].map(http));
  });

  test('goes on with the next PDU where a part of a head was not captured', async () => {
    const whole = head('RPC_IN_DATA');
    const sent = talkOf({ client: [whole.subarray(0, 30), whole.subarray(30), request, CONN_B1] }, 50_000);
    sent.splice(3, 1);
    const all: PduRecord[] = [];
    for await (const record of readRecords(captureOf(...sent))) all.push(record);
    expect(all.map(line)).toEqual(['0 > request', '0 > rts'].map(http));
  });

  test('is said, and makes no verdict uncertain', async () => {
    const sent = [...talkOf(IN, 50_000), ...talkOf(OUT, 50_001)];
    const { understood } = await readCapture(captureOf(...sent), { open: () => ({ pdu: () => {} }) });
    expect(understood.certain).toBe(true);
    expect(understood.passedOver.map(({ what, count }) => `${count} ${what}`)).toEqual([
      '2 connections of RPC over HTTP (ncacn_http), of which each is read by itself: what is asked on one is answered on another',
    ]);
  });

  test('is not what any answer of HTTP is that holds a PDU', async () => {
    const download: Talk = { client: [Buffer.from('GET / HTTP/1.1\r\n\r\n')], server: [Buffer.concat([OK, request])] };
    expect(await recordsOf(download)).toEqual([]);
  });
});
