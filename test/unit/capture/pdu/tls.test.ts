import { describe, expect, test } from 'vitest';
import { Auditor } from '../../../../src/capture/audit/audit.js';
import { pipesOf } from '../../../support/pipes.js';
import { captureOf, type Sent } from '../../../support/segments.js';

/** RFC 8446 5.1: ContentType, version and length of a record; and the HandshakeType in it. */
const record = (handshake: number): Buffer => Buffer.concat([Buffer.of(22, 3, 1, 0, 60, handshake), Buffer.alloc(59)]);
const [CLIENT_HELLO, SERVER_HELLO] = [1, 2];
const TOLD =
  'connections in TLS to ports of HTTP or LDAP, which are not opened: RPC over HTTP in them, and relays from or to HTTPS and LDAPS, are not seen';

function talk(serverPort: number, first = record(CLIENT_HELLO)): Sent[] {
  return [
    { serverPort, flags: 'SYN', sequence: 9 },
    { serverPort, from: 'server', flags: 'SYN+ACK', sequence: 99, acknowledgment: 10 },
    { serverPort, sequence: 10, acknowledgment: 100, data: first },
    { serverPort, from: 'server', sequence: 100, acknowledgment: 10 + first.length, data: record(SERVER_HELLO) },
    { serverPort, sequence: 10 + first.length, acknowledgment: 165, data: record(CLIENT_HELLO) },
  ];
}

describe('connections that begin with a ClientHello', () => {
  test('on ports of HTTP and LDAP are counted once each, and leave the verdict of an audit as it is', async () => {
    const sent = [443, 636, 3269, 5986].flatMap((port) => talk(port));
    const { passed } = await pipesOf(sent);
    expect(passed).toEqual([{ what: TOLD, count: 4, file: 'capture', frame: 3, uncertain: false }]);
    const { understood } = await new Auditor().file(captureOf(...sent), { item: () => {} });
    expect(understood.passedOver).toMatchObject([{ what: TOLD, count: 4 }]);
    expect(understood.certain).toBe(true);
  });

  test('are counted where the handshake of TCP was not captured', async () => {
    const { passed } = await pipesOf(talk(443).slice(2));
    expect(passed).toMatchObject([{ what: TOLD, count: 1, frame: 1 }]);
  });

  test.each([
    ['on another port', talk(4433)],
    ['where something else comes first', talk(443, Buffer.from('GET / HTTP/1.1\r\n\r\n'))],
    ['that is cut off before its type', talk(443, record(CLIENT_HELLO).subarray(0, 5))],
  ])('are not counted %s', async (_, sent) => {
    expect((await pipesOf(sent)).passed).toEqual([]);
  });
});
