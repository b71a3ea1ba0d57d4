import { describe, expect, test } from 'vitest';
import { encodePdu, FAULT, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { DEFAULT_LIMITS } from '../../../src/rpc/core/limits.js';
import { AssociationGroups, type RpcLimits } from '../../../src/rpc/index.js';
import { countingRandom, element, NOW } from '../../support/associations.js';
import { bindPdu, initiate, RawServer, realAcceptors, requestPdu, WHOLE } from '../../support/raw-server.js';

const { WINNT } = RPC_C_AUTHN;
const { CONNECT } = RPC_C_AUTHN_LEVEL;
const MULTIPLEXED = { pfc_flags: WHOLE | PFC.CONC_MPX };
const token = () => ({
  auth_type: WINNT,
  auth_level: CONNECT,
  auth_value: initiate(WINNT, CONNECT).step(undefined, NOW).token as Uint8Array,
});

/** Two connections to one server, which share associations and providers; the second one must never suffer. */
function neighbours(limits: Partial<RpcLimits> = {}) {
  const groups = new AssociationGroups(countingRandom(7));
  const providers = realAcceptors();
  const hostile = new RawServer({ groups, providers, limits });
  const neighbour = new RawServer({ groups, providers, limits, clientAddress: '10.0.0.9' });
  neighbour.bind(undefined, MULTIPLEXED);
  let call_id = 10;
  const unhurt = (): void => {
    expect(neighbour.request({ call_id: ++call_id })).toEqual([]);
    expect(neighbour.association.respond(neighbour.calls.pop()!, Buffer.alloc(4))).toHaveLength(1);
  };
  return { hostile, neighbour, groups, unhurt };
}

/** One way to reach each limit; what it is answered with. */
const REACHED: Record<
  keyof RpcLimits,
  () => { server: RawServer; unhurt: () => void; answer: unknown; expected: unknown }
> = {
  maxRequestStub() {
    const { hostile: server, unhurt } = neighbours({ maxRequestStub: 100 });
    server.bind();
    const answer = server.request({ stub: Buffer.alloc(101) })[0];
    return { server, unhurt, answer, expected: { status: FAULT.ACCESS_DENIED } };
  },
  maxBindLength() {
    const { hostile: server, unhurt } = neighbours({ maxBindLength: 2000 });
    const answer = server.bind(undefined, { trailing: Buffer.alloc(2000) });
    return { server, unhurt, answer, expected: { PTYPE: 'bind_nak', provider_reject_reason: 4 } };
  },
  maxContextsPerInterface() {
    const { hostile: server, unhurt } = neighbours({ maxContextsPerInterface: 1 });
    server.bind();
    return {
      server,
      unhurt,
      answer: server.alter([element(1)]),
      expected: { PTYPE: 'bind_nak', provider_reject_reason: 2 },
    };
  },
  maxContexts() {
    const { hostile: server, unhurt } = neighbours({ maxContexts: 1 });
    server.bind();
    return {
      server,
      unhurt,
      answer: server.alter([element(1)]),
      expected: { PTYPE: 'bind_nak', provider_reject_reason: 2 },
    };
  },
  maxSecurityContexts() {
    const { hostile: server, unhurt } = neighbours({ maxSecurityContexts: 1 });
    server.bind();
    server.alter(undefined, { auth: { ...token(), auth_context_id: 1 } });
    const answer = server.alter(undefined, { auth: { ...token(), auth_context_id: 2 } });
    return { server, unhurt, answer, expected: { status: FAULT.PROTO_ERROR } };
  },
  maxOutstandingCalls() {
    const { hostile: server, unhurt } = neighbours({ maxOutstandingCalls: 1 });
    server.bind(undefined, MULTIPLEXED);
    server.request({ call_id: 1 });
    const answer = server.request({ call_id: 2 })[0];
    expect(server.closed).toBeUndefined();
    server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(server.request({ call_id: 3 })).toEqual([]);
    server.closed = 'it goes on once a call is answered';
    return {
      server,
      unhurt,
      answer,
      expected: { status: FAULT.SERVER_TOO_BUSY, pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE },
    };
  },
  handshakeMilliseconds() {
    const { hostile: server, unhurt } = neighbours({ handshakeMilliseconds: 1000 });
    expect(server.tick(1000)).toBeUndefined();
    return { server, unhurt, answer: server.tick(1), expected: 'the handshake took too long' };
  },
  fragmentMilliseconds() {
    const { hostile: server, unhurt } = neighbours({ fragmentMilliseconds: 1000 });
    server.bind();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    expect(server.tick(1000)).toBeUndefined();
    return { server, unhurt, answer: server.tick(1), expected: /not completed in time/ };
  },
};

describe('reaching a limit refuses that peer alone, and cleanly', () => {
  test.each(Object.entries(REACHED))('%s', (_name, reach) => {
    const { server, unhurt, answer, expected } = reach();
    if (typeof answer === 'string') expect(answer).toMatch(expected as string | RegExp);
    else expect(answer).toMatchObject(expected as object);
    expect(server.closed).toBeDefined();
    unhurt();
  });

  test('each limit has a case', () => {
    expect(Object.keys(REACHED).sort()).toEqual(Object.keys(DEFAULT_LIMITS).sort());
  });

  test('below its limits a peer is served', () => {
    const server = new RawServer({ limits: { maxRequestStub: 100 } });
    server.bind();
    expect(server.request({ stub: Buffer.alloc(100) })).toEqual([]);
  });
});

describe('slow peers', () => {
  test('one octet at a time is understood', () => {
    const server = new RawServer();
    const octets = Buffer.concat([
      encodePdu(bindPdu([element(0)])),
      encodePdu(requestPdu({ stub: Buffer.from('slow') })),
    ]);
    const answers = [...octets].flatMap((octet) => server.octets(Buffer.of(octet)));
    expect(answers).toMatchObject([{ PTYPE: 'bind_ack' }]);
    expect(server.calls[0]?.stub.toString()).toBe('slow');
  });

  test('a connection on which nothing comes ends after the time of a handshake', () => {
    const server = new RawServer();
    expect(server.tick(30_000)).toBeUndefined();
    expect(server.tick(1)).toMatch(/handshake/);
    expect(server.association.receive(encodePdu(bindPdu([element(0)])), server.now).send).toEqual([]);
  });

  test('a handshake that is never completed ends the connection', () => {
    const server = new RawServer();
    server.bind(undefined, { auth: { ...token(), auth_context_id: 0 } });
    expect(server.tick(30_001)).toMatch(/handshake/);
  });

  test('a further handshake has the same time, counted from its own beginning', () => {
    const server = new RawServer();
    server.bind();
    expect(server.tick(1_000_000)).toBeUndefined();
    server.alter(undefined, { auth: { ...token(), auth_context_id: 1 } });
    expect(server.tick(30_000)).toBeUndefined();
    expect(server.tick(1)).toMatch(/handshake/);
  });

  test('one that was completed in time has no end', () => {
    const server = new RawServer();
    server.authenticate(WINNT, CONNECT);
    expect(server.tick(1_000_000_000)).toBeUndefined();
    expect(server.request()).toEqual([]);
  });

  test.each([1, 15, 16, 17, 40])(
    'a PDU that stops after %i octets ends the connection; an octet now and then does not save it',
    (length) => {
      const server = new RawServer();
      server.bind();
      const octets = encodePdu(requestPdu({ stub: Buffer.alloc(100) }));
      server.octets(octets.subarray(0, length));
      server.tick(29_000);
      server.octets(octets.subarray(length, length + 1));
      expect(server.tick(1000)).toBeUndefined();
      expect(server.tick(1)).toMatch(/not completed/);
    },
  );

  test('half a fragmented request ends it; cancels and alter_contexts between do not save it', () => {
    const server = new RawServer();
    server.bind();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    server.tick(29_000);
    server.send({ PTYPE: 'co_cancel', pfc_flags: WHOLE, call_id: 1 });
    server.alter([element(1)]);
    server.request({ pfc_flags: 0 });
    expect(server.tick(1001)).toMatch(/not completed/);
  });

  test('who sends whole PDUs may take as long as it likes between them', () => {
    const server = new RawServer();
    server.bind();
    for (let call_id = 1; call_id < 5; call_id++) {
      expect(server.tick(29_000)).toBeUndefined();
      server.request({ call_id });
      server.association.respond(server.calls.pop()!, Buffer.alloc(0));
    }
  });

  test('an ended connection leaves its association, and ticks no more', () => {
    const { hostile, groups } = neighbours({ handshakeMilliseconds: 10 });
    const before = groups.size;
    hostile.tick(11);
    expect(groups.size).toBe(before);
    expect(hostile.association.tick(NOW + 1e9)).toMatchObject({ close: undefined, send: [] });
  });
});
