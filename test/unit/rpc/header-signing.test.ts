import { describe, expect, test } from 'vitest';
import { FAULT, PFC, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { protect } from '../../../src/rpc/core/protection.js';
import type { AcceptorProvider, ProtectedMessage, SecurityContext } from '../../../src/security/index.js';
import { element, NOW, Pair } from '../../support/associations.js';
import { mutualAcceptor, mutualInitiator } from '../../support/mutual.js';
import { RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const SIGN = PFC.SUPPORT_HEADER_SIGN;

/** A provider that notes what it was asked to cover. */
function watched(): { provider: AcceptorProvider; seen: ProtectedMessage[] } {
  const seen: ProtectedMessage[] = [];
  const provider = mutualAcceptor();
  const watch = (
    context: SecurityContext,
    name: 'verify' | 'unseal' | 'sign' | 'seal',
    length?: number,
  ): SecurityContext =>
    Object.defineProperty(context, name, {
      value: (message: ProtectedMessage) => {
        seen.push(message);
        return length === undefined ? undefined : Buffer.alloc(length);
      },
    });
  const accept = () => {
    const context = provider.accept();
    watch(context, 'verify');
    watch(context, 'unseal');
    watch(context, 'sign', 28);
    return watch(context, 'seal', 76);
  };
  return { provider: { ...provider, accept }, seen };
}

/** What the provider of a server was asked to cover in a request and its answer. */
function covered(level: number, bindFlags: number, supportsHeaderSigning = true) {
  const { provider, seen } = watched();
  const server = new RawServer({ providers: [provider], profile: { supportsHeaderSigning } });
  const context = mutualInitiator().initiate({ level });
  const auth = (from?: Uint8Array) => ({
    auth_type: RPC_C_AUTHN.GSS_KERBEROS,
    auth_level: level,
    auth_context_id: 0,
    auth_value: context.step(from, NOW).token as Uint8Array,
  });
  const ack = server.bind(undefined, { auth: auth(), pfc_flags: WHOLE | bindFlags });
  server.alter(undefined, { auth: auth(ack?.auth?.auth_value) });
  const protection = { security: context, authType: 16, authLevel: level, authContextId: 0, signHeader: false };
  server.octets(protect(requestPdu({ stub: Buffer.alloc(9) }), protection));
  server.association.respond(server.calls[0]!, Buffer.alloc(9));
  return { ack, seen };
}

describe('negotiation of header signing, [MS-RPCE] 3.3.1.5.2.2', () => {
  test.each([
    ['both support it', SIGN, true, true],
    ['the client does not', 0, true, false],
    ['the server does not', SIGN, false, false],
  ])('%s', (_name, flags, supported, agreed) => {
    const { ack, seen } = covered(PKT_INTEGRITY, flags, supported);
    expect((ack?.pfc_flags ?? 0) & SIGN).toBe(agreed ? SIGN : 0);
    expect(seen.map(({ signHeader }) => signHeader)).toEqual([agreed, agreed]);
  });

  test('a client sets the bit with a token at PKT_INTEGRITY and above, and not below', () => {
    for (const level of [CONNECT, RPC_C_AUTHN_LEVEL.PKT, PKT_INTEGRITY, PKT_PRIVACY]) {
      const pair = new Pair({ level }).bind();
      expect((pair.wire[0]!.pdu[3]! & SIGN) !== 0).toBe(level >= PKT_INTEGRITY);
      expect(pair.client.signsHeaders).toBe(level >= PKT_INTEGRITY);
    }
  });

  test('a client that does not want it leaves the bit out', () => {
    const pair = new Pair({ level: PKT_PRIVACY, client: { headerSigning: false } }).bind();
    expect(pair.wire[0]!.pdu[3]! & SIGN).toBe(0);
    expect(pair.client.signsHeaders).toBe(false);
    pair.request({ stub: Buffer.alloc(8) });
    pair.answer();
    expect(pair.seen('response')).toBeDefined();
  });

  test('a server’s bit counts for a client that asked for it alone', () => {
    const pair = new Pair({ level: PKT_INTEGRITY, client: { headerSigning: false } });
    pair.tamper = (pdu) => {
      if (pdu[2] === 11) pdu[3]! |= SIGN;
      return pdu;
    };
    pair.bind();
    expect(pair.client.signsHeaders).toBe(false);
  });

  test('an alter_context without a token may still ask for it, and then it holds for all contexts of the connection', () => {
    const { provider, seen } = watched();
    const server = new RawServer({ providers: [provider] });
    server.bind();
    const client = mutualInitiator().initiate({ level: PKT_INTEGRITY });
    const auth = (from?: Uint8Array) => ({
      auth_type: 16,
      auth_level: PKT_INTEGRITY,
      auth_context_id: 4,
      auth_value: client.step(from, NOW).token as Uint8Array,
    });
    const resp = server.alter(undefined, { auth: auth() });
    server.alter(undefined, { auth: auth(resp?.auth?.auth_value) });
    const protection = {
      security: client,
      authType: 16,
      authLevel: PKT_INTEGRITY,
      authContextId: 4,
      signHeader: false,
    };
    server.octets(protect(requestPdu({ call_id: 5 }), protection));
    server.association.respond(server.calls[0]!, Buffer.alloc(0));
    expect(server.alter([element(1)], { pfc_flags: WHOLE | SIGN })).toMatchObject({ pfc_flags: WHOLE | SIGN });
    server.octets(protect(requestPdu({ call_id: 6 }), protection));
    expect(seen.map(({ signHeader }) => signHeader)).toEqual([false, false, true]);
  });

  test('auth3 cannot ask for it any more', () => {
    const pair = new Pair({ level: PKT_INTEGRITY, client: { headerSigning: false } });
    pair.tamper = (pdu) => {
      if (pdu[2] === 16) pdu[3]! |= SIGN;
      return pdu;
    };
    pair.bind().request({ stub: Buffer.alloc(8) });
    expect(pair.calls).toHaveLength(1);
  });
});

describe('what is covered, header, body and sec_trailer in this order', () => {
  test.each([
    ['PKT_INTEGRITY', PKT_INTEGRITY],
    ['PKT_PRIVACY', PKT_PRIVACY],
  ])('at %s: the PDU up to its token; stub and padding as the body', (_name, level) => {
    for (const flags of [0, SIGN]) {
      const { seen } = covered(level, flags);
      expect(seen).toHaveLength(2);
      for (const { pdu, bodyStart, bodyEnd, signHeader } of seen) {
        expect(signHeader).toBe(flags === SIGN);
        expect([bodyStart, bodyEnd, pdu.length]).toEqual([24, 40, 48]);
        expect(pdu[0]).toBe(5);
      }
    }
  });

  test('with it, a header that was changed on the way is noticed', () => {
    const pair = new Pair({ level: PKT_INTEGRITY }).bind();
    pair.tamper = (pdu) => {
      pdu[22]! ^= 1;
      return pdu;
    };
    pair.request({ stub: Buffer.alloc(8) });
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.SEC_PKG_ERROR });
  });
});
