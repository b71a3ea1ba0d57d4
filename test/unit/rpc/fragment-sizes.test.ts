import { describe, expect, test } from 'vitest';
import { encodePdu, FAULT, PFC } from '../../../src/codec/rpce/index.js';
import { element } from '../../support/associations.js';
import { RawServer, requestPdu } from '../../support/raw-server.js';

describe('fragment sizes: one value answers both, as Windows answers', () => {
  const FIGURES: [number, number, number][] = [
    [0xffff, 0xffff, 5840],
    [0, 0xffff, 2048],
    [0xffff, 0, 2048],
    [0, 0, 2048],
    [3199, 0, 2048],
    [0, 3199, 2048],
    [3199, 0xffff, 3192],
    [0xffff, 3199, 3192],
    [2047, 2047, 2048],
    [2055, 2055, 2048],
    [2056, 2056, 2056],
    [5840, 5840, 5840],
    [5841, 5841, 5840],
    [4280, 4280, 4280],
  ];
  test.each(FIGURES)('max_xmit_frag %i and max_recv_frag %i give %i', (max_xmit_frag, max_recv_frag, both) => {
    const server = new RawServer();
    expect(server.bind(undefined, { max_xmit_frag, max_recv_frag })).toMatchObject({
      max_xmit_frag: both,
      max_recv_frag: both,
    });
  });

  test('a named pipe has 4280', () => {
    const server = new RawServer({ profile: { transportMaxFragment: 4280 } });
    const both = { max_xmit_frag: 4280, max_recv_frag: 4280 };
    expect(server.bind(undefined, { max_xmit_frag: 0xffff, max_recv_frag: 0xffff })).toMatchObject(both);
  });

  test('an alter_context changes neither the sizes nor the association', () => {
    const server = new RawServer();
    server.bind(undefined, { max_xmit_frag: 3199, max_recv_frag: 0xffff });
    const { groupId } = server.association;
    expect(
      server.alter([element(1)], {
        max_xmit_frag: 0xffff,
        max_recv_frag: 0xffff,
        assoc_group_id: 0xffff_ffff - groupId,
      }),
    ).toMatchObject({ PTYPE: 'alter_context_resp', max_xmit_frag: 3192, max_recv_frag: 3192, assoc_group_id: groupId });
  });

  test('answers keep to what was agreed on', () => {
    const server = new RawServer();
    server.bind(undefined, { max_xmit_frag: 0xffff, max_recv_frag: 2048 });
    server.request();
    const sent = server.association.respond(server.calls[0]!, Buffer.alloc(10_000, 1));
    expect(Math.max(...sent.map((pdu) => pdu.length))).toBeLessThanOrEqual(2048);
    expect(sent.length).toBe(5);
  });

  test('an answer that fills its last fragment ends with it, and has no empty one behind it', () => {
    const server = new RawServer();
    server.bind(undefined, { max_xmit_frag: 2048, max_recv_frag: 2048 });
    server.request();
    // C706 12.6.4.10: 24 octets of header; 2024 is a multiple of 8.
    const sent = server.association.respond(server.calls[0]!, Buffer.alloc(2 * 2024, 1));
    expect(sent.map((pdu) => [pdu.length, pdu[3]])).toEqual([
      [2048, PFC.FIRST_FRAG],
      [2048, PFC.LAST_FRAG],
    ]);
  });

  test('a request fragment may be as long as the transport takes, 5840, whatever was agreed on', () => {
    const server = new RawServer();
    server.bind(undefined, { max_xmit_frag: 0, max_recv_frag: 0 });
    expect(server.request({ stub: Buffer.alloc(5840 - 24) })).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  test('one octet more is a protocol error, seen in the header, and the connection ends', () => {
    const server = new RawServer();
    server.bind();
    const octets = encodePdu(requestPdu({ stub: Buffer.alloc(5840 - 23) }));
    expect(server.octets(octets.subarray(0, 16))).toMatchObject([
      { PTYPE: 'fault', status: FAULT.PROTO_ERROR, p_cont_id: 0, pfc_flags: 0x03 },
    ]);
    expect(server.closed).toMatch(/5841/);
  });

  test('a bind may be longer than a fragment, for the tokens of Kerberos', () => {
    const server = new RawServer();
    expect(server.bind(undefined, { trailing: Buffer.alloc(20_000) })).toMatchObject({ PTYPE: 'bind_ack' });
  });

  test('an auth3 may not', () => {
    const server = new RawServer();
    server.bind();
    const auth = { auth_type: 10, auth_level: 2, auth_context_id: 0, auth_value: Buffer.alloc(6000) };
    expect(server.auth3(auth)).toMatchObject([{ status: FAULT.PROTO_ERROR, pfc_flags: 0x23 }]);
  });
});
