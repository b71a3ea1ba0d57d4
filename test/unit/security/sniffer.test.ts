import { expect, test } from 'vitest';
import { AssemblyBudget } from '../../../src/capture/stream/assembly.js';
import type { Direction } from '../../../src/capture/stream/connection.js';
import { Datagram } from '../../../src/capture/stream/ip.js';
import { KdcStream, kdcDatagram } from '../../../src/capture/stream/kdc.js';
import { AP_REQ, decodeMessage, frameKdcMessage, TGS_REP } from '../../../src/codec/kerberos/index.js';
import { RPC_C_AUTHN } from '../../../src/codec/status/authn.js';
import {
  AccountTable,
  ntlmAcceptor,
  ntlmInitiator,
  Secret,
  sniffer,
  spnegoAcceptor,
  spnegoInitiator,
} from '../../../src/security/index.js';
import { countingRandom } from '../../support/associations.js';
import { kerberosPair } from '../../support/kerberos.js';
import { handshake, labAcceptor, labInitiator } from '../../support/security.js';

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
  const stream = new KdcStream((message) => taken.push(message.length), new AssemblyBudget());
  const there = { forward: true } as Direction;
  const framed = frameKdcMessage(reply);
  for (let i = 0; i < framed.length; i++) stream.data(there, framed, i, i + 1);
  expect(taken).toEqual([reply.length]);
  stream.gap(there);
  stream.data(there, framed, 0, framed.length);
  expect(taken).toHaveLength(1);
});

test('messages that are not whole share one memory: where there is none, the connection is read no further', () => {
  const budget = new AssemblyBudget(2 * reply.length - 1);
  const taken: number[] = [];
  const there = { forward: true } as Direction;
  const framed = frameKdcMessage(reply);
  const streams = Array.from({ length: 3 }, () => new KdcStream((message) => taken.push(message.length), budget));
  for (const stream of streams) stream.data(there, framed, 0, framed.length - 1);
  for (const stream of streams) stream.data(there, framed, framed.length - 1, framed.length);
  expect(taken).toEqual([reply.length]);
  for (const stream of streams) stream.end();
  expect(budget.left).toBe(2 * reply.length - 1);
});

test('over UDP a message is what follows the header, from or to port 88', () => {
  const datagram = new Datagram();
  datagram.bytes = Buffer.concat([Buffer.from('0058c0010000000000', 'hex').subarray(0, 8), reply]);
  datagram.end = datagram.bytes.length;
  expect(kdcDatagram(datagram)).toEqual(datagram.bytes.subarray(8));
  datagram.bytes.writeUInt16BE(53, 0);
  expect(kdcDatagram(datagram)).toBeUndefined();
});

test('of what a peer sends again and again, the first 32 notes of a mechanism are kept', () => {
  const sniff = sniffer();
  const client = labInitiator().initiate({ level: 6 });
  const [, , authenticate] = handshake(client, labAcceptor().accept()) as [Buffer, Buffer, Buffer];
  const repeated: readonly (readonly [number, Uint8Array])[] = [
    [RPC_C_AUTHN.WINNT, authenticate],
    [RPC_C_AUTHN.WINNT, Buffer.of(0)],
    [RPC_C_AUTHN.GSS_KERBEROS, request],
    [RPC_C_AUTHN.GSS_NEGOTIATE, Buffer.of(0)],
  ];
  for (const [authType, token] of repeated) {
    const context = sniff(authType);
    for (let i = 0; i < 100; i++) context?.observe('initiator', token);
    expect(context?.info.notes.filter((note) => note !== 'inside SPNEGO')).toHaveLength(32);
  }
});

test.each([
  ['op', 'LAB', 'op'],
  ['op', '', 'op@lab.example'],
  ['OP', '', 'op@lab.example'],
  ['op@lab.example', '', 'op@lab.example'],
  ['op@lab.example', 'LAB', 'op'],
])(
  'the secret of --user %s opens what domain "%s" and user %s protected, by itself and inside SPNEGO',
  (known, domain, user) => {
    for (const authType of [RPC_C_AUTHN.WINNT, RPC_C_AUTHN.GSS_NEGOTIATE]) {
      const acceptor = ntlmAcceptor({
        server: { netbiosName: 'SRV', netbiosDomain: 'LAB' },
        accounts: new AccountTable(['LAB\\op:secret'], 'LAB'),
        random: countingRandom(9),
      });
      const initiator = ntlmInitiator({
        random: countingRandom(1),
        credentials: { domain, user, secret: Secret.password('secret') },
      });
      const isNtlm = authType === RPC_C_AUTHN.WINNT;
      const client = (isNtlm ? initiator : spnegoInitiator([initiator])).initiate({ level: 6 });
      const server = (isNtlm ? acceptor : spnegoAcceptor({ mechanisms: [acceptor] })).accept();
      const seen = (name: string) => {
        const context = sniffer({ secrets: [{ user: name, secret: Secret.password('secret') }] })(authType);
        for (const [index, token] of tokens.entries())
          context?.observe(index % 2 === 0 ? 'initiator' : 'acceptor', token);
        return context?.established;
      };
      const tokens = handshake(client, server) as readonly Buffer[];
      expect([seen(known), seen('other')]).toEqual([true, false]);
    }
  },
);
