import { describe, expect, test } from 'vitest';
import { type AuthVerifier, encodePdu, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { encodeVerificationTrailer } from '../../../src/codec/rpce/verification-trailer.js';
import { SERVER_CHECKS, type ServerCheck } from '../../../src/rpc/server/checks.js';
import { ECHO, element, NOW } from '../../support/associations.js';
import { bindPdu, initiate, type RawOptions, RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const { WINNT, GSS_NEGOTIATE } = RPC_C_AUTHN;
const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
const FIRST = { pfc_flags: PFC.FIRST_FRAG };
const LAST = { pfc_flags: PFC.LAST_FRAG };

const token = initiate(WINNT, CONNECT).step(undefined, NOW).token as Uint8Array;
const verifier = (change: Partial<AuthVerifier> = {}): AuthVerifier => ({
  ...{ auth_type: WINNT, auth_level: CONNECT, auth_context_id: 2, auth_value: token },
  ...change,
});

function bound(options: RawOptions = {}, flags = 0): RawServer {
  const server = new RawServer(options);
  server.bind(undefined, { pfc_flags: WHOLE | flags });
  return server;
}
/** Two legs of NTLM are done, and the third is due. */
function halfway(options: RawOptions = {}, password?: string): { server: RawServer; next: Uint8Array } {
  const server = new RawServer(options);
  const context = initiate(WINNT, CONNECT, password);
  const answer = server.bind(undefined, { auth: verifier({ auth_value: context.step(undefined, NOW).token! }) });
  return { server, next: context.step(answer?.auth?.auth_value, NOW).token as Uint8Array };
}
function authenticated(level: number, id = 2): RawServer {
  const server = new RawServer();
  server.authenticate(WINNT, level, id);
  return server;
}
const withVersion = (octets: Buffer): Buffer => {
  octets[1] = 9;
  return octets;
};

/** One way to fail each check that the association has by itself. */
const STIMULI: Readonly<Record<Exclude<ServerCheck, 'stub' | 'method'>, () => RawServer>> = {
  'protocol version': () => sent(new RawServer(), (server) => server.octets(withVersion(encodePdu(bindPdu([]))))),
  'fragment length': () => sent(bound(), (server) => server.request({ stub: Buffer.alloc(6000) })),
  'PDU body': () =>
    sent(new RawServer(), (server) => server.octets(withLength(encodePdu(bindPdu([element(0)])).subarray(0, 30)))),
  'PDU type': () => sent(new RawServer(), (server) => server.request()),
  'one bind': () => sent(bound(), (server) => server.bind()),
  'sec_trailer alignment': () =>
    sent(new RawServer(), (server) =>
      server.bind(undefined, { auth: verifier({ auth_pad: Buffer.alloc(2), auth_pad_length: 0 }) }),
    ),
  'handshake padding': () =>
    sent(new RawServer(), (server) => server.bind(undefined, { auth: verifier({ auth_pad: Buffer.alloc(8) }) })),
  'association group': () => sent(new RawServer(), (server) => server.bind(undefined, { assoc_group_id: 77 })),
  'context negotiation': () => sent(new RawServer(), (server) => server.bind([])),
  'context count': () => sent(bound({ limits: { maxContexts: 1 } }), (server) => server.alter([element(1)])),
  'known context': () => sent(bound(), (server) => server.request({ p_cont_id: 9 })),
  'authentication level': () =>
    sent(new RawServer(), (server) => server.bind(undefined, { auth: verifier({ auth_level: 7 }) })),
  'authentication type': () =>
    sent(new RawServer(), (server) => server.bind(undefined, { auth: verifier({ auth_type: 99 }) })),
  logon: () => {
    const { server, next } = halfway({}, 'wrong');
    server.auth3(verifier({ auth_value: next }));
    return sent(server, () => server.request());
  },
  'last leg': () => {
    const { server, next } = halfway();
    server.auth3(verifier({ auth_value: next }));
    return sent(server, () => server.auth3(verifier({ auth_value: next })));
  },
  'token length': () => sent(halfway().server, (server) => server.auth3(verifier({ auth_value: Buffer.alloc(4100) }))),
  'security context count': () =>
    sent(bound({ limits: { maxSecurityContexts: 0 } }), (server) => server.alter(undefined, { auth: verifier() })),
  'security context multiplexing': () => {
    const { server } = halfway({ profile: { securityContextsWithoutFeature: 'refused' } });
    return sent(server, () => server.alter(undefined, { auth: verifier({ auth_context_id: 3 }) }));
  },
  'known security context': () => sent(bound(), (server) => server.request({ auth: verifier() })),
  'complete security context': () => sent(halfway().server, (server) => server.request()),
  'unchanged security context': () =>
    sent(authenticated(CONNECT), (server) => server.request({ auth: verifier({ auth_level: PKT_INTEGRITY }) })),
  'outstanding calls': () => sent(bound({ limits: { maxOutstandingCalls: 0 } }), (server) => server.request()),
  'call order': () => {
    const server = bound();
    server.request({ call_id: 1 });
    return sent(server, () => server.request({ call_id: 2 }));
  },
  'fragment order': () => sent(bound(), (server) => server.request({ ...LAST, call_id: 5 })),
  call_id: () => sent(bound(), (server) => server.request({ call_id: 0x80000000 })),
  alloc_hint: () => {
    const server = bound();
    server.request({ ...FIRST, alloc_hint: 100 });
    return sent(server, () => server.request(LAST));
  },
  'stub length': () =>
    sent(bound({ limits: { maxRequestStub: 3 } }), (server) => server.request({ stub: Buffer.alloc(4) })),
  signature: () =>
    sent(authenticated(PKT_INTEGRITY), (server) =>
      server.request({ auth: verifier({ auth_level: PKT_INTEGRITY, auth_value: Buffer.alloc(16) }) }),
    ),
  'verification trailer': () =>
    sent(bound(), (server) =>
      server.request({
        stub: encodeVerificationTrailer(0, [{ type: 77, mustProcess: true, unknown: Buffer.alloc(8) }]),
      }),
    ),
  'verification trailer body': () =>
    sent(bound(), (server) => {
      const whole = encodeVerificationTrailer(0, [{ type: 77, mustProcess: false, unknown: Buffer.alloc(8) }]);
      return server.request({ stub: whole.subarray(0, whole.length - 4) });
    }),
  opnum: () => sent(bound(), (server) => server.request({ opnum: ECHO.operationCount })),
};

function sent(server: RawServer, stimulus: (server: RawServer) => unknown): RawServer {
  stimulus(server);
  return server;
}

const withLength = (octets: Buffer): Buffer => {
  octets.writeUInt16LE(octets.length, 8);
  return octets;
};

describe('a refusal names its check, and who refused, whatever status it carries', () => {
  test.each(Object.entries(STIMULI))('%s', (check, stimulus) => {
    const refusals = stimulus().events.filter(({ type }) => type === 'fault' || type === 'bind_nak');
    const { refusedBy } = SERVER_CHECKS[check as ServerCheck];
    expect(refusals).toMatchObject([{ check, refusedBy, why: expect.stringMatching(/./) }]);
  });

  test('of PDUs of an open call, the same fault of a wrong signature tells a changed security context', () => {
    const server = bound({}, PFC.CONC_MPX);
    server.authenticate(WINNT, CONNECT, 2, 'alter');
    server.authenticate(WINNT, CONNECT, 3, 'alter');
    server.request({ ...FIRST, call_id: 9, auth: verifier({ auth_value: Buffer.alloc(16) }) });
    server.request({ ...FIRST, call_id: 9, auth: verifier({ auth_context_id: 3, auth_value: Buffer.alloc(16) }) });
    expect(server.events.at(-1)).toMatchObject({ status: 0x721, refusedBy: 'security context' });
  });
});

describe('a handshake that fails says who refused', () => {
  test('the logon: authentication, before the first request is refused for it', () => {
    const { server, next } = halfway({}, 'wrong');
    server.auth3(verifier({ auth_value: next }));
    expect(server.events.at(-1)).toMatchObject({ type: 'authentication-failed', refusedBy: 'authentication' });
  });

  test('an auth3 that changes its level: the security context, though nobody failed to log on', () => {
    const { server, next } = halfway();
    server.auth3(verifier({ auth_value: next, auth_type: GSS_NEGOTIATE }));
    expect(server.events.at(-1)).toMatchObject({ type: 'authentication-failed', refusedBy: 'security context' });
  });
});

test('requestPdu is one that the association takes, so that a refusal is for what is changed in it', () => {
  const server = bound();
  server.octets(encodePdu(requestPdu()));
  expect(server.calls).toHaveLength(1);
});
