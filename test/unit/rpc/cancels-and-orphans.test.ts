import { describe, expect, test } from 'vitest';
import { BIND_TIME_FEATURES_PREFIX, decodePdu, FAULT, PFC, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { ClientAssociation } from '../../../src/rpc/index.js';
import { ECHO, element, NOW, Pair } from '../../support/associations.js';
import { type RawOptions, RawServer, WHOLE } from '../../support/raw-server.js';

function bound(multiplexed = false, options: RawOptions = {}): RawServer {
  const server = new RawServer(options);
  server.bind(undefined, { pfc_flags: WHOLE | (multiplexed ? PFC.CONC_MPX : 0) });
  return server;
}
const cancel = (server: RawServer, call_id: number) => server.send({ PTYPE: 'co_cancel', pfc_flags: WHOLE, call_id });
const orphan = (server: RawServer, call_id: number) => server.send({ PTYPE: 'orphaned', pfc_flags: WHOLE, call_id });
const KEEP = element(1, ECHO, { uuid: `${BIND_TIME_FEATURES_PREFIX}0300-000000000000`, version: 1 });

describe('co_cancel, C706 12.6.4.2', () => {
  test('before any request is ignored', () => {
    const server = bound();
    expect(cancel(server, 3)).toEqual([]);
    server.request({ call_id: 1 });
    expect(server.calls[0]?.cancelled).toBe(false);
  });

  test('between the fragments is remembered, and the call goes on', () => {
    const server = bound();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    cancel(server, 1);
    server.request({ pfc_flags: PFC.LAST_FRAG });
    expect(server.calls[0]?.cancelled).toBe(true);
    const [pdu] = server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(decodePdu(pdu!)).toMatchObject({ PTYPE: 'response', cancel_count: 0 });
  });

  test('shows in the answer of a server that counts, C706 12.6.4.10', () => {
    const server = new RawServer({ profile: { cancelCount: 'counted' } });
    server.bind();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    cancel(server, 1);
    server.request({ pfc_flags: PFC.LAST_FRAG });
    const [pdu] = server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(decodePdu(pdu!)).toMatchObject({ PTYPE: 'response', cancel_count: 1 });
  });

  test('while the call is under way tells its dispatcher, which may still answer', () => {
    const server = bound(true);
    server.request({ call_id: 1 });
    server.request({ call_id: 2 });
    cancel(server, 1);
    expect(server.calls.map((call) => call.cancelled)).toEqual([true, false]);
    expect(server.association.respond(server.calls[0]!, Buffer.alloc(0))).toHaveLength(1);
  });

  test('after the answer is ignored', () => {
    const server = bound();
    server.request();
    server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(cancel(server, 1)).toEqual([]);
    expect(server.request({ call_id: 2 })).toEqual([]);
    expect(server.closed).toBeUndefined();
  });
});

describe('orphaned, C706 12.6.4.6', () => {
  test('of no call is ignored', () => {
    const server = bound();
    expect(orphan(server, 3)).toEqual([]);
    expect(server.request()).toEqual([]);
  });

  test.each([false, true])(
    'between the fragments is ignored: the call is taken and answered (multiplexed: %s)',
    (multiplexed) => {
      const server = bound(multiplexed);
      server.request({ pfc_flags: PFC.FIRST_FRAG });
      orphan(server, 1);
      expect(server.request({ pfc_flags: PFC.LAST_FRAG })).toEqual([]);
      expect(server.association.respond(server.calls[0]!, Buffer.alloc(0))).toHaveLength(1);
    },
  );

  test('between the fragments, a new request still breaks the old one off', () => {
    const server = bound();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    orphan(server, 1);
    expect(server.request({ call_id: 2 })).toMatchObject([{ status: FAULT.PROTO_ERROR, call_id: 1, p_cont_id: 0 }]);
  });

  test('between the fragments forgets the call under a profile that goes by C706', () => {
    const server = bound(false, { profile: { orphanedWhileIncoming: 'forgotten' } });
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    orphan(server, 1);
    expect(server.request({ call_id: 2 })).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  test.each([
    ['without the feature', [element(0)]],
    ['with the feature', [element(0), KEEP]],
  ])('of a call under way: it is not answered, and the connection goes on, %s', (_name, elements) => {
    const server = new RawServer();
    server.bind(elements);
    server.request({ call_id: 1 });
    orphan(server, 1);
    expect(server.calls[0]?.orphaned).toBe(true);
    expect(server.request({ call_id: 2 })).toEqual([]);
    expect(server.association.respond(server.calls[0]!, Buffer.alloc(0))).toEqual([]);
    expect(server.association.respond(server.calls[1]!, Buffer.alloc(0))).toHaveLength(1);
  });

  test('its call counts among those under way until its dispatcher is done', () => {
    const server = bound(false, { limits: { maxOutstandingCalls: 2 } });
    for (const call_id of [1, 2]) {
      server.request({ call_id });
      orphan(server, call_id);
    }
    expect(server.request({ call_id: 3 })).toMatchObject([{ status: FAULT.SERVER_TOO_BUSY }]);
    server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(server.request({ call_id: 4 })).toEqual([]);
  });
});

describe('a client that gives a call up, [MS-RPCE] 3.3.1.5.10', () => {
  test('knows from the bind_ack whether the connection may stay', () => {
    expect(new Pair().bind([element(0), KEEP]).client.features & 2).toBe(2);
    expect(new Pair().bind().client.features).toBe(0);
  });

  test('takes an answer that was on its way, and drops it, without losing the count of signatures', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY }).bind([element(0), KEEP]);
    const given = pair.request({ stub: Buffer.alloc(32) });
    const onItsWay = pair.server.respond(pair.calls.shift()!, Buffer.alloc(32));
    pair.toServer([pair.client.orphan(given)]);
    pair.toClient(onItsWay);
    expect(pair.clientClosed).toBeUndefined();
    expect(pair.seen('response')).toBeUndefined();
    const next = pair.request({ stub: Buffer.from('next') });
    pair.answer();
    expect(pair.seen('response')).toMatchObject({ callId: next, stub: Buffer.from('next') });
  });

  test('takes no answer to a call that it never made', () => {
    const client = new ClientAssociation();
    const pair = new Pair().bind();
    pair.request();
    const [pdu] = pair.server.respond(pair.calls[0]!, Buffer.alloc(0));
    expect(client.receive(pdu!, NOW).close).toMatch(/nobody made/);
  });

  test('remembers only so many', () => {
    const pair = new Pair({ limits: { maxOutstandingCalls: 10_000 } }).bind();
    for (let i = 0; i < 2000; i++) pair.toServer([pair.client.orphan(pair.request())]);
    expect(pair.serverClosed).toBeUndefined();
    expect(pair.client.waiting).toBe(0);
  });
});
