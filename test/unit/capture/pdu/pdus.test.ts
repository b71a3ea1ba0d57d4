import { describe, expect, test } from 'vitest';
import type { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { type CaptureItem, readPdus } from '../../../../src/capture/pdu/pdus.js';
import { Connection } from '../../../../src/capture/stream/connection.js';
import { ForgottenConnections } from '../../../../src/capture/stream/forgotten.js';
import { Datagram } from '../../../../src/capture/stream/ip.js';
import { captureOf, pduOf, type Sent } from '../../../support/segments.js';
import { bind, items, line, request, SYN, sent } from './lines.js';

const lines = async (...parts: (Uint8Array | string | number)[]): Promise<string[]> =>
  (await items(captureOf(SYN, ...sent(...parts)))).map(line);
const middle = async (...parts: (Uint8Array | string | number)[]): Promise<string[]> =>
  (await items(captureOf(...sent(...parts)))).map(line);

describe('a stream is split by the common header', () => {
  test('one PDU a segment', async () => {
    expect(await lines(bind, request)).toEqual(['11 72 @2', '0 36 @3', 'end 0']);
  });

  test('several PDUs in one segment', async () => {
    expect(await lines(Buffer.concat([bind, request, request]))).toEqual(['11 72 @2', '0 36 @2', '0 36 @2', 'end 0']);
  });

  test('a PDU over several segments names its first frame and the one that completes it', async () => {
    const large = pduOf({ body: 3000 });
    expect(await lines(large.subarray(0, 1460), large.subarray(1460, 2920), large.subarray(2920))).toEqual([
      '0 3016 @2-4',
      'end 0',
    ]);
  });

  test('octet by octet', async () => {
    const octets = [...Buffer.concat([bind, request])].map((octet) => Buffer.of(octet));
    expect(await lines(...octets)).toEqual(['11 72 @2-73', '0 36 @74-109', 'end 0']);
  });

  test('both byte orders', async () => {
    expect(await lines(pduOf({ body: 300, bigEndian: true }), request)).toEqual(['0 316 @2', '0 36 @3', 'end 0']);
  });

  test.each([
    ['a version other than 5', 0, 4],
    ['a minor version above 1', 1, 2],
    ['a connectionless type', 2, 1],
    ['an unknown type', 2, 20],
    ['an unknown data representation', 4, 0x22],
    ['an unknown floating-point format', 5, 4],
    ['a reserved octet that is set', 7, 1],
    ['a length below the header', 8, 15],
    ['an authentication length beyond the PDU', 10, 30],
  ])('%s is no PDU', async (_name, at, value) => {
    const wrong = Buffer.from(request);
    wrong[at] = value;
    expect(await lines(wrong)).toEqual([]);
  });

  test.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'],
    ['TLS', Buffer.from('16030100050100000100', 'hex')],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['SOCKS 5', Buffer.from('050100', 'hex')],
  ])('%s is not mistaken for it', async (_name, data) => {
    expect(await lines(data, data, data)).toEqual([]);
  });

  test('RPC inside of SMB is not opened, even where it fills a segment', async () => {
    const smb = Buffer.concat([Buffer.from('00000100fe534d4240000000', 'hex'), Buffer.alloc(40)]);
    expect(await lines(smb, request)).toEqual([]);
    expect(await middle(smb, request)).toEqual([]);
  });

  test('on the port of SMB a PDU is believed only as the first octets of the stream', async () => {
    const on445 = (all: Sent[]): Sent[] => all.map((one) => ({ ...one, serverPort: 445 }));
    expect((await items(captureOf(...on445([SYN, ...sent(bind)])))).map(line)).toEqual(['11 72 @2', 'end 0']);
    expect((await items(captureOf(...on445(sent(request))))).map(line)).toEqual([]);
    expect((await items(captureOf(...on445([SYN, ...sent('something else', bind)])))).map(line)).toEqual([]);
  });
});

describe('it goes on behind what it cannot use', () => {
  test('garbage between two PDUs', async () => {
    expect(await lines(bind, Buffer.concat([Buffer.from('\x05garbage\x05\x00\x63'), request]))).toEqual([
      '11 72 @2',
      'warning: 11 octets that are no PDU skipped, from offset 72 of the stream on',
      '0 36 @3',
      'end 0',
    ]);
  });

  test('a PDU of a type that the protocol does not have is named by its type, its frame and its offset', async () => {
    const stray = pduOf({ type: 20 });
    const [, problem] = await items(captureOf(SYN, ...sent(bind, stray, request)));
    expect(problem).toMatchObject({
      severity: 'warning',
      frame: 3,
      message: '24 octets that are no PDU (PTYPE 20) skipped, from offset 72 of the stream on',
    });
  });

  test('a gap inside of a PDU: what is there is given, and the next PDU is found by the length', async () => {
    const large = pduOf({ body: 984 });
    const rest = Buffer.concat([large.subarray(900), request]);
    expect(await lines(bind, large.subarray(0, 400), 500, rest)).toEqual([
      '11 72 @2',
      'cut 0 400+600',
      'warning: 500 octets of the stream are not in the capture',
      '0 36 @4',
      'end 0',
    ]);
  });

  test('a gap beyond the end of a PDU: the next one is searched for', async () => {
    const large = pduOf({ body: 984 });
    const rest = Buffer.concat([Buffer.alloc(33, 0xee), request]);
    expect(await lines(bind, large.subarray(0, 400), 5000, rest)).toEqual([
      '11 72 @2',
      'cut 0 400+600',
      'warning: 5000 octets of the stream are not in the capture',
      'warning: 33 octets that are no PDU skipped, from offset 5472 of the stream on',
      '0 36 @4',
      'end 0',
    ]);
  });

  test('a PDU that the capture ends in is given as far as it goes', async () => {
    expect(await lines(bind, request.subarray(0, 30))).toEqual(['11 72 @2', 'cut 0 30+6', 'end 0']);
  });

  test('a header that the capture ends in is counted', async () => {
    expect(await lines(bind, request.subarray(0, 9))).toEqual([
      '11 72 @2',
      'warning: 9 octets that are no PDU skipped, from offset 72 of the stream on',
      'end 0',
    ]);
  });

  test('a capture that starts in the middle of a PDU', async () => {
    expect(await middle(Buffer.concat([Buffer.alloc(100, 0xee), request]), request)).toEqual([
      'info: 100 octets before the first PDU skipped, from offset 0 of the stream on',
      '0 36 @1',
      '0 36 @2',
      'end 0',
    ]);
  });

  test('the greeting of ncacn_http before the first PDU', async () => {
    expect(await lines('ncacn_http/1.0', bind)).toEqual([
      'info: 14 octets before the first PDU skipped, from offset 0 of the stream on',
      '11 72 @3',
      'end 0',
    ]);
  });

  test('where memory for unfinished PDUs has run out, a PDU is given as far as it is in one segment', async () => {
    const large = pduOf({ body: 2000 });
    const capture = captureOf(SYN, ...sent(large.subarray(0, 1000), Buffer.concat([large.subarray(1000), request])));
    expect((await items(capture, 1000)).map(line)).toEqual(['cut 0 1000+1016', '0 36 @3', 'end 0']);
  });
});

describe('more connections at once than there is room for', () => {
  const connection = (number: number, sequence = 1): Sent => ({ sequence, data: request, clientPort: 50_000 + number });
  const problemsOf = async (...all: Sent[]): Promise<string[]> => {
    const problems: string[] = [];
    for await (const item of readPdus(captureOf(...all), { limits: { connections: 4 } }))
      if (item.kind === 'problem') problems.push(line(item));
    return problems;
  };

  test('those that were idle longest are forgotten, every PDU is read, and how many there were is said once', async () => {
    const sent = [...Array(6).keys()].map((number) => connection(number));
    expect(await problemsOf(...sent)).toEqual([
      'warning: 2 connections were forgotten while they were open, as too many were; of those that spoke again, calls without an answer and session keys are not known',
    ]);
    const all: CaptureItem[] = [];
    for await (const item of readPdus(captureOf(...sent), { limits: { connections: 4 } })) all.push(item);
    expect(all.filter(({ kind }) => kind === 'pdu')).toHaveLength(6);
  });

  test('one that speaks again has its number and its client, whichever side it is; a SYN begins another one', async () => {
    const six = [...Array(6).keys()].map((number) => connection(number));
    const again: Sent[] = [
      { ...connection(0, 500), from: 'server', data: pduOf({ type: 2 }) },
      { ...connection(1, 499), flags: 'SYN', data: '' },
      connection(1, 500),
      connection(1, 536),
    ];
    const pdus: CapturedPdu[] = [];
    for await (const item of readPdus(captureOf(...six, ...again), { limits: { connections: 4 } }))
      if (item.kind === 'pdu') pdus.push(item);
    expect(pdus.slice(6).map(({ stream, direction }) => `${stream} ${direction}`)).toEqual([
      '0 toClient',
      '6 toServer',
      '6 toServer',
    ]);
  });

  test('an IPv6 connection is told from others by all of its addresses', () => {
    const forgotten = new ForgottenConnections();
    const addresses = { version: 6 as const, source0: 1, source3: -1, destination0: 2, destination3: 3 };
    const datagram = { ...new Datagram(), ...addresses };
    forgotten.add(new Connection(7, datagram, 0x10002, 0));
    expect(forgotten.take({ ...datagram, source1: 1 }, 0x10002)).toBeUndefined();
    expect(forgotten.take(datagram, 0x10003)).toBeUndefined();
    const back = { source0: 2, source3: 3, destination0: 1, destination3: -1 };
    expect(forgotten.take({ ...datagram, ...back }, 0x20001)?.stream).toBe(7);
    expect(forgotten.take(datagram, 0x10002)).toBeUndefined();
  });

  test('what cannot be remembered even so is counted', () => {
    const forgotten = new ForgottenConnections(600);
    const forget = (source3: number): void => {
      const datagram = { ...new Datagram(), version: 4 as const, source3 };
      forgotten.add(new Connection(source3, datagram, 1, 0));
    };
    [1, 2, 3].forEach(forget);
    const restored = [1, 2, 3].map(
      (source3) => forgotten.take({ ...new Datagram(), version: 4 as const, source3 }, 1)?.stream,
    );
    expect([forgotten.lost, ...restored]).toEqual([1, undefined, 2, 3]);
  });

  test('nothing is said of those that ended, or carry no RPC', async () => {
    const other = (number: number): Sent => ({ ...connection(number), data: 'GET / HTTP/1.1' });
    expect(await problemsOf(...[...Array(6).keys()].map(other))).toEqual([]);
    const ended = (number: number): Sent[] => [
      connection(number),
      { ...connection(number, 37), flags: 'RST', data: '' },
    ];
    expect(await problemsOf(...[...Array(6).keys()].flatMap(ended))).toEqual([]);
  });
});

describe('a PDU says whose it is', () => {
  const pdus = async (...all: Sent[]): Promise<CapturedPdu[]> =>
    (await items(captureOf(...all))).flatMap((item) => (item.kind === 'pdu' ? [item] : []));

  test('by the SYN', async () => {
    const [pdu] = await pdus(SYN, { sequence: 1000, data: bind });
    expect(pdu).toMatchObject({
      direction: 'toServer',
      src: { address: '10.0.0.1', port: 50_000 },
      dst: { address: '10.0.0.2', port: 40_000 },
      time: 1_700_000_000_001_000_000n,
    });
  });

  test('without a SYN by its type', async () => {
    const response = pduOf({ type: 2 });
    const [answer, question] = await pdus(
      { from: 'server', sequence: 1, data: response, serverPort: 60_000 },
      { sequence: 1, data: request, serverPort: 60_000 },
    );
    expect(answer).toMatchObject({ direction: 'toClient', src: { port: 60_000 } });
    expect(question).toMatchObject({ direction: 'toServer', dst: { port: 60_000 } });
  });
});

describe('a stream whose first octets were seen and are no PDU', () => {
  const texts = async (...data: Uint8Array[]): Promise<string[]> =>
    (await items(captureOf(SYN, ...sent(...data)))).filter(({ kind }) => kind === 'pdu').map(line);
  const text = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n');
  const looksLikeOne = pduOf({ type: 0, body: 500, fragLength: 200 });

  test('is not believed to carry one for a header alone, as a download can have it, nor for what follows', async () => {
    expect(await texts(text, looksLikeOne, pduOf({ body: 700, fragLength: 9000 }), Buffer.alloc(900, 5))).toEqual([]);
  });

  test('is where the PDU also ends with its segment, or another follows it, as behind the answer of a proxy', async () => {
    expect(await texts(text, bind)).toEqual(['11 72 @3']);
    expect(await texts(text, Buffer.concat([bind, bind, Buffer.from('rest')]))).toHaveLength(2);
  });
});
