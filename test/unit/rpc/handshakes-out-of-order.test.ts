import { describe, expect, test } from 'vitest';
import { type AuthVerifier, FAULT, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { element, NOW } from '../../support/associations.js';
import { initiate, RawServer } from '../../support/raw-server.js';
import { halfway, NOTHING_DONE, request, verifier } from './halfway.js';

const { WINNT, GSS_NEGOTIATE, GSS_KERBEROS } = RPC_C_AUTHN;
const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

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
