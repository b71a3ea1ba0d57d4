import { describe, expect, test } from 'vitest';
import { encodePdu, FAULT, type Pdu, PFC, REJECT } from '../../../src/codec/rpce/index.js';
import { element } from '../../support/associations.js';
import { bindPdu, RawServer, requestPdu, WHOLE } from '../../support/raw-server.js';

const head = { pfc_flags: WHOLE, call_id: 9 } as const;
const ack = {
  ...head,
  max_xmit_frag: 5840,
  max_recv_frag: 5840,
  assoc_group_id: 1,
  sec_addr: Buffer.alloc(0),
  results: [],
};
const stub = Buffer.alloc(0);

const SERVERS_OWN: [string, Pdu][] = [
  ['response', { ...head, PTYPE: 'response', alloc_hint: 0, p_cont_id: 0, cancel_count: 0, stub }],
  ['fault', { ...head, PTYPE: 'fault', alloc_hint: 32, p_cont_id: 0, cancel_count: 0, status: 5, stub }],
  ['bind_ack', { ...ack, PTYPE: 'bind_ack' }],
  ['bind_nak', { ...head, PTYPE: 'bind_nak', provider_reject_reason: 0, versions: [] }],
  ['alter_context_resp', { ...ack, PTYPE: 'alter_context_resp' }],
  ['shutdown', { ...head, PTYPE: 'shutdown' }],
  ['a type that does not exist', { ...head, PTYPE: 200, body: Buffer.alloc(8) }],
];

describe('PDU types of C706 12.6.4 in wrong roles', () => {
  test.each(SERVERS_OWN)('%s from a client is a protocol error, with which the connection ends', (_name, pdu) => {
    const server = new RawServer();
    server.bind();
    expect(server.send(pdu)).toMatchObject([
      { PTYPE: 'fault', status: FAULT.PROTO_ERROR, pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE, call_id: 9, p_cont_id: 0 },
    ]);
    expect(server.closed).toMatch(/does not send/);
  });

  const BEFORE: [string, Pdu][] = [
    ['request', requestPdu({ call_id: 9 })],
    ['alter_context', { ...bindPdu([element(0)], { call_id: 9 }), PTYPE: 'alter_context' }],
    ['auth3', { ...head, PTYPE: 'auth3', pad: Buffer.alloc(4) }],
    ['co_cancel', { ...head, PTYPE: 'co_cancel' }],
    ['orphaned', { ...head, PTYPE: 'orphaned' }],
    ...SERVERS_OWN,
  ];
  test.each(BEFORE)('%s before a bind is answered with bind_nak 4, and the connection ends', (_name, pdu) => {
    const server = new RawServer();
    const reason = REJECT.PROTOCOL_VERSION_NOT_SPECIFIED;
    expect(server.send(pdu)).toMatchObject([{ PTYPE: 'bind_nak', provider_reject_reason: reason, call_id: 9 }]);
    expect(server.closed).toBeDefined();
  });

  test('a second bind on one connection is refused with bind_nak 0', () => {
    const server = new RawServer();
    server.bind();
    expect(server.bind([element(1)], { call_id: 2 })).toMatchObject({
      PTYPE: 'bind_nak',
      provider_reject_reason: REJECT.REASON_NOT_SPECIFIED,
      call_id: 2,
    });
    expect(server.closed).toMatch(/second bind/);
  });

  test('after its end a connection says nothing more', () => {
    const server = new RawServer();
    server.bind();
    server.bind();
    expect(server.request()).toEqual([]);
    expect(server.calls).toEqual([]);
  });

  test('a server never sends shutdown, note <120>', () => {
    const server = new RawServer();
    server.bind();
    server.request();
    server.association.close();
    expect(server.tick(1e9)).toBeUndefined();
  });
});

describe('bind_nak, [MS-RPCE] 2.2.2.9', () => {
  test('names version 5.0 and is filled up to 24 octets, as Windows sends it', () => {
    const server = new RawServer();
    const nak = server.bind([]);
    expect(nak).toMatchObject({ PTYPE: 'bind_nak', versions: [{ major: 5, minor: 0 }] });
    expect([...((nak as { trailing?: Uint8Array }).trailing ?? [])]).toEqual([0, 0, 0]);
  });
});

describe('protocol version, [MS-RPCE] 3.3.1.5.1', () => {
  test.each([
    [5, 1],
    [4, 0],
    [6, 0],
    [0, 0],
  ])('a bind of version %i.%i is refused with bind_nak 4', (rpc_vers, rpc_vers_minor) => {
    const server = new RawServer();
    expect(server.bind(undefined, { rpc_vers, rpc_vers_minor })).toMatchObject({
      PTYPE: 'bind_nak',
      provider_reject_reason: REJECT.PROTOCOL_VERSION_NOT_SPECIFIED,
      versions: [{ major: 5, minor: 0 }],
    });
  });

  test('a request of version 5.1 is a protocol error', () => {
    const server = new RawServer();
    server.bind();
    expect(server.request({ rpc_vers_minor: 1 })).toMatchObject([{ PTYPE: 'fault', status: FAULT.PROTO_ERROR }]);
    expect(server.closed).toMatch(/5\.1/);
  });

  test('the version is refused with the header, before the rest of the PDU is there', () => {
    const server = new RawServer();
    const octets = encodePdu({ ...bindPdu([element(0)]), rpc_vers: 4 });
    expect(server.octets(octets.subarray(0, 15))).toEqual([]);
    expect(server.octets(octets.subarray(15, 16))).toMatchObject([{ PTYPE: 'bind_nak' }]);
  });
});

describe('pfc_flags, [MS-RPCE] 2.2.2.2 and 2.2.2.3', () => {
  const ECHOED: [string, number, number, number][] = [
    ['none at all', 0, WHOLE, WHOLE],
    ['FIRST_FRAG alone', PFC.FIRST_FRAG, WHOLE, WHOLE],
    ['LAST_FRAG alone', PFC.LAST_FRAG, WHOLE, WHOLE],
    ['SUPPORT_HEADER_SIGN', 0x04, WHOLE | 0x04, WHOLE | 0x04],
    ['the undefined 0x08', 0x08, WHOLE, WHOLE],
    ['CONC_MPX', PFC.CONC_MPX, WHOLE | PFC.CONC_MPX, WHOLE],
    ['DID_NOT_EXECUTE', PFC.DID_NOT_EXECUTE, WHOLE, WHOLE],
    ['MAYBE', PFC.MAYBE, WHOLE, WHOLE],
    ['OBJECT_UUID', PFC.OBJECT_UUID, WHOLE, WHOLE],
    ['all', 0xff, WHOLE | 0x14, WHOLE | 0x04],
  ];
  test.each(ECHOED)('a bind with %s is answered as Windows answers it', (_name, pfc_flags, inAck) => {
    expect(new RawServer().bind(undefined, { pfc_flags })).toMatchObject({ PTYPE: 'bind_ack', pfc_flags: inAck });
  });
  test.each(ECHOED)(
    'an alter_context with %s is; it cannot agree on multiplexing',
    (_name, pfc_flags, _ack, inResp) => {
      const server = new RawServer();
      server.bind();
      expect(server.alter(undefined, { pfc_flags })).toMatchObject({ PTYPE: 'alter_context_resp', pfc_flags: inResp });
      expect(server.request({ call_id: 3 })).toEqual([]);
      expect(server.calls).toHaveLength(1);
    },
  );

  test.each([
    ['MAYBE', PFC.MAYBE],
    ['DID_NOT_EXECUTE', PFC.DID_NOT_EXECUTE],
    ['CONC_MPX', PFC.CONC_MPX],
    ['the undefined 0x08', 0x08],
  ])('%s on a request is ignored', (_name, flag) => {
    const server = new RawServer();
    server.bind();
    expect(server.request({ pfc_flags: WHOLE | flag })).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  test('OBJECT_UUID on a request says that an object follows, whatever it is', () => {
    const server = new RawServer();
    server.bind();
    const object = '00112233-4455-6677-8899-aabbccddeeff';
    server.request({ pfc_flags: WHOLE | PFC.OBJECT_UUID, object, stub: Buffer.from('stub') });
    expect(server.calls[0]).toMatchObject({ object, stub: Buffer.from('stub') });
  });

  test('OBJECT_UUID on a request without room for an object is a protocol error', () => {
    const server = new RawServer();
    server.bind();
    const octets = encodePdu(requestPdu({ stub: Buffer.alloc(8) }));
    octets[3]! |= PFC.OBJECT_UUID;
    expect(server.octets(octets)).toMatchObject([{ PTYPE: 'fault', status: FAULT.PROTO_ERROR }]);
  });

  test('0x04 on the first fragment of a request is PENDING_CANCEL: nothing is under way that could be cancelled', () => {
    const server = new RawServer();
    server.bind();
    expect(server.request({ pfc_flags: WHOLE | PFC.PENDING_CANCEL })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.NO_CALL_ACTIVE, pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE, p_cont_id: 0 },
    ]);
    expect(server.closed).toBeDefined();
  });

  test.each([
    ['a middle fragment', 0],
    ['the last fragment', PFC.LAST_FRAG],
  ])('0x04 on %s does no harm', (_name, flags) => {
    const server = new RawServer();
    server.bind();
    server.request({ pfc_flags: PFC.FIRST_FRAG });
    expect(server.request({ pfc_flags: flags | PFC.PENDING_CANCEL })).toEqual([]);
    if (flags === 0) server.request({ pfc_flags: PFC.LAST_FRAG });
    expect(server.calls).toHaveLength(1);
  });
});

describe('what does not decode', () => {
  test('a bind whose list is cut off is refused with bind_nak 4', () => {
    const server = new RawServer();
    const octets = encodePdu({ ...bindPdu([element(0)]), n_context_elem: 3 });
    expect(server.octets(octets)).toMatchObject([{ PTYPE: 'bind_nak', provider_reject_reason: 4 }]);
  });
  test('a bind whose auth_length leaves no room is refused with bind_nak 4', () => {
    const server = new RawServer();
    expect(server.bind(undefined, { auth_length: 100 })).toMatchObject({ provider_reject_reason: 4 });
  });
  test('an alter_context that is cut off is a protocol error that says that nothing was done', () => {
    const server = new RawServer();
    server.bind();
    expect(server.alter(undefined, { n_context_elem: 3 })).toMatchObject({
      status: FAULT.PROTO_ERROR,
      pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE,
    });
  });
  test('a request shorter than its header is a protocol error', () => {
    const server = new RawServer();
    server.bind();
    const octets = encodePdu(requestPdu()).subarray(0, 20);
    octets.writeUInt16LE(20, 8);
    expect(server.octets(octets)).toMatchObject([{ PTYPE: 'fault', status: FAULT.PROTO_ERROR }]);
  });
  test('a frag_length below the common header does not stop the server', () => {
    const server = new RawServer();
    server.bind();
    const octets = encodePdu(requestPdu());
    octets.writeUInt16LE(3, 8);
    expect(server.octets(octets)).toMatchObject([{ PTYPE: 'fault', status: FAULT.PROTO_ERROR }]);
    expect(server.closed).toBeDefined();
  });
});

describe('secondary address, [MS-RPCE] 3.3.1.5.5', () => {
  test('bind_ack names the primary address once more, with its zero; alter_context_resp names none', () => {
    const server = new RawServer();
    expect(server.bind()).toMatchObject({ sec_addr: Buffer.from('135\0') });
    expect(server.alter()).toMatchObject({ sec_addr: Buffer.alloc(0) });
  });
});
