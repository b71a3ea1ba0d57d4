import { describe, expect, test } from 'vitest';
import { decodePdu, FAULT, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { ACCOUNT, countingRandom, element, Pair } from '../../support/associations.js';

const LEVELS = Object.entries(RPC_C_AUTHN_LEVEL).filter(([name]) => name !== 'DEFAULT');
const IPID = '00112233-4455-6677-8899-aabbccddeeff';

describe('a call at each authentication level', () => {
  test.each(LEVELS)('%s: the stub arrives as it was sent, and so does the answer', (_name, level) => {
    const pair = new Pair({ level }).bind();
    const stub = countingRandom()(1000);
    const callId = pair.request({ stub, opnum: 1, object: IPID });
    const [call] = pair.calls;
    expect(call).toMatchObject({ opnum: 1, object: IPID, littleEndian: true, transferSyntax: 'ndr20' });
    expect([...(call?.stub ?? [])]).toEqual([...stub]);
    pair.answer();
    expect(pair.seen('response')).toMatchObject({ callId });
    expect([...(pair.seen('response')?.stub ?? [])]).toEqual([...stub]);
  });

  test.each(LEVELS)('%s: 100,000 octets each way, one octet a delivery', (_name, level) => {
    const pair = new Pair({ level }).bind();
    pair.chunk = 1;
    const stub = countingRandom()(100_000);
    pair.request({ stub });
    expect(pair.calls[0]?.stub.equals(stub)).toBe(true);
    pair.answer();
    expect(pair.seen('response')?.stub.equals(stub)).toBe(true);
    expect(Math.max(...pair.wire.map(({ pdu }) => pdu.length))).toBeLessThanOrEqual(5840);
  });

  test.each(LEVELS.filter(([, level]) => level > 1))(
    '%s: the server knows who calls, and at which level',
    (_name, level) => {
      const pair = new Pair({ level }).bind();
      pair.request();
      expect(pair.calls[0]?.security).toMatchObject({
        authType: 10,
        level: level === RPC_C_AUTHN_LEVEL.CALL ? RPC_C_AUTHN_LEVEL.PKT : level,
        identity: { domain: ACCOUNT.domain, user: ACCOUNT.user, anonymous: false },
      });
    },
  );

  test('a call without authentication has no identity', () => {
    const pair = new Pair().bind();
    pair.request();
    expect(pair.calls[0]?.security).toBeUndefined();
  });

  test('at PKT_PRIVACY the stub cannot be read on the wire, at PKT_INTEGRITY it can', () => {
    const secret = Buffer.from('nobody should read this');
    const readable = (level: number): boolean => {
      const pair = new Pair({ level }).bind();
      pair.request({ stub: secret });
      return pair.wire.some(({ pdu }) => pdu.includes(secret));
    };
    expect(readable(RPC_C_AUTHN_LEVEL.PKT_PRIVACY)).toBe(false);
    expect(readable(RPC_C_AUTHN_LEVEL.PKT_INTEGRITY)).toBe(true);
  });

  test('requests at CONNECT carry no security trailer', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.CONNECT }).bind();
    pair.request({ stub: Buffer.alloc(8) });
    const last = decodePdu(pair.wire.at(-1)?.pdu ?? Buffer.alloc(0));
    expect(last.PTYPE).toBe('request');
    expect(last.auth).toBeUndefined();
  });
});

describe('refusals of the security layer', () => {
  test('a wrong password shows as fault 5 at the first request, because auth3 has no answer', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.CONNECT, password: 'wrong' }).bind();
    expect(pair.seen('fault')).toBeUndefined();
    pair.request();
    expect(pair.calls).toEqual([]);
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.ACCESS_DENIED });
  });

  test('a signature that does not verify ends the connection with fault 0x721', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY }).bind();
    pair.tamper = (pdu) => {
      pdu[pdu.length - 30]! ^= 1;
      return pdu;
    };
    pair.request({ stub: Buffer.alloc(64) });
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.SEC_PKG_ERROR });
    expect(pair.serverClosed).toBeDefined();
  });

  test('a level that is raised in the trailer of a request ends the connection with fault 5', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT }).bind();
    pair.tamper = (pdu) => {
      pdu[pdu.length - 16 - 8 + 1] = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
      return pdu;
    };
    pair.request({ stub: Buffer.alloc(64) });
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.ACCESS_DENIED });
    expect(pair.serverClosed).toMatch(/changed on the way/);
  });

  test('an answer that was changed is not taken', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_PRIVACY }).bind();
    pair.request({ stub: Buffer.alloc(64) });
    const call = pair.calls[0]!;
    const [pdu] = pair.server.respond(call, call.stub);
    pdu![30]! ^= 1;
    pair.toClient([pdu!]);
    expect(pair.seen('response')).toBeUndefined();
    expect(pair.clientClosed).toBeDefined();
  });

  test('an answer without protection is not taken for a protected call', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY }).bind();
    const callId = pair.request();
    const bare = new Pair().bind();
    bare.request();
    const [pdu] = bare.server.respond(bare.calls[0]!, Buffer.alloc(8));
    pdu!.writeUInt32LE(callId, 12);
    pair.toClient([pdu!]);
    expect(pair.seen('response')).toBeUndefined();
    expect(pair.clientClosed).toMatch(/not protected/);
  });
});

describe('security context multiplexing, [MS-RPCE] 3.3.1.5.4', () => {
  const features = element(1, undefined, { uuid: '6cb71c2c-9812-4540-0300-000000000000', version: 1 });

  test('two contexts of different levels serve one connection, chosen by auth_context_id', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT }).bind([element(0), features]);
    pair.alter([element(0)], pair.security(7, RPC_C_AUTHN_LEVEL.PKT_PRIVACY));
    pair.request({ authContextId: 0 });
    pair.request({ authContextId: 7 });
    expect(pair.calls.map((call) => call.security?.level)).toEqual([4, 6]);
  });

  test('without the negotiated feature Windows takes a second context, and a profile that goes by the text refuses it', () => {
    const windows = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT }).bind();
    windows.alter([element(0)], windows.security(7, RPC_C_AUTHN_LEVEL.PKT_PRIVACY));
    windows.request({ authContextId: 7 });
    expect(windows.calls[0]?.security?.level).toBe(RPC_C_AUTHN_LEVEL.PKT_PRIVACY);
    const profile = { securityContextsWithoutFeature: 'refused' } as const;
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT, profile }).bind();
    pair.alter([element(0)], pair.security(7, RPC_C_AUTHN_LEVEL.PKT_PRIVACY));
    expect(pair.seen('fault')).toMatchObject({ status: FAULT.ACCESS_DENIED });
  });

  test('a request without a trailer stands under the only context, where that is at CONNECT, and else under none', () => {
    const connect = new Pair({ level: RPC_C_AUTHN_LEVEL.CONNECT }).bind();
    connect.request();
    expect(connect.calls[0]?.security?.level).toBe(RPC_C_AUTHN_LEVEL.CONNECT);
    const signed = new Pair({ level: RPC_C_AUTHN_LEVEL.PKT_INTEGRITY }).bind();
    const { send } = signed.client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(4) });
    signed.toServer(send);
    expect(signed.calls[0]?.security).toBeUndefined();
  });
});
