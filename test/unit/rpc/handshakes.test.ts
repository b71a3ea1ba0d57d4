import { describe, expect, test } from 'vitest';
import {
  type AuthVerifier,
  FAULT,
  PFC,
  REJECT,
  RPC_C_AUTHN,
  RPC_C_AUTHN_LEVEL,
} from '../../../src/codec/rpce/index.js';
import { RPC_PROFILES } from '../../../src/rpc/index.js';
import { type Capabilities, type SecurityContext, SecurityError } from '../../../src/security/index.js';
import { element, NOW } from '../../support/associations.js';
import { mutualAcceptor, mutualInitiator } from '../../support/mutual.js';
import { initiate, type RawOptions, RawServer, WHOLE } from '../../support/raw-server.js';

const { WINNT, GSS_NEGOTIATE, GSS_KERBEROS } = RPC_C_AUTHN;
const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const NOTHING_DONE = { pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE, p_cont_id: 0 };

const verifier = (auth_type: number, auth_value: Uint8Array, change: Partial<AuthVerifier> = {}): AuthVerifier => ({
  auth_type,
  auth_level: CONNECT,
  auth_context_id: 2,
  auth_value,
  ...change,
});

/** A server with the first two legs behind it, and the client's next token. */
function halfway(
  type: number,
  change: Partial<AuthVerifier> = {},
  options: RawOptions & { password?: string; user?: string } = {},
): { server: RawServer; next: Uint8Array; context: SecurityContext } {
  const server = new RawServer(options);
  const context = initiate(type, change.auth_level ?? CONNECT, options.password, options.user);
  const first = context.step(undefined, NOW).token as Uint8Array;
  const answer = server.bind([element(1)], { auth: verifier(type, first, change) });
  expect(answer).toMatchObject({ PTYPE: 'bind_ack' });
  return { server, context, next: context.step(answer?.auth?.auth_value, NOW).token as Uint8Array };
}
const request = { p_cont_id: 1, call_id: 3 };

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

  test('an alter_context whose sec_trailer has no token is none of them: taken after the handshake, and amid it', () => {
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

describe('a handshake out of order', () => {
  test('a request before its end is a protocol error that says that nothing was done, with context 0', () => {
    for (const auth of [undefined, verifier(WINNT, Buffer.alloc(16))]) {
      const { server } = halfway(WINNT);
      expect(server.request({ ...request, ...(auth === undefined ? {} : { auth }) })).toMatchObject([
        { status: FAULT.PROTO_ERROR, ...NOTHING_DONE },
      ]);
      expect(server.closed).toMatch(/not complete/);
    }
  });

  test('auth3 for no context, without a token, or twice is a protocol error', () => {
    const fault = [{ PTYPE: 'fault', status: FAULT.PROTO_ERROR, ...NOTHING_DONE }];
    const plain = new RawServer();
    plain.bind();
    expect(plain.auth3(verifier(WINNT, Buffer.alloc(16)))).toMatchObject(fault);
    expect(halfway(WINNT).server.auth3(undefined)).toMatchObject(fault);
    const { server, next } = halfway(WINNT);
    server.auth3(verifier(WINNT, next));
    expect(server.auth3(verifier(WINNT, next))).toMatchObject(fault);
    expect(server.closed).toBeDefined();
  });

  test('auth3 under another context id than the bind’s is a protocol error', () => {
    const { server, next } = halfway(WINNT);
    expect(server.auth3(verifier(WINNT, next, { auth_context_id: 3 }))).toMatchObject([{ status: FAULT.PROTO_ERROR }]);
  });

  test('auth3 with a token of more than 4096 octets is a protocol error', () => {
    const { server } = halfway(WINNT);
    expect(server.auth3(verifier(WINNT, Buffer.alloc(4100)))).toMatchObject([{ status: FAULT.PROTO_ERROR }]);
  });

  test.each([
    ['type', { auth_type: GSS_NEGOTIATE }],
    ['level', { auth_level: PKT_INTEGRITY }],
  ])('auth3 that changes the %s is not answered; the first request is fault 5', (_name, change) => {
    const { server, next } = halfway(WINNT);
    expect(server.auth3(verifier(WINNT, next, change))).toEqual([]);
    expect(server.request(request)).toMatchObject([{ status: FAULT.ACCESS_DENIED }]);
    expect(server.closed).toBeDefined();
  });

  test('auth3 that changes them is answered at once by a profile that does as Samba does', () => {
    const { server, next } = halfway(WINNT, {}, { profile: { changedByAuth3: 'fault at once' } });
    expect(server.auth3(verifier(WINNT, next, { auth_level: PKT_PRIVACY }))).toMatchObject([
      { status: FAULT.PROTO_ERROR },
    ]);
  });

  const CHANGED: [string, Partial<AuthVerifier>, number][] = [
    ['level', { auth_level: PKT_PRIVACY }, FAULT.ACCESS_DENIED],
    ['type, for another that is offered', { auth_type: WINNT }, FAULT.SEC_PKG_ERROR],
    ['type, for one that is not', { auth_type: GSS_KERBEROS }, FAULT.SEC_PKG_ERROR],
    ['type, for none', { auth_type: RPC_C_AUTHN.NONE }, FAULT.ACCESS_DENIED],
  ];
  test.each(CHANGED)(
    'an alter_context that changes the %s is refused, and the connection ends',
    (_name, change, status) => {
      const { server, next } = halfway(GSS_NEGOTIATE);
      const auth = verifier(GSS_NEGOTIATE, next, change);
      expect(server.alter([element(1)], { auth })).toMatchObject({ status, ...NOTHING_DONE });
      expect(server.closed).toBeDefined();
    },
  );

  test('where it changes a presentation context too, that is what is refused, unless the type is left out', () => {
    const redefined = [
      { ...element(1), transfer_syntaxes: [{ uuid: '71710533-beba-4937-8319-b5dbef9ccc36', version: 1 }] },
    ];
    for (const [change, status] of [
      [{ auth_level: PKT_PRIVACY }, FAULT.PROTO_ERROR],
      [{ auth_type: GSS_KERBEROS }, FAULT.PROTO_ERROR],
      [{ auth_type: RPC_C_AUTHN.NONE }, FAULT.ACCESS_DENIED],
    ] as const) {
      const { server, next } = halfway(GSS_NEGOTIATE);
      expect(server.alter(redefined, { auth: verifier(GSS_NEGOTIATE, next, change) })).toMatchObject({ status });
    }
  });

  test('a second handshake on one context id is fault 5, and by auth3 a protocol error', () => {
    for (const by of ['alter_context', 'auth3'] as const) {
      const server = new RawServer();
      server.authenticate(GSS_NEGOTIATE, CONNECT, 2);
      server.request({ call_id: 2 });
      const again = verifier(GSS_NEGOTIATE, initiate(GSS_NEGOTIATE, CONNECT).step(undefined, NOW).token as Uint8Array);
      const answer = by === 'auth3' ? server.auth3(again)[0] : server.alter(undefined, { auth: again });
      expect(answer).toMatchObject({
        status: by === 'auth3' ? FAULT.PROTO_ERROR : FAULT.ACCESS_DENIED,
        ...NOTHING_DONE,
      });
      expect(server.closed).toBeDefined();
    }
  });

  test('a plain alter_context in the middle of a handshake adds its presentation context, and the handshake goes on', () => {
    const { server, next } = halfway(WINNT);
    expect(server.alter([element(5)])).toMatchObject({ PTYPE: 'alter_context_resp' });
    server.auth3(verifier(WINNT, next));
    expect(server.request({ ...request, p_cont_id: 5 })).toEqual([]);
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
