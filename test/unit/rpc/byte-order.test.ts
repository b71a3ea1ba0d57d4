import { describe, expect, test } from 'vitest';
import { DREP_BIG, DREP_LITTLE, decodePdu, encodePdu, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { ClientAssociation } from '../../../src/rpc/index.js';
import { element, NOW, Pair } from '../../support/associations.js';
import { RawServer } from '../../support/raw-server.js';

const LEVELS = Object.entries(RPC_C_AUTHN_LEVEL).slice(1);

describe('peers of the other byte order, C706 14.1', () => {
  test.each(LEVELS)('a big-endian client at %s: the server reads it, and answers in its own order', (_name, level) => {
    const pair = new Pair({ level, client: { packedDrep: DREP_BIG } }).bind();
    const stub = Buffer.from('as it came');
    pair.request({ stub, opnum: 1, object: '00112233-4455-6677-8899-aabbccddeeff' });
    expect(pair.calls[0]).toMatchObject({ littleEndian: false, opnum: 1, stub });
    pair.answer();
    expect(pair.seen('response')).toMatchObject({ littleEndian: true, stub });
    const orders = new Map(pair.wire.map(({ from, pdu }) => [from, pdu[4]]));
    expect(orders).toEqual(
      new Map([
        ['client', 0],
        ['server', 0x10],
      ]),
    );
  });

  test.each(LEVELS)('big-endian fragments and verification trailers at %s', (_name, level) => {
    const pair = new Pair({ level, client: { packedDrep: DREP_BIG } }).bind();
    pair.request({ stub: Buffer.alloc(20_000, 3), verificationTrailer: true });
    expect(pair.calls[0]?.stub).toHaveLength(20_000);
  });

  test('the sec_trailer follows the data representation of its PDU', () => {
    const pair = new Pair({ level: RPC_C_AUTHN_LEVEL.CONNECT, client: { packedDrep: DREP_BIG } });
    pair.toServer([pair.client.bind([element(0)], pair.security(0x01020304), NOW).send]);
    expect(pair.wire[0]!.pdu.includes(Buffer.of(0x0a, 2, 0, 0, 1, 2, 3, 4))).toBe(true);
    expect(pair.wire[1]!.pdu.includes(Buffer.of(0x0a, 2, 0, 0, 4, 3, 2, 1))).toBe(true);
  });

  test('a client reads a big-endian server', () => {
    const client = new ClientAssociation();
    const { callId } = client.bind([element(0)], undefined, NOW);
    const head = { pfc_flags: 3, packed_drep: DREP_BIG } as const;
    const sizes = { max_xmit_frag: 4000, max_recv_frag: 4000, assoc_group_id: 0x01020304 };
    const results = [{ result: 0, reason: 0, transfer_syntax: element(0).transfer_syntaxes[0]! }];
    const ack = encodePdu({
      ...head,
      ...sizes,
      PTYPE: 'bind_ack',
      call_id: callId,
      sec_addr: Buffer.from('135\0'),
      results,
    });
    expect(client.receive(ack, NOW)).toMatchObject({
      close: undefined,
      events: [{ type: 'negotiated', groupId: 0x01020304 }],
    });
    const { callId: call_id } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
    const response = { alloc_hint: 4, p_cont_id: 0, cancel_count: 0, stub: Buffer.of(1, 2, 3, 4) };
    expect(client.receive(encodePdu({ ...head, ...response, PTYPE: 'response', call_id }), NOW).events).toEqual([
      { type: 'response', callId: call_id, stub: Buffer.of(1, 2, 3, 4), littleEndian: false },
    ]);
  });

  test('a fault in the other order is read as well', () => {
    const client = new ClientAssociation();
    const { callId } = client.request({ contextId: 0, opnum: 0, stub: Buffer.alloc(0) });
    const fault = { alloc_hint: 32, p_cont_id: 0, cancel_count: 0, status: 0x1c010003, stub: Buffer.alloc(0) };
    const pdu = encodePdu({ ...fault, PTYPE: 'fault', pfc_flags: 3, call_id: callId, packed_drep: DREP_BIG });
    expect(client.receive(pdu, NOW).events).toMatchObject([{ type: 'fault', status: 0x1c010003 }]);
  });
});

describe('packed_drep', () => {
  test.each([
    ['EBCDIC', Buffer.of(0x11, 0, 0, 0)],
    ['VAX floats', Buffer.of(0x10, 1, 0, 0)],
    ['Cray floats and EBCDIC, big-endian', Buffer.of(0x01, 2, 0, 0)],
    ['reserved octets', Buffer.of(0x10, 0, 7, 9)],
  ])('%s: is kept through decoding and encoding, and no reason to refuse', (_name, packed_drep) => {
    const server = new RawServer();
    expect(server.bind(undefined, { packed_drep })).toMatchObject({ PTYPE: 'bind_ack' });
    expect(server.request({ packed_drep })).toEqual([]);
    expect(server.calls[0]?.littleEndian).toBe(packed_drep[0]! >> 4 === 1);
    const octets = encodePdu({ PTYPE: 'co_cancel', pfc_flags: 3, call_id: 1, packed_drep });
    expect(encodePdu(decodePdu(octets)).equals(octets)).toBe(true);
  });

  test('a server’s own is little-endian, ASCII, IEEE', () => {
    const server = new RawServer();
    expect(Buffer.from(server.bind(undefined, { packed_drep: DREP_BIG })?.packed_drep ?? [])).toEqual(
      Buffer.from(DREP_LITTLE),
    );
  });
});
