import { describe, expect, test } from 'vitest';
import {
  DREP_BIG,
  encodePdu,
  NDR64_SYNTAX,
  PFC,
  RPC_C_AUTHN,
  RPC_C_AUTHN_LEVEL,
} from '../../../../src/codec/rpce/index.js';
import type { PassiveAssociation } from '../../../../src/rpc/index.js';
import { Secret } from '../../../../src/security/index.js';
import { ECHO, element, Pair } from '../../../support/associations.js';
import { bindPdu, initiate, RawServer, requestPdu, WHOLE } from '../../../support/raw-server.js';
import { conversation, messages, overhear, SEALED, sniffer } from './overheard.js';

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

const OTHER = { ...ECHO, name: 'other', uuid: '60a15ec5-4de8-11d7-a637-005056a20183' };

describe('a connection that is overheard from its beginning', () => {
  test.each(SEALED)('at %s: both messages, with their interface, opnum, object and stub', (_name, level, known) => {
    const found = messages(overhear(conversation(level).wire));
    const object = '00112233-4455-6677-8899-aabbccddeeff';
    expect(found).toMatchObject([
      { kind: 'request', opnum: 1, object, stubState: known, stub: Buffer.from('secret') },
      { kind: 'response', opnum: 1, object, stubState: known, stub: Buffer.from('secret') },
    ]);
    for (const { presentation } of found) {
      expect(presentation).toMatchObject({ interface: { uuid: ECHO.uuid }, transferSyntax: 'ndr20', accepted: true });
    }
  });

  test.each(SEALED)('at %s, without the secret the stub is what can be seen of it', (_name, level, _known, unknown) => {
    const found = messages(overhear(conversation(level).wire, sniffer([])));
    expect(found.map(({ stubState }) => stubState)).toEqual([unknown, unknown]);
    const readable = found.map(({ stub }) => stub.includes('secret'));
    expect(readable).toEqual([unknown !== 'sealed', unknown !== 'sealed']);
  });

  test.each(SEALED)('at %s: fragments are joined, and each is checked', (_name, level, known) => {
    const stub = Buffer.alloc(20_000, 'abc');
    const observed = overhear(conversation(level, stub).wire);
    expect(observed.length).toBeGreaterThan(8);
    expect(messages(observed).map((message) => message.stub.equals(stub))).toEqual([true, true]);
    expect(messages(observed).map(({ stubState }) => stubState)).toEqual([known, known]);
  });

  test('a big-endian client is read, and its order told', () => {
    const found = messages(overhear(conversation(PKT_PRIVACY, Buffer.from('secret'), Buffer.from(DREP_BIG)).wire));
    expect(found.map(({ littleEndian }) => littleEndian)).toEqual([false, true]);
    expect(found.map(({ stubState }) => stubState)).toEqual(['verified', 'verified']);
  });

  test('the PDUs that it is given stay as they are', () => {
    const { wire } = conversation(PKT_PRIVACY);
    const before = wire.map(({ pdu }) => pdu.toString('hex'));
    overhear(wire);
    expect(wire.map(({ pdu }) => pdu.toString('hex'))).toEqual(before);
  });

  test('the identity is the one that the client gave, from auth3 on', () => {
    const observed = overhear(conversation(PKT_INTEGRITY).wire);
    expect(observed[0]?.security.identity).toBeUndefined();
    expect(observed.at(-1)?.security).toMatchObject({ level: PKT_INTEGRITY, identity: { user: 'op', domain: 'LAB' } });
  });

  test('a change on the way is a bad signature', () => {
    const { wire } = conversation(PKT_INTEGRITY);
    const request = wire.find(({ pdu }) => pdu[2] === 0)!;
    request.pdu[45]! ^= 1;
    expect(messages(overhear(wire))[0]).toMatchObject({ kind: 'request', stubState: 'bad signature' });
  });

  test('with the wrong secret nothing is opened', () => {
    const wrong = { user: 'op', secret: Secret.password('wrong') };
    const found = messages(overhear(conversation(PKT_PRIVACY).wire, sniffer([wrong])));
    expect(found.map(({ stubState }) => stubState)).toEqual(['sealed', 'sealed']);
  });

  test('SPNEGO is followed to the mechanism that does the work', () => {
    const server = new RawServer();
    const association = sniffer();
    const feed = server.association.receive.bind(server.association);
    server.association.receive = (bytes, now) => {
      association.take('client', bytes);
      const out = feed(bytes, now);
      for (const pdu of out.send) association.take('server', pdu);
      return out;
    };
    server.authenticate(RPC_C_AUTHN.GSS_NEGOTIATE, PKT_INTEGRITY, 3);
    expect(association.securities).toMatchObject([{ id: 3, authType: 9, level: PKT_INTEGRITY }]);
    expect(association.securities[0]?.passive).toMatchObject({ established: true, identity: { user: 'op' } });
  });
});

describe('the level that a PDU stands under', () => {
  const request = encodePdu(requestPdu());
  const begun = (level: number, id = 0): PassiveAssociation => {
    const association = sniffer();
    const auth_value = initiate(10, level).step(undefined, 0).token as Uint8Array;
    const auth = { auth_type: 10, auth_level: level, auth_context_id: id, auth_value };
    association.take('client', encodePdu(bindPdu([element(0)], { auth })));
    return association;
  };

  test('is that of its sec_trailer', () => {
    const auth = { auth_type: 10, auth_level: 6, auth_context_id: 8, auth_value: Buffer.alloc(16) };
    const { security } = sniffer().take('client', encodePdu(requestPdu({ auth })));
    expect(security).toMatchObject({ authType: 10, level: 6, authContextId: 8, from: 'trailer' });
  });

  test.each([
    [CONNECT, 'plain'],
    [RPC_C_AUTHN_LEVEL.CALL, 'signed'],
  ])('%i tells whether its messages are signed: %s', (auth_level, expected) => {
    const auth = { auth_type: 10, auth_level, auth_context_id: 8, auth_value: Buffer.alloc(16) };
    const { message } = sniffer().take('client', encodePdu(requestPdu({ auth })));
    expect(message?.stubState).toBe(expected);
  });

  test('of a request that is cut before its trailer is that of the only security context, and else unknown', () => {
    const auth = { auth_type: 10, auth_level: PKT_INTEGRITY, auth_context_id: 4, auth_value: Buffer.alloc(16) };
    const cut = encodePdu(requestPdu({ auth })).subarray(0, 24);
    const association = begun(PKT_INTEGRITY, 4);
    expect(association.cut('client', cut).security).toMatchObject({ level: PKT_INTEGRITY, authContextId: 4 });
    const auth_value = initiate(10, PKT_PRIVACY).step(undefined, 0).token as Uint8Array;
    const second = { auth_type: 10, auth_level: PKT_PRIVACY, auth_context_id: 5, auth_value };
    association.take('client', encodePdu({ ...bindPdu([element(1)], { auth: second }), PTYPE: 'alter_context' }));
    expect(association.cut('client', cut).security).toMatchObject({ level: undefined, from: 'unknown' });
  });

  test('is that of the only security context, where that is at CONNECT ([MS-RPCE] 3.3.1.5.4)', () => {
    expect(begun(CONNECT, 4).take('client', request).security).toMatchObject({
      level: CONNECT,
      authContextId: 4,
      from: 'association',
    });
  });

  test('is none where the only security context is above CONNECT, or there is none', () => {
    expect(begun(PKT_INTEGRITY).take('client', request).security).toMatchObject({ level: 1, from: 'none' });
    const plain = sniffer();
    plain.take('client', encodePdu(bindPdu([element(0)])));
    expect(plain.take('client', request).security).toMatchObject({ level: 1, from: 'none' });
  });

  test('is unknown where the bind was not seen', () => {
    expect(sniffer().take('client', request).security).toMatchObject({ level: undefined, from: 'unknown' });
  });

  test('is unknown after an alter_context alone, which says nothing of the calls to come', () => {
    const association = sniffer();
    association.take('client', encodePdu({ ...bindPdu([element(0)]), PTYPE: 'alter_context' }));
    expect(association.take('client', request).security.from).toBe('unknown');
  });
});

describe('a request without a trailer, where several security contexts were begun', () => {
  /** What the server holds it for, and what a sniffer does: both context ids. */
  function implied(levels: readonly number[], named?: number): [number | undefined, number | undefined] {
    const server = new RawServer();
    const association = sniffer();
    let seen: number | undefined;
    const feed = server.association.receive.bind(server.association);
    server.association.receive = (bytes, now) => {
      const { message } = association.take('client', bytes);
      if (message !== undefined) seen = message.security.authContextId;
      const out = feed(bytes, now);
      for (const pdu of out.send) association.take('server', pdu);
      return out;
    };
    for (const [index, level] of levels.entries())
      server.authenticate(RPC_C_AUTHN.WINNT, level, 10 + index, index === 0 ? 'bind' : 'alter');
    if (named !== undefined) {
      const auth = { auth_type: 10, auth_level: CONNECT, auth_context_id: named, auth_value: Buffer.alloc(16) };
      server.request({ call_id: 20, auth });
      for (const call of server.calls) server.association.respond(call, Buffer.alloc(0));
    }
    server.request({ call_id: 21 });
    return [server.calls.at(-1)?.security?.authContextId, seen];
  }

  test.each<[string, number[], number | undefined, number | undefined]>([
    ['two at CONNECT: the last', [CONNECT, CONNECT], undefined, 11],
    ['one at CONNECT, one above it: the one at CONNECT', [CONNECT, PKT_INTEGRITY], undefined, 10],
    ['the same the other way round', [PKT_INTEGRITY, CONNECT], undefined, 11],
    ['none at CONNECT: none', [PKT_INTEGRITY, PKT_PRIVACY], undefined, undefined],
    ['once a request has named one, none means none', [CONNECT, CONNECT], 10, undefined],
  ])('%s, for server and sniffer alike', (_name, levels, named, expected) => {
    expect(implied(levels, named)).toEqual([expected, expected]);
  });
});

describe('presentation contexts', () => {
  test('several: each call goes to its own, also by later alter_contexts', () => {
    const pair = new Pair().bind([element(0, ECHO, NDR64_SYNTAX)]);
    pair.alter([element(300)]);
    pair.request({ contextId: 0 });
    pair.answer();
    pair.request({ contextId: 300 });
    pair.answer();
    const found = messages(overhear(pair.wire));
    expect(found.map(({ presentation }) => presentation?.id)).toEqual([0, 0, 300, 300]);
    expect(found.map(({ presentation }) => presentation?.transferSyntax)).toEqual(['ndr64', 'ndr64', 'ndr20', 'ndr20']);
  });

  test('one that was rejected stays a proposal', () => {
    const association = sniffer();
    const pair = new Pair().bind([element(0), element(1, OTHER)]);
    overhear(pair.wire, association);
    expect(association.presentations).toMatchObject([
      { id: 0, accepted: true },
      { id: 1, accepted: false },
    ]);
  });
});

describe('faults and what does not decode', () => {
  test('a fault ends its call, and has the opnum of its request', () => {
    const pair = new Pair().bind();
    pair.request({ opnum: 7 });
    expect(messages(overhear(pair.wire))).toMatchObject([
      { kind: 'request', opnum: 7 },
      { kind: 'fault', opnum: 7, status: 0x1c010002, presentation: { id: 0 } },
    ]);
  });

  test('a fault between the fragments of a request is told with what is known', () => {
    const server = new RawServer();
    server.bind();
    const association = sniffer();
    association.take('client', encodePdu(bindPdu([element(0)])));
    association.take('client', encodePdu(requestPdu({ pfc_flags: PFC.FIRST_FRAG, p_cont_id: 9, opnum: 3 })));
    const [fault] = server.association.receive(
      encodePdu(requestPdu({ pfc_flags: PFC.FIRST_FRAG, p_cont_id: 9 })),
      0,
    ).send;
    expect(association.take('server', fault!).message).toMatchObject({ kind: 'fault', callId: 1, opnum: 3 });
  });

  test('octets that are no PDU give an error, and the next PDU is read', () => {
    const association = sniffer();
    expect(association.take('client', Buffer.alloc(16))).toMatchObject({ pdu: undefined, message: undefined });
    expect(association.take('client', Buffer.alloc(0)).error).toBeDefined();
    expect(association.take('client', encodePdu(requestPdu())).message).toBeDefined();
  });

  test('PDUs in odd roles change nothing', () => {
    const association = sniffer();
    for (const sender of ['client', 'server'] as const) {
      association.take(
        sender,
        encodePdu({ PTYPE: 'bind_nak', pfc_flags: WHOLE, call_id: 1, provider_reject_reason: 0, versions: [] }),
      );
      association.take(sender, encodePdu({ PTYPE: 'shutdown', pfc_flags: WHOLE, call_id: 1 }));
      association.take(sender, encodePdu({ PTYPE: 44, pfc_flags: WHOLE, call_id: 1, body: Buffer.alloc(4) }));
    }
    expect(association.take('client', encodePdu(requestPdu())).message).toMatchObject({ kind: 'request' });
  });
});
