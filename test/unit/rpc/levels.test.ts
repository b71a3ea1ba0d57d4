import { describe, expect, test } from 'vitest';
import {
  type AuthVerifier,
  decodePdu,
  FAULT,
  PFC,
  REJECT,
  RPC_C_AUTHN,
  RPC_C_AUTHN_LEVEL,
} from '../../../src/codec/rpce/index.js';
import { protect } from '../../../src/rpc/core/protection.js';
import { ClientAssociation } from '../../../src/rpc/index.js';
import { element, NOW, Pair } from '../../support/associations.js';
import { initiate, RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const { WINNT, GSS_NEGOTIATE } = RPC_C_AUTHN;
const { CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

const verifier = (auth_value: Uint8Array, auth_level: number, auth_type: number = WINNT): AuthVerifier => ({
  auth_type,
  auth_level,
  auth_context_id: 79_231,
  auth_value,
});

describe('authentication levels, [MS-RPCE] 2.2.1.1.8', () => {
  test.each([0, 1, 7, 255])('%i in a bind with a token is bind_nak 0, also for a type that is not known', (level) => {
    for (const type of [WINNT, GSS_NEGOTIATE, 0, 111]) {
      const auth = verifier(Buffer.from('any token'), level, type);
      expect(new RawServer().bind(undefined, { auth })).toMatchObject({
        PTYPE: 'bind_nak',
        provider_reject_reason: REJECT.REASON_NOT_SPECIFIED,
      });
    }
  });

  test.each([0, 1, 7, 255])('%i in an alter_context is fault 5', (level) => {
    const server = new RawServer();
    server.bind();
    expect(server.alter(undefined, { auth: verifier(Buffer.from('any'), level) })).toMatchObject({
      status: FAULT.ACCESS_DENIED,
      pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE,
    });
  });

  test('CALL is processed as PKT: its requests are signed, and it counts as PKT', () => {
    const server = new RawServer();
    const context = server.authenticate(WINNT, CALL);
    const protection = { security: context, authType: WINNT, authLevel: CALL, authContextId: 0, signHeader: false };
    expect(server.octets(protect(requestPdu({ stub: Buffer.alloc(5) }), protection))).toEqual([]);
    expect(server.calls[0]?.security).toMatchObject({ statedLevel: CALL, level: PKT });
    const bare = new RawServer();
    bare.authenticate(WINNT, CALL);
    const auth = { ...verifier(Buffer.alloc(16), CALL), auth_context_id: 0 };
    expect(bare.request({ auth })).toMatchObject([{ status: FAULT.SEC_PKG_ERROR }]);
  });

  test('CALL is bind_nak 9 under a profile that does as Samba’s tests have it', () => {
    const server = new RawServer({ profile: { levelCall: 'bind_nak invalid_checksum' } });
    const token = initiate(WINNT, CALL).step(undefined, NOW).token as Uint8Array;
    expect(server.bind(undefined, { auth: verifier(token, CALL) })).toMatchObject({ provider_reject_reason: 9 });
  });

  test.each([
    ['CALL goes out as PKT', CALL, PKT],
    ['DEFAULT goes out as CONNECT', RPC_C_AUTHN_LEVEL.DEFAULT, CONNECT],
    ['PKT stays', PKT, PKT],
  ])('a client’s %s', (_name, level, sent) => {
    const client = new ClientAssociation();
    const { send } = client.bind([element(0)], { context: initiate(WINNT, level), level }, NOW);
    expect(decodePdu(send).auth?.auth_level).toBe(sent);
  });

  test('PKT is signed as PKT_INTEGRITY is, and still counts as less', () => {
    const pair = new Pair({ level: PKT }).bind();
    pair.request({ stub: Buffer.alloc(8) });
    expect(decodePdu(pair.wire.at(-1)!.pdu).auth?.auth_value).toHaveLength(16);
    expect(pair.calls[0]?.security?.level).toBeLessThan(PKT_INTEGRITY);
  });

  test('a response has the level of its request; at CONNECT it has no sec_trailer even where the request had one', () => {
    const server = new RawServer();
    server.authenticate(WINNT, CONNECT);
    const auth = { ...verifier(Buffer.alloc(16, 1), CONNECT), auth_context_id: 0 };
    expect(server.request({ auth })).toEqual([]);
    const [response] = server.association.respond(server.calls[0]!, Buffer.alloc(8));
    expect(decodePdu(response!)).toMatchObject({ PTYPE: 'response' });
    expect(decodePdu(response!).auth).toBeUndefined();
  });

  test.each([
    ['PKT', PKT],
    ['PKT_INTEGRITY', PKT_INTEGRITY],
    ['PKT_PRIVACY', PKT_PRIVACY],
  ])('a request that goes down from %s to CONNECT is fault 5, and the connection ends', (_name, level) => {
    const server = new RawServer();
    server.authenticate(WINNT, level);
    const auth = { ...verifier(Buffer.alloc(16, 1), CONNECT), auth_context_id: 0 };
    expect(server.request({ auth })).toMatchObject([{ status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE }]);
    expect(server.closed).toMatch(/changed on the way/);
  });
});

/** What an attacker has who relays NTLM: the victim's tokens as they came, and none of its keys. */
describe('the three ways to relay NTLM', () => {
  function relayed(level: number, victimsLevel = level): RawServer {
    const server = new RawServer();
    const victim = initiate(WINNT, victimsLevel);
    const negotiate = victim.step(undefined, NOW).token as Uint8Array;
    const challenge = server.bind(undefined, { auth: verifier(negotiate, level) })?.auth?.auth_value;
    server.auth3(verifier(victim.step(challenge, NOW).token as Uint8Array, level));
    return server;
  }

  test('CONNECT all along: NTLM does not bind the level, so calls come in the victim’s name, at CONNECT', () => {
    const server = relayed(CONNECT);
    expect(server.request()).toEqual([]);
    expect(server.calls[0]?.security).toMatchObject({ level: CONNECT, identity: { user: 'op' } });
  });

  test.each([
    ['PKT_INTEGRITY', PKT_INTEGRITY],
    ['PKT_PRIVACY', PKT_PRIVACY],
  ])('%s claimed without the key: no signature verifies, fault 0x721', (_name, level) => {
    const server = relayed(level);
    expect(server.request({ stub: Buffer.alloc(8), auth: verifier(Buffer.alloc(16, 1), level) })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.SEC_PKG_ERROR, pfc_flags: WHOLE },
    ]);
    expect(server.closed).toBeDefined();
    expect(server.calls).toEqual([]);
  });

  test('PKT_PRIVACY claimed with the tokens of a victim that did not ask NTLM for encryption: fault 5', () => {
    const server = relayed(PKT_PRIVACY, PKT_INTEGRITY);
    expect(server.request({ auth: verifier(Buffer.alloc(16, 1), PKT_PRIVACY) })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.ACCESS_DENIED },
    ]);
    expect(server.closed).toMatch(/confidentiality/);
  });

  test('PKT_INTEGRITY claimed, and requests without a trailer: they come in nobody’s name', () => {
    const server = relayed(PKT_INTEGRITY);
    expect(server.request()).toEqual([]);
    expect(server.calls[0]?.security).toBeUndefined();
  });

  test.each([
    ['PKT', PKT],
    ['PKT_INTEGRITY', PKT_INTEGRITY],
    ['PKT_PRIVACY', PKT_PRIVACY],
  ])('CONNECT in the bind and %s in the request: fault 5, and the connection ends', (_name, level) => {
    const server = relayed(CONNECT);
    expect(server.request({ auth: verifier(Buffer.alloc(16, 1), level) })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE },
    ]);
    expect(server.closed).toMatch(/changed on the way/);
    expect(server.calls).toEqual([]);
  });
});
