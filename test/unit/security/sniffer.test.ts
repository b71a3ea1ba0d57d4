import { expect, test } from 'vitest';
import type { Direction } from '../../../src/capture/stream/connection.js';
import { Datagram } from '../../../src/capture/stream/ip.js';
import { KdcStream, kdcDatagram } from '../../../src/capture/stream/kdc.js';
import { AP_REQ, decodeMessage, frameKdcMessage, TGS_REP } from '../../../src/codec/kerberos/index.js';
import { sniffer } from '../../../src/security/index.js';
import { kerberosPair } from '../../support/kerberos.js';

const [request] = kerberosPair().tokens as [Buffer];
const { ticket } = decodeMessage(AP_REQ, request);
const reply = TGS_REP.write({
  ...{ pvno: 5, msg_type: 13, crealm: 'LAB.EXAMPLE', ticket },
  cname: { name_type: 1, name_string: ['op'] },
  enc_part: { etype: 18, cipher: Buffer.alloc(40) },
});
const KERBEROS = 16;

test('a client is named by the TGS-REP that carries the very ticket of its AP-REQ', () => {
  const sniff = sniffer();
  sniff.kdcMessage?.(reply);
  const context = sniff(KERBEROS);
  context?.observe('initiator', request);
  expect(context?.identity).toEqual({ domain: 'LAB.EXAMPLE', user: 'op', sid: '', anonymous: false });
});

test('a TGS-REP with another ticket names nobody, and what is no message of a KDC is passed over', () => {
  const sniff = sniffer();
  const other = Buffer.from(reply);
  const at = other.indexOf(ticket.enc_part.cipher) + 9;
  other[at] = (other[at] as number) ^ 1;
  for (const message of [other, Buffer.from('GET /'), reply.subarray(0, 30)]) sniff.kdcMessage?.(message);
  const context = sniff(KERBEROS);
  context?.observe('initiator', request);
  expect(context?.identity).toBeUndefined();
});

test('over TCP messages come in pieces; behind a gap nothing is read any more', () => {
  const taken: number[] = [];
  const stream = new KdcStream((message) => taken.push(message.length));
  const there = { forward: true } as Direction;
  const framed = frameKdcMessage(reply);
  for (let i = 0; i < framed.length; i++) stream.data(there, framed, i, i + 1);
  expect(taken).toEqual([reply.length]);
  stream.gap(there);
  stream.data(there, framed, 0, framed.length);
  expect(taken).toHaveLength(1);
});

test('over UDP a message is what follows the header, from or to port 88', () => {
  const datagram = new Datagram();
  datagram.bytes = Buffer.concat([Buffer.from('0058c0010000000000', 'hex').subarray(0, 8), reply]);
  datagram.end = datagram.bytes.length;
  expect(kdcDatagram(datagram)).toEqual(datagram.bytes.subarray(8));
  datagram.bytes.writeUInt16BE(53, 0);
  expect(kdcDatagram(datagram)).toBeUndefined();
});
