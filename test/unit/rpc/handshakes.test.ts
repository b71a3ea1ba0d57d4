import { describe, expect, test } from 'vitest';
import { FAULT, REJECT, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { RPC_PROFILES } from '../../../src/rpc/index.js';
import { type Capabilities, SecurityError } from '../../../src/security/index.js';
import { element, NOW } from '../../support/associations.js';
import { mutualAcceptor, mutualInitiator } from '../../support/mutual.js';
import { RawServer, WHOLE } from '../../support/raw-server.js';
import { halfway, NOTHING_DONE, request, verifier } from './halfway.js';

const { WINNT, GSS_NEGOTIATE, GSS_KERBEROS } = RPC_C_AUTHN;
const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

describe('legs of a handshake, [MS-RPCE] 3.3.1.5.2.1', () => {
  test('NTLM has three: bind, bind_ack, auth3; auth3 is never answered', () => {
    const { server, next } = halfway(WINNT);
    expect(server.auth3(verifier(WINNT, next))).toEqual([]);
    expect(server.request(request)).toEqual([]);
    expect(server.calls[0]?.security?.identity.user).toBe('op');
  });

  test('NTLM’s third leg may come by alter_context as well, and is then answered', () => {
    const { server, next } = halfway(WINNT);
    expect(server.alter([element(1)], { auth: verifier(WINNT, next) })).toMatchObject({
      PTYPE: 'alter_context_resp',
      auth: verifier(WINNT, Buffer.alloc(0)),
    });
    expect(server.request(request)).toEqual([]);
  });

  test('an alter_context whose sec_trailer has no token is no leg: it is taken after the handshake, and amid it', () => {
    const { server, next } = halfway(WINNT);
    const bare = verifier(WINNT, Buffer.alloc(0));
    expect(server.alter([element(2)], { auth: bare })).toMatchObject({ PTYPE: 'alter_context_resp' });
    expect(server.auth3(verifier(WINNT, next))).toEqual([]);
    const answer = server.alter([element(3)], { call_id: 4, auth: bare });
    expect(answer).toMatchObject({ PTYPE: 'alter_context_resp', results: [{ result: 0 }] });
    expect(answer?.auth).toBeUndefined();
    expect(server.request({ p_cont_id: 3, call_id: 5 })).toEqual([]);
    expect(server.calls[0]?.security?.identity.user).toBe('op');
  });

  test('SPNEGO goes on by alter_context, whose answer carries its last token', () => {
    const { server, next, context } = halfway(GSS_NEGOTIATE);
    const answer = server.alter([element(1)], { auth: verifier(GSS_NEGOTIATE, next) });
    expect(answer).toMatchObject({
      PTYPE: 'alter_context_resp',
      auth: { auth_type: GSS_NEGOTIATE, auth_context_id: 2 },
    });
    expect(context.step(answer?.auth?.auth_value, NOW)).toEqual({ done: true });
    expect(server.request(request)).toEqual([]);
  });

  test('SPNEGO by auth3 has no one to answer it: fault 5 at the first request, and the connection ends', () => {
    for (const profile of Object.values(RPC_PROFILES)) {
      const { server, next } = halfway(GSS_NEGOTIATE, {}, { profile });
      expect(server.auth3(verifier(GSS_NEGOTIATE, next))).toEqual([]);
      expect(server.request(request)).toMatchObject([{ status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE, p_cont_id: 1 }]);
      expect(server.closed).toMatch(/auth3 was not the last leg/);
    }
  });

  test('a mechanism of four legs ends with an alter_context_resp whose sec_trailer has no token', () => {
    const server = new RawServer({ providers: [mutualAcceptor()] });
    const context = mutualInitiator().initiate({ level: CONNECT });
    const token = (from?: Uint8Array) => verifier(GSS_KERBEROS, context.step(from, NOW).token as Uint8Array);
    const ack = server.bind(undefined, { auth: token() });
    const ended = server.alter(undefined, { auth: token(ack?.auth?.auth_value) });
    expect(ended?.auth).toEqual({ ...verifier(GSS_KERBEROS, Buffer.alloc(0)), auth_pad: Buffer.alloc(0) });
    expect(server.request()).toEqual([]);
  });

  test('acknowledgements repeat type, level and context id of what they answer', () => {
    const { server } = halfway(GSS_NEGOTIATE, { auth_level: PKT_INTEGRITY, auth_context_id: 0xabcdef01 });
    expect(server.closed).toBeUndefined();
  });
});

describe('a handshake that fails', () => {
  test('in its first leg is bind_nak 9 from Windows, 0 from released Samba', () => {
    const auth = verifier(WINNT, Buffer.from('no token'));
    expect(new RawServer().bind(undefined, { auth })).toMatchObject({
      provider_reject_reason: REJECT.invalid_checksum,
    });
    const profile = { badTokenReason: REJECT.REASON_NOT_SPECIFIED };
    expect(new RawServer({ profile }).bind(undefined, { auth })).toMatchObject({ provider_reject_reason: 0 });
  });

  test('in auth3 shows at the first request as the profile’s status, and the connection ends', () => {
    for (const failedAuthenticationStatus of [FAULT.ACCESS_DENIED, FAULT.PROTO_ERROR]) {
      const { server, next } = halfway(WINNT, {}, { password: 'wrong', profile: { failedAuthenticationStatus } });
      expect(server.auth3(verifier(WINNT, next))).toEqual([]);
      expect(server.closed).toBeUndefined();
      expect(server.request(request)).toMatchObject([
        { PTYPE: 'fault', status: failedAuthenticationStatus, pfc_flags: WHOLE },
      ]);
      expect(server.closed).toMatch(/authentication failed/);
    }
  });

  describe.each([
    ['for a name that nobody has', { user: 'nobody' }],
    ['for a wrong password', { password: 'wrong' }],
  ])('%s', (_, how) => {
    const SEC_PKG = { unknownAccountStatus: FAULT.SEC_PKG_ERROR };
    const { ACCESS_DENIED } = FAULT;
    test.each([
      ['is 5 as Windows is captured, whichever it is', {}, ACCESS_DENIED],
      ['is 0x721 for a name alone, as a Windows 7 is reported', SEC_PKG, 'user' in how ? 0x721 : ACCESS_DENIED],
    ])('%s: in auth3 and by alter_context', (__, profile, status) => {
      const { server, next } = halfway(WINNT, {}, { ...how, profile });
      server.auth3(verifier(WINNT, next));
      expect(server.request(request)).toMatchObject([{ PTYPE: 'fault', status }]);
      const other = halfway(GSS_NEGOTIATE, {}, { ...how, profile });
      expect(other.server.alter([element(1)], { auth: verifier(GSS_NEGOTIATE, other.next) })).toMatchObject({ status });
    });
  });

  test('by alter_context is fault 5 at once: a logon that is refused', () => {
    const { server, next } = halfway(GSS_NEGOTIATE, {}, { password: 'wrong' });
    expect(server.alter([element(1)], { auth: verifier(GSS_NEGOTIATE, next) })).toMatchObject({
      status: FAULT.ACCESS_DENIED,
      ...NOTHING_DONE,
    });
    expect(server.closed).toBeDefined();
  });

  test('for a level that needs encryption which was not agreed on: fault 0x721 by alter_context, [MS-RPCE] 3.3.1.5.2.2', () => {
    const weak: Capabilities = { integrity: true, confidentiality: false };
    const acceptor = mutualAcceptor();
    const accept = () => Object.defineProperty(acceptor.accept(), 'capabilities', { get: () => weak });
    for (const [level, refused] of [
      [PKT_PRIVACY, true],
      [PKT_INTEGRITY, false],
    ] as const) {
      const server = new RawServer({ providers: [{ ...acceptor, accept }] });
      const context = mutualInitiator().initiate({ level });
      const token = (from?: Uint8Array) =>
        verifier(GSS_KERBEROS, context.step(from, NOW).token as Uint8Array, { auth_level: level });
      const ack = server.bind(undefined, { auth: token() });
      const last = server.alter(undefined, { auth: token(ack?.auth?.auth_value) });
      if (refused) expect(last).toMatchObject({ status: FAULT.SEC_PKG_ERROR, ...NOTHING_DONE });
      else expect(last).toMatchObject({ PTYPE: 'alter_context_resp' });
    }
  });

  test('for a level that needs signatures which were not agreed on: fault 0x721 at the first request', () => {
    const acceptor = mutualAcceptor();
    const refuse = (): never => {
      throw new SecurityError('BAD_SIGNATURE', 'no key to sign with');
    };
    const accept = () => Object.defineProperty(acceptor.accept(), 'verify', { value: refuse });
    const server = new RawServer({ providers: [{ ...acceptor, accept }] });
    const context = mutualInitiator().initiate({ level: PKT_INTEGRITY });
    const level = { auth_level: PKT_INTEGRITY };
    const token = (from?: Uint8Array) => verifier(GSS_KERBEROS, context.step(from, NOW).token as Uint8Array, level);
    const ack = server.bind(undefined, { auth: token() });
    server.alter(undefined, { auth: token(ack?.auth?.auth_value) });
    expect(server.request({ auth: verifier(GSS_KERBEROS, Buffer.alloc(28), level) })).toMatchObject([
      { status: FAULT.SEC_PKG_ERROR, pfc_flags: WHOLE },
    ]);
    expect(server.closed).toBeDefined();
  });

  test('is told once in the events, with level and reason', () => {
    const { server, next } = halfway(WINNT, {}, { password: 'wrong' });
    server.auth3(verifier(WINNT, next));
    expect(server.events.filter(({ type }) => type === 'authentication-failed')).toMatchObject([
      { authType: WINNT, level: CONNECT },
    ]);
    expect(server.events.some(({ type }) => type === 'authenticated')).toBe(false);
  });
});

describe('unknown authentication types, [MS-RPCE] 3.3.3.5.3', () => {
  test.each([CONNECT, 3, 4, PKT_INTEGRITY, PKT_PRIVACY])('at level %i are bind_nak 8', (auth_level) => {
    for (const auth_type of [0, 14, 68, 111, 255]) {
      const auth = verifier(auth_type, Buffer.from('none'), { auth_level });
      expect(new RawServer().bind(undefined, { auth })).toMatchObject({
        PTYPE: 'bind_nak',
        provider_reject_reason: REJECT.authentication_type_not_recognized,
      });
    }
  });

  test('by alter_context are fault 5', () => {
    const server = new RawServer();
    server.bind();
    const auth = verifier(111, Buffer.from('none'));
    expect(server.alter(undefined, { auth })).toMatchObject({ status: FAULT.ACCESS_DENIED, ...NOTHING_DONE });
  });
});
