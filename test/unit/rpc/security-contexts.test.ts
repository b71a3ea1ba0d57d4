import { describe, expect, test } from 'vitest';
import { type AuthVerifier, FAULT, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { protect } from '../../../src/rpc/core/protection.js';
import { ClientAssociation } from '../../../src/rpc/index.js';
import { element, NOW } from '../../support/associations.js';
import { initiate, RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const { WINNT } = RPC_C_AUTHN;
const { CONNECT, PKT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
const named = (auth_context_id: number, auth_level: number = CONNECT): AuthVerifier => ({
  auth_type: WINNT,
  auth_level,
  auth_context_id,
  auth_value: Buffer.alloc(16, 1),
});
const multiplexed = { pfc_flags: WHOLE | PFC.CONC_MPX };

describe('a request without authentication information, [MS-RPCE] 3.3.1.5.4', () => {
  const who = (server: RawServer): (number | undefined)[] => server.calls.map((call) => call.security?.authContextId);

  test('stands under the only security context, where that is at CONNECT', () => {
    const server = new RawServer();
    server.authenticate(WINNT, CONNECT, 5);
    server.request();
    expect(who(server)).toEqual([5]);
  });

  test('stands under none where the only context is above CONNECT', () => {
    const server = new RawServer();
    server.authenticate(WINNT, PKT, 5);
    server.request();
    expect(who(server)).toEqual([undefined]);
  });

  test('stands under none once a request has named a context', () => {
    const server = new RawServer();
    server.bind(undefined, multiplexed);
    server.authenticate(WINNT, CONNECT, 5, 'alter');
    server.request({ call_id: 3 });
    server.request({ call_id: 4, auth: named(5) });
    server.request({ call_id: 5 });
    expect(who(server)).toEqual([5, 5, undefined]);
  });

  test('stands under the last one at CONNECT that was built, as Samba’s tests of Windows have it', () => {
    const server = new RawServer();
    server.bind(undefined, multiplexed);
    server.authenticate(WINNT, CONNECT, 5, 'alter');
    server.request({ call_id: 3 });
    server.authenticate(WINNT, CONNECT, 6, 'alter');
    server.request({ call_id: 4 });
    server.authenticate(WINNT, PKT, 7, 'alter');
    server.request({ call_id: 5 });
    expect(who(server)).toEqual([5, 6, 6]);
  });

  test('stands under none though another one at CONNECT is built, once a request has named one', () => {
    const server = new RawServer();
    server.bind(undefined, multiplexed);
    server.authenticate(WINNT, CONNECT, 5, 'alter');
    server.request({ call_id: 3, auth: named(5) });
    server.authenticate(WINNT, CONNECT, 6, 'alter');
    server.request({ call_id: 4 });
    expect(who(server)).toEqual([5, undefined]);
  });
});

describe('several security contexts on a connection', () => {
  test('keep their own keys and sequence numbers', () => {
    const server = new RawServer();
    server.bind(undefined, multiplexed);
    const contexts = [1, 2, 3].map((id) => ({ id, context: server.authenticate(WINNT, PKT_INTEGRITY, id, 'alter') }));
    for (let round = 0; round < 3; round++) {
      for (const { id, context } of contexts) {
        const call_id = 10 + round * 10 + id;
        const protection = {
          security: context,
          authType: WINNT,
          authLevel: PKT_INTEGRITY,
          authContextId: id,
          signHeader: false,
        };
        expect(server.octets(protect(requestPdu({ call_id, stub: Buffer.alloc(id) }), protection))).toEqual([]);
      }
    }
    expect(server.calls).toHaveLength(9);
  });

  test('are at most as many as the server takes, 2048: one more is nca_s_proto_error, and the connection ends', () => {
    const server = new RawServer({ limits: { maxSecurityContexts: 3 } });
    server.bind();
    for (const id of [1, 2, 3]) server.authenticate(WINNT, CONNECT, id, 'alter');
    expect(server.closed).toBeUndefined();
    const token = initiate(WINNT, CONNECT).step(undefined, NOW).token as Uint8Array;
    expect(server.alter(undefined, { auth: { ...named(4), auth_value: token } })).toMatchObject({
      PTYPE: 'fault',
      status: FAULT.PROTO_ERROR,
      pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE,
      p_cont_id: 0,
    });
    expect(server.closed).toMatch(/more than 3/);
  });

  test('of a client are at most 2000', () => {
    const client = new ClientAssociation();
    client.bind([element(0)], undefined, NOW);
    const begin = (authContextId: number): void => {
      client.alter([element(0)], { context: initiate(WINNT, CONNECT), level: CONNECT, authContextId }, NOW);
    };
    for (let id = 0; id < 2000; id++) begin(id);
    expect(() => begin(2000)).toThrow(/at most 2000/);
  });

  test('a context belongs to its connection: another one does not know it', () => {
    const one = new RawServer();
    one.authenticate(WINNT, CONNECT, 5);
    const other = new RawServer();
    other.bind();
    expect(other.request({ auth: named(5) })).toMatchObject([{ status: FAULT.ACCESS_DENIED }]);
    expect(one.request({ auth: named(5) })).toEqual([]);
  });
});
