import { describe, expect, test } from 'vitest';
import {
  encodePdu,
  NDR20_SYNTAX,
  type Pdu,
  PFC,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
} from '../../../../src/codec/rpce/index.js';
import { ClientAssociation, type ClientAssociationOptions } from '../../../../src/rpc/index.js';
import { element, NOW, Pair } from '../../../support/associations.js';
import { bindPdu, requestPdu, WHOLE } from '../../../support/raw-server.js';

const NOTHING = Buffer.alloc(0);
const head = { pfc_flags: WHOLE, call_id: 1 } as const;
const results = [{ result: 0, reason: 0, transfer_syntax: NDR20_SYNTAX }];
const ack = { ...head, max_xmit_frag: 5840, max_recv_frag: 5840, assoc_group_id: 7, sec_addr: NOTHING, results };

function asked(options: ClientAssociationOptions = {}): ClientAssociation {
  const client = new ClientAssociation(options);
  client.bind([element(0)], undefined, NOW);
  return client;
}
const give = (client: ClientAssociation, pdu: Pdu) => client.receive(encodePdu(pdu), NOW);
function calling(options: ClientAssociationOptions = {}): { client: ClientAssociation; call_id: number } {
  const client = asked(options);
  give(client, { ...ack, PTYPE: 'bind_ack' });
  return { client, call_id: client.request({ contextId: 0, opnum: 0, stub: NOTHING }).callId };
}
const response = (call_id: number, change: Partial<ResponsePdu> = {}): ResponsePdu => ({
  PTYPE: 'response',
  pfc_flags: WHOLE,
  call_id,
  alloc_hint: 0,
  p_cont_id: 0,
  cancel_count: 0,
  stub: NOTHING,
  ...change,
});

describe('PDU types in wrong roles', () => {
  const CLIENTS_OWN: [string, Pdu][] = [
    ['bind', bindPdu([element(0)])],
    ['alter_context', { ...bindPdu([element(0)]), PTYPE: 'alter_context' }],
    ['auth3', { ...head, PTYPE: 'auth3', pad: Buffer.alloc(4) }],
    ['co_cancel', { ...head, PTYPE: 'co_cancel' }],
    ['orphaned', { ...head, PTYPE: 'orphaned' }],
    ['request, a callback that nobody offered', requestPdu()],
    ['a type that does not exist', { ...head, PTYPE: 99, body: NOTHING }],
  ];
  test.each(CLIENTS_OWN)('%s from a server ends the connection', (_name, pdu) => {
    expect(give(asked(), pdu).close).toMatch(/does not send/);
  });

  const UNASKED: [string, Pdu][] = [
    ['bind_ack that nobody asked for', { ...ack, call_id: 9, PTYPE: 'bind_ack' }],
    ['alter_context_resp to a bind', { ...ack, PTYPE: 'alter_context_resp' }],
    ['bind_ack with fewer results than proposals', { ...ack, results: [], PTYPE: 'bind_ack' }],
    ['bind_ack with more results than proposals', { ...ack, results: [...results, ...results], PTYPE: 'bind_ack' }],
  ];
  test.each(UNASKED)('%s ends it', (_name, pdu) => {
    expect(give(asked(), pdu).close).toBeDefined();
  });

  test('bind_ack twice ends it', () => {
    const client = asked();
    expect(give(client, { ...ack, PTYPE: 'bind_ack' })).toMatchObject({ close: undefined });
    expect(give(client, { ...ack, PTYPE: 'bind_ack' }).close).toMatch(/nobody asked/);
  });

  test('shutdown ends it, C706 12.6.4.11', () => {
    expect(give(asked(), { ...head, PTYPE: 'shutdown' }).close).toBe('the server shuts down');
  });

  test('another version than 5.0 ends it', () => {
    expect(give(asked(), { ...ack, PTYPE: 'bind_ack', rpc_vers_minor: 1 }).close).toMatch(/5\.1/);
  });

  test('after that nothing is taken any more', () => {
    const client = asked();
    give(client, { ...head, PTYPE: 'shutdown' });
    expect(give(client, { ...ack, PTYPE: 'bind_ack' })).toEqual({ send: [], events: [], close: undefined });
  });

  test('octets that are no PDU end it', () => {
    expect(asked().receive(Buffer.alloc(64, 0xff), NOW).close).toBe(`it answered with ${'ff'.repeat(16)}`);
    expect(asked().receive(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(1000)), NOW).close).toBeDefined();
  });
});

test('a mistake of a security mechanism of one’s own goes on to whoever called, and is no refusal of the server', () => {
  const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY });
  const security = pair.security();
  const step = security.context.step.bind(security.context);
  const context = Object.assign(security.context, {
    step(token: Uint8Array | undefined, now: number) {
      if (token === undefined) return step(token, now);
      throw new TypeError('the mechanism has a mistake');
    },
  });
  const { send } = pair.client.bind([element(0)], { ...security, context }, NOW);
  const answer = Buffer.concat(pair.server.receive(send, NOW).send);
  expect(() => pair.client.receive(answer, NOW)).toThrow(new TypeError('the mechanism has a mistake'));
});

describe('an answer, [MS-RPCE] 3.3.2.5.2', () => {
  test('belongs to the call of its call_id, in any order', () => {
    const { client, call_id } = calling();
    const second = client.request({ contextId: 0, opnum: 0, stub: NOTHING }).callId;
    expect(give(client, response(second)).events).toMatchObject([{ callId: second }]);
    expect(give(client, response(call_id)).events).toMatchObject([{ callId: call_id }]);
    expect(client.waiting).toBe(0);
  });

  test('comes in fragments, those of several calls between each other', () => {
    const { client, call_id } = calling();
    const second = client.request({ contextId: 0, opnum: 0, stub: NOTHING }).callId;
    const part = (id: number, pfc_flags: number, text: string) =>
      give(client, response(id, { pfc_flags, stub: Buffer.from(text) })).events;
    expect(part(call_id, PFC.FIRST_FRAG, 'a1 ')).toEqual([]);
    expect(part(second, PFC.FIRST_FRAG, 'b1 ')).toEqual([]);
    expect(part(call_id, 0, 'a2 ')).toEqual([]);
    expect(part(second, PFC.LAST_FRAG, 'b2')).toMatchObject([{ stub: Buffer.from('b1 b2') }]);
    expect(part(call_id, PFC.LAST_FRAG, 'a3')).toMatchObject([{ stub: Buffer.from('a1 a2 a3') }]);
  });

  test.each([
    ['without its first fragment', [0]],
    ['with two first ones, though the first was empty', [PFC.FIRST_FRAG, PFC.FIRST_FRAG]],
    ['with something after its last', [WHOLE, PFC.LAST_FRAG]],
  ])('%s ends the connection', (_name, flags) => {
    const { client, call_id } = calling();
    const closes = flags.map((pfc_flags) => give(client, response(call_id, { pfc_flags })).close);
    expect(closes.at(-1)).toBeDefined();
  });

  test('to no call ends it', () => {
    expect(give(calling().client, response(99)).close).toMatch(/nobody made/);
  });

  test('whose alloc_hint is above what came is refused, unless nobody is to look', () => {
    const { client, call_id } = calling();
    expect(give(client, response(call_id, { alloc_hint: 9, stub: Buffer.alloc(8) })).close).toMatch(/alloc_hint/);
    const { client: lax, call_id: id } = calling({ allocHint: 'ignored' });
    expect(give(lax, response(id, { alloc_hint: 9, stub: Buffer.alloc(8) })).events).toHaveLength(1);
  });

  test.each([0, 4, 8])('whose alloc_hint is %i for 8 octets is taken', (alloc_hint) => {
    const { client, call_id } = calling();
    expect(give(client, response(call_id, { alloc_hint, stub: Buffer.alloc(8) })).events).toHaveLength(1);
  });

  test('whose alloc_hint is above 2^31-1 is refused with its first fragment', () => {
    const { client, call_id } = calling({ allocHint: 'ignored' });
    const first = response(call_id, { alloc_hint: 0x80000000, pfc_flags: PFC.FIRST_FRAG });
    expect(give(client, first).close).toMatch(/alloc_hint/);
  });

  test('longer than the client takes is refused in the fragment that exceeds', () => {
    const { client, call_id } = calling({ maxResponseStub: 10_000 });
    const part = (pfc_flags: number) => give(client, response(call_id, { pfc_flags, stub: Buffer.alloc(5000) })).close;
    expect([part(PFC.FIRST_FRAG), part(0), part(0)].map((close) => close !== undefined)).toEqual([false, false, true]);
  });
});

describe('what a client learns from the bind_ack', () => {
  test('the association, whether it multiplexes, and how long its fragments may be', () => {
    const client = asked();
    give(client, { ...ack, PTYPE: 'bind_ack', pfc_flags: WHOLE | PFC.CONC_MPX, max_recv_frag: 2048 });
    expect(client).toMatchObject({ groupId: 7, multiplexes: true });
    const { send } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(10_000) });
    expect(Math.max(...send.map((pdu) => pdu.length))).toBeLessThanOrEqual(2048);
  });

  test('an unusable fragment size of a server does not make it send thousands of fragments', () => {
    const client = asked();
    give(client, { ...ack, PTYPE: 'bind_ack', max_recv_frag: 1 });
    expect(client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(10_000) }).send.length).toBeLessThan(10);
  });

  test('that it does not multiplex where it did not ask', () => {
    const client = asked({ concurrentMultiplexing: false });
    give(client, { ...ack, PTYPE: 'bind_ack', pfc_flags: WHOLE | PFC.CONC_MPX });
    expect(client.multiplexes).toBe(false);
  });

  test('alloc_hint counts what is still to come, in every fragment ([MS-RPCE] 2.2.2.6)', () => {
    const { send } = calling().client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(20_000) });
    const hints = send.map((pdu) => [pdu.readUInt32LE(16), pdu.length - 24]);
    let left = 20_000;
    for (const [hint, length] of hints) {
      expect(hint).toBe(left);
      left -= length as number;
    }
    expect(left).toBe(0);
  });

  test('fragments of a stub are multiples of eight, but for the last (C706 12.6.2)', () => {
    for (const level of [RPC_C_AUTHN_LEVEL.NONE, RPC_C_AUTHN_LEVEL.PKT_PRIVACY]) {
      const pair = new Pair({ level }).bind();
      pair.request({ stub: Buffer.alloc(20_001) });
      const stubs = pair.wire.filter(({ pdu }) => pdu[2] === 0).map(({ pdu }) => pdu);
      for (const pdu of stubs.slice(0, -1)) {
        const authLength = pdu.readUInt16LE(10);
        const trailer = authLength === 0 ? 0 : authLength + 8 + pdu[pdu.length - authLength - 6]!;
        expect((pdu.length - 24 - trailer) % 8).toBe(0);
      }
    }
  });
});
