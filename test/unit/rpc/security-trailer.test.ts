import { describe, expect, test } from 'vitest';
import {
  type AuthVerifier,
  decodePdu,
  encodePdu,
  FAULT,
  layOutPdu,
  type Pdu,
  PFC,
  RPC_C_AUTHN,
  RPC_C_AUTHN_LEVEL,
} from '../../../src/codec/rpce/index.js';
import type { SecurityContext } from '../../../src/security/index.js';
import { element, NOW, Pair } from '../../support/associations.js';
import { bindPdu, initiate, RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const { WINNT, GSS_NEGOTIATE } = RPC_C_AUTHN;
const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const FIRST = { pfc_flags: PFC.FIRST_FRAG };
const LAST = { pfc_flags: PFC.LAST_FRAG };

/** A request signed by `context`, whatever its header says. */
function signed(context: SecurityContext, auth: Partial<AuthVerifier>, change = {}, authAlignment = 16): Buffer {
  const auth_value = new Uint8Array(context.signatureLength.sign);
  const verifier = { auth_type: WINNT, auth_level: PKT_INTEGRITY, auth_context_id: 0, ...auth, auth_value };
  const { bytes, trailerOffset } = layOutPdu({ ...requestPdu(change), auth: verifier }, authAlignment);
  const pdu = bytes.subarray(0, bytes.length - auth_value.length);
  bytes.set(context.sign({ pdu, bodyStart: 24, bodyEnd: trailerOffset, signHeader: false }), pdu.length);
  return bytes;
}

describe('where the sec_trailer stands, [MS-RPCE] 2.2.2.11', () => {
  test.each([
    ['PKT', PKT],
    ['PKT_INTEGRITY', PKT_INTEGRITY],
    ['PKT_PRIVACY', PKT_PRIVACY],
  ])('at %s both sides put it on a boundary of 16 octets from the start of the stub', (_name, level) => {
    for (let length = 0; length < 40; length++) {
      const pair = new Pair({ level }).bind();
      pair.request({ stub: Buffer.alloc(length, 1) });
      pair.answer();
      const protectedPdus = pair.wire.map(({ pdu }) => pdu).filter((pdu) => [0, 2].includes(pdu[2]!));
      expect(protectedPdus).toHaveLength(2);
      for (const pdu of protectedPdus) {
        const at = pdu.length - pdu.readUInt16LE(10) - 8;
        expect((at - 24) % 16).toBe(0);
        expect(pdu[at + 2]).toBe((16 - (length % 16)) % 16);
      }
      expect(pair.seen('response')?.stub).toHaveLength(length);
    }
  });

  test('a boundary of four is taken', () => {
    const server = new RawServer();
    const context = server.authenticate(WINNT, PKT_INTEGRITY);
    expect(server.octets(signed(context, {}, { stub: Buffer.alloc(1) }, 4))).toEqual([]);
    expect(server.calls[0]?.stub).toHaveLength(1);
  });

  const crooked = (pad: number): Partial<AuthVerifier> => ({ auth_pad: Buffer.alloc(pad), auth_pad_length: 0 });

  test('a boundary of two is a protocol error in a request', () => {
    const server = new RawServer();
    const context = server.authenticate(WINNT, PKT_INTEGRITY);
    expect(server.octets(signed(context, crooked(2)))).toMatchObject([{ status: FAULT.PROTO_ERROR, pfc_flags: WHOLE }]);
    expect(server.closed).toMatch(/boundary/);
  });

  test.each([
    ['NTLM', WINNT],
    ['SPNEGO', GSS_NEGOTIATE],
  ])(
    'a boundary of two is bind_nak 0 in a bind, and a protocol error in alter_context and auth3 (%s)',
    (_name, type) => {
      const verifier = (auth_value: Uint8Array, extra = {}): AuthVerifier => ({
        auth_type: type,
        auth_level: CONNECT,
        auth_context_id: 2,
        auth_value,
        ...extra,
      });
      const context = initiate(type, CONNECT);
      const first = context.step(undefined, NOW).token as Uint8Array;
      expect(new RawServer().bind(undefined, { auth: verifier(first, crooked(2)) })).toMatchObject({
        PTYPE: 'bind_nak',
        provider_reject_reason: 0,
      });
      for (const by of ['alter_context', 'auth3'] as const) {
        const server = new RawServer();
        server.bind(undefined, { auth: verifier(first) });
        const auth = verifier(Buffer.alloc(16), crooked(2));
        const answer = by === 'auth3' ? server.auth3(auth)[0] : server.alter(undefined, { auth });
        expect(answer).toMatchObject({
          status: FAULT.PROTO_ERROR,
          pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE,
          p_cont_id: 0,
        });
        expect(server.closed).toBeDefined();
      }
    },
  );
});

describe('padding that a handshake’s sec_trailer counts', () => {
  const token = initiate(WINNT, CONNECT).step(undefined, NOW).token as Uint8Array;
  const auth = { auth_type: WINNT, auth_level: CONNECT, auth_context_id: 0, auth_value: token };
  const padded = { ...auth, auth_pad: Buffer.alloc(8) };

  test('newer Windows refuses: bind_nak 4, a protocol error, and for auth3 nca_s_fault_remote_no_memory', () => {
    expect(new RawServer().bind(undefined, { auth: padded })).toMatchObject({ provider_reject_reason: 4 });
    const altered = new RawServer();
    altered.bind(undefined, { auth });
    expect(altered.alter(undefined, { auth: padded })).toMatchObject({ status: FAULT.PROTO_ERROR });
    const third = new RawServer();
    third.bind(undefined, { auth });
    expect(third.auth3(padded)).toMatchObject([{ status: FAULT.REMOTE_NO_MEMORY, pfc_flags: 0x23, p_cont_id: 0 }]);
    expect(third.closed).toBeDefined();
  });

  test('older Windows and Samba ignore', () => {
    const server = new RawServer({ profile: { handshakePadding: 'ignored' } });
    expect(server.bind(undefined, { auth: padded })).toMatchObject({ PTYPE: 'bind_ack' });
  });

  test('may reach into the body there, which is read as it stands, but not into the head of a PDU', () => {
    const profile = { handshakePadding: 'ignored' } as const;
    const whole = 72 - 24;
    const counted = (auth_pad_length: number) => ({ ...auth, auth_pad: Buffer.alloc(0), auth_pad_length });
    const taken = new RawServer({ profile });
    expect(taken.bind(undefined, { auth: counted(whole) })).toMatchObject({
      PTYPE: 'bind_ack',
      results: [{ result: 0 }],
    });
    expect(taken.alter(undefined, { auth: counted(whole + 1) })).toMatchObject({ status: FAULT.PROTO_ERROR });
    expect(new RawServer({ profile }).bind(undefined, { auth: counted(whole + 1) })).toMatchObject({
      provider_reject_reason: 4,
    });
    const third = new RawServer({ profile });
    third.bind(undefined, { auth: counted(whole) });
    expect(third.auth3(counted(1))).toMatchObject([{ status: FAULT.REMOTE_NO_MEMORY }]);
    expect(new RawServer().bind(undefined, { auth: counted(whole) })).toMatchObject({ provider_reject_reason: 4 });
  });

  test('that does not fit into the PDU is refused by all', () => {
    const profile = { handshakePadding: 'ignored' } as const;
    const excessive = { ...auth, auth_pad_length: 255 };
    expect(new RawServer({ profile }).bind(undefined, { auth: excessive })).toMatchObject({
      provider_reject_reason: 4,
    });
    const third = new RawServer({ profile });
    third.bind(undefined, { auth });
    expect(third.auth3(excessive)).toMatchObject([{ status: FAULT.REMOTE_NO_MEMORY }]);
  });

  test('octets that it does not count, between the list and the trailer, are ignored', () => {
    expect(new RawServer().bind(undefined, { auth, trailing: Buffer.alloc(64, 0xfb) })).toMatchObject({
      PTYPE: 'bind_ack',
    });
  });

  test('zeros after the token belong to the token and do no harm', () => {
    const long = { ...auth, auth_value: Buffer.concat([token, Buffer.alloc(64)]) };
    expect(new RawServer().bind(undefined, { auth: long })).toMatchObject({ PTYPE: 'bind_ack' });
  });
});

describe('type, level and context id of the fragments of one request', () => {
  function begun(): { server: RawServer; one: SecurityContext; two: SecurityContext } {
    const server = new RawServer();
    server.bind();
    const one = server.authenticate(WINNT, PKT_INTEGRITY, 1, 'alter');
    const two = server.authenticate(WINNT, PKT, 2, 'alter');
    expect(server.octets(signed(one, { auth_context_id: 1 }, { ...FIRST, call_id: 3 }))).toEqual([]);
    return { server, one, two };
  }

  test('a sender gives the same on all of them', () => {
    const pair = new Pair({ level: PKT_INTEGRITY }).bind();
    pair.request({ stub: Buffer.alloc(20_000) });
    const trailers = pair.wire
      .filter(({ pdu }) => pdu[2] === 0)
      .map(({ pdu }) => decodePdu(pdu).auth)
      .map((auth) => [auth?.auth_type, auth?.auth_level, auth?.auth_context_id]);
    expect(trailers.length).toBeGreaterThan(3);
    expect(new Set(trailers.map(String)).size).toBe(1);
  });

  test('a receiver goes by the first, and ignores what the others say', () => {
    const { server, one } = begun();
    const other = { auth_type: 111, auth_level: 111, auth_context_id: 111 };
    const last = { ...LAST, call_id: 3, p_cont_id: 111, opnum: 111 };
    expect(server.octets(signed(one, other, last))).toEqual([]);
    expect(server.calls[0]).toMatchObject({ opnum: 0, contextId: 0, security: { authContextId: 1 } });
  });

  test('so that the signature of another context is wrong', () => {
    const { server, two } = begun();
    expect(server.octets(signed(two, { auth_level: PKT, auth_context_id: 2 }, { ...LAST, call_id: 3 }))).toMatchObject([
      { status: FAULT.SEC_PKG_ERROR, pfc_flags: WHOLE, call_id: 3 },
    ]);
  });

  test('as it is where a first fragment of the same call comes again under another context', () => {
    const { server, two } = begun();
    expect(server.octets(signed(two, { auth_level: PKT, auth_context_id: 2 }, { ...FIRST, call_id: 3 }))).toMatchObject(
      [{ status: FAULT.SEC_PKG_ERROR, call_id: 3 }],
    );
  });

  test('a fragment without a sec_trailer is a protocol error', () => {
    const { server } = begun();
    expect(server.request({ ...LAST, call_id: 3 })).toMatchObject([{ status: FAULT.PROTO_ERROR, call_id: 3 }]);
    expect(server.closed).toBeDefined();
  });

  test('other type or level in the first fragment is fault 5, and the context is not used again', () => {
    for (const change of [{ auth_level: PKT_PRIVACY }, { auth_type: GSS_NEGOTIATE }]) {
      const server = new RawServer();
      const context = server.authenticate(WINNT, PKT_INTEGRITY);
      expect(server.octets(signed(context, change))).toMatchObject([{ status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE }]);
      expect(server.closed).toMatch(/changed on the way/);
    }
  });

  test('a context id that was never begun is fault 5', () => {
    const server = new RawServer();
    const context = server.authenticate(WINNT, PKT_INTEGRITY);
    expect(server.octets(signed(context, { auth_context_id: 77 }))).toMatchObject([{ status: FAULT.ACCESS_DENIED }]);
  });

  test('a sec_trailer on a connection that nobody authenticated is fault 5', () => {
    const server = new RawServer();
    server.bind();
    const auth = { auth_type: 0, auth_level: 1, auth_context_id: 0, auth_value: Buffer.from('none') };
    expect(server.request({ auth })).toMatchObject([{ status: FAULT.ACCESS_DENIED, p_cont_id: 0 }]);
    expect(server.closed).toBeDefined();
  });
});

describe('auth_length', () => {
  test('that reaches into the header is refused', () => {
    const server = new RawServer();
    server.authenticate(WINNT, PKT_INTEGRITY);
    const octets = encodePdu({ ...requestPdu(), auth_length: 500 } as Pdu);
    expect(server.octets(octets)).toMatchObject([{ status: FAULT.PROTO_ERROR }]);
  });
  test('of nothing is no sec_trailer', () => {
    const server = new RawServer();
    expect(server.octets(encodePdu(bindPdu([element(0)], { auth_length: 0 })))).toMatchObject([{ PTYPE: 'bind_ack' }]);
  });
});
