import { describe, expect, test } from 'vitest';
import { CodecError } from '../../../../src/codec/error.js';
import { decodePdu, encodePdu, type Pdu, PFC } from '../../../../src/codec/rpce/index.js';
import { fromHex } from '../../../support/hex.js';

const NDR20 = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', version: 2 };
const IOBJECTEXPORTER = { uuid: '99fcfec4-5260-101b-bbcb-00aa0021347a', version: 0 };

/** One row per PDU type: bytes as they stand on the wire, and the value that they are. */
const VECTORS: { name: string; hex: string; value: Pdu }[] = [
  {
    name: 'bind with one presentation context',
    hex: `05 00 0b 03 10000000 4800 0000 02000000  # header
          d016 d016 00000000                       # max_xmit_frag, max_recv_frag, assoc_group_id
          01 00 0000                               # p_context_elem: 1
          0000 01 00                               # p_cont_id 0, 1 transfer syntax
          c4fefc9960521b10bbcb00aa0021347a 00000000
          045d888aeb1cc9119fe808002b104860 02000000`,
    value: {
      PTYPE: 'bind',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 2,
      max_xmit_frag: 5840,
      max_recv_frag: 5840,
      assoc_group_id: 0,
      p_context_elem: [{ p_cont_id: 0, abstract_syntax: IOBJECTEXPORTER, transfer_syntaxes: [NDR20] }],
    },
  },
  {
    name: 'bind_ack with a secondary address that needs one octet of padding',
    hex: `05 00 0c 03 10000000 3c00 0000 02000000
          d016 d016 5bd09c02                       # assoc_group_id
          0400 31333500                            # sec_addr "135"
          0000                                     # alignment to four
          01 00 0000
          0000 0000 045d888aeb1cc9119fe808002b104860 02000000`,
    value: {
      PTYPE: 'bind_ack',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 2,
      max_xmit_frag: 5840,
      max_recv_frag: 5840,
      assoc_group_id: 0x029cd05b,
      sec_addr: fromHex('31333500'),
      results: [{ result: 0, reason: 0, transfer_syntax: NDR20 }],
    },
  },
  {
    name: 'alter_context_resp that ends a handshake: a sec_trailer without a token',
    hex: `05 00 0f 03 10000000 4000 0000 02000000
          d016 d016 25810000                       # assoc_group_id
          0000 0000                                # no sec_addr, alignment to four
          01 00 0000
          0000 0000 045d888aeb1cc9119fe808002b104860 02000000
          10 06 00 00 00000000                     # Kerberos, PKT_PRIVACY; auth_length is 0`,
    value: {
      PTYPE: 'alter_context_resp',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 2,
      max_xmit_frag: 5840,
      max_recv_frag: 5840,
      assoc_group_id: 0x8125,
      sec_addr: fromHex(''),
      results: [{ result: 0, reason: 0, transfer_syntax: NDR20 }],
      auth: { auth_type: 16, auth_level: 6, auth_context_id: 0, auth_pad: fromHex(''), auth_value: fromHex('') },
    },
  },
  {
    name: 'bind without contexts whose list ends with its count, as Samba writes it',
    hex: '05 00 0b 03 10000000 1900 0000 01000000  d016 d016 00000000 00',
    value: {
      PTYPE: 'bind',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 1,
      max_xmit_frag: 5840,
      max_recv_frag: 5840,
      assoc_group_id: 0,
      reserved: 'absent',
      p_context_elem: [],
    },
  },
  {
    name: 'bind_nak with one supported version',
    hex: '05 00 0d 03 10000000 1500 0000 01000000  0400 01 05 00',
    value: {
      PTYPE: 'bind_nak',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 1,
      provider_reject_reason: 4,
      versions: [{ major: 5, minor: 0 }],
    },
  },
  {
    name: 'request with an object UUID and a security trailer after two octets of padding',
    hex: `05 00 00 83 10000000 4400 0c00 03000000
          06000000 0100 0300                       # alloc_hint, p_cont_id, opnum
          00112233445566778899aabbccddeeff         # object
          aabbccddeeff 0000                        # stub and padding
          0a 05 02 00 00000000                     # NTLM, PKT_INTEGRITY, pad 2, context 0
          01000000 0102030405060708`,
    value: {
      PTYPE: 'request',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: PFC.FIRST_FRAG | PFC.LAST_FRAG | PFC.OBJECT_UUID,
      packed_drep: fromHex('10000000'),
      call_id: 3,
      alloc_hint: 6,
      p_cont_id: 1,
      opnum: 3,
      object: '33221100-5544-7766-8899-aabbccddeeff',
      stub: fromHex('aabbccddeeff'),
      auth: {
        auth_type: 10,
        auth_level: 5,
        auth_context_id: 0,
        auth_pad: fromHex('0000'),
        auth_value: fromHex('01000000 0102030405060708'),
      },
    },
  },
  {
    name: 'fault as a Windows server sends it for an authentication that failed',
    hex: '05 00 03 03 10000000 2000 0000 03000000  20000000 0000 00 00 05000000 00000000',
    value: {
      PTYPE: 'fault',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 3,
      alloc_hint: 32,
      p_cont_id: 0,
      cancel_count: 0,
      status: 5,
      stub: fromHex(''),
    },
  },
  {
    name: 'response in big-endian byte order',
    hex: '05 00 02 03 00000000 001c 0000 00000007  00000004 0001 00 00 deadbeef',
    value: {
      PTYPE: 'response',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('00000000'),
      call_id: 7,
      alloc_hint: 4,
      p_cont_id: 1,
      cancel_count: 0,
      stub: fromHex('deadbeef'),
    },
  },
  {
    name: 'auth3 with its four octets of pad',
    hex: '05 00 10 03 10000000 2000 0400 02000000  d016d016  0a 02 00 00 00000000 4e544c4d',
    value: {
      PTYPE: 'auth3',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 2,
      pad: fromHex('d016d016'),
      auth: {
        auth_type: 10,
        auth_level: 2,
        auth_context_id: 0,
        auth_pad: fromHex(''),
        auth_value: fromHex('4e544c4d'),
      },
    },
  },
  {
    name: 'orphaned',
    hex: '05 00 13 03 10000000 1000 0000 09000000',
    value: {
      PTYPE: 'orphaned',
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 9,
    },
  },
  {
    name: 'a PDU type that the protocol does not have, kept as octets',
    hex: '05 00 63 03 10000000 1400 0000 09000000 01020304',
    value: {
      PTYPE: 0x63,
      rpc_vers: 5,
      rpc_vers_minor: 0,
      pfc_flags: 3,
      packed_drep: fromHex('10000000'),
      call_id: 9,
      body: fromHex('01020304'),
    },
  },
];

/** Views compare by what they hold, not by whether they are a Buffer or a Uint8Array. */
const plain = (value: unknown): unknown =>
  value instanceof Uint8Array
    ? [...value]
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
        : value;

describe('PDUs', () => {
  test.each(VECTORS)('$name: the bytes decode to the value', ({ hex, value }) => {
    expect(plain(decodePdu(fromHex(hex)))).toEqual(plain(value));
  });

  test.each(VECTORS)('$name: the value encodes to the bytes', ({ hex, value }) => {
    expect(encodePdu(value).toString('hex')).toBe(fromHex(hex).toString('hex'));
  });

  test.each(VECTORS)('$name: every truncation is a CodecError', ({ hex }) => {
    const bytes = fromHex(hex);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodePdu(bytes.subarray(0, length))).toThrow(CodecError);
  });

  test.each(VECTORS)(
    '$name: every bit flip gives a value that encodes to the same bytes, or a CodecError',
    ({ hex }) => {
      const bytes = fromHex(hex);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        let value: Pdu;
        try {
          value = decodePdu(flipped);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          continue;
        }
        const fragLength = flipped[4]! >> 4 === 1 ? flipped.readUInt16LE(8) : flipped.readUInt16BE(8);
        expect(encodePdu(value).toString('hex')).toBe(flipped.subarray(0, fragLength).toString('hex'));
      }
    },
  );

  test('a length that is given is sent as it is', () => {
    const lie: Pdu = { ...(decodePdu(fromHex(VECTORS.at(-2)!.hex)) as Pdu), frag_length: 4242, auth_length: 17 };
    expect(encodePdu(lie).subarray(8, 12).toString('hex')).toBe('92101100');
  });

  test('a stub is padded to a multiple of 16 octets before the security trailer, with an object UUID and without', () => {
    for (let length = 0; length < 33; length++) {
      const bytes = encodePdu({
        PTYPE: 'response',
        pfc_flags: 3,
        call_id: 1,
        alloc_hint: length,
        p_cont_id: 0,
        cancel_count: 0,
        stub: new Uint8Array(length).fill(0x41),
        auth: { auth_type: 10, auth_level: 6, auth_context_id: 0, auth_value: new Uint8Array(16) },
      });
      const pdu = decodePdu(bytes);
      expect((bytes.length - 24 - 8 - 16) % 16).toBe(0);
      expect(pdu).toMatchObject({ PTYPE: 'response', auth: { auth_pad: Buffer.alloc(-length & 15) } });
    }
    const object = '11111111-2222-3333-4444-555555555555';
    const stub = new Uint8Array(12);
    const auth = { auth_type: 10, auth_level: 6, auth_context_id: 0, auth_value: new Uint8Array(16) };
    const head = { PTYPE: 'request', call_id: 1, alloc_hint: 12, p_cont_id: 0, opnum: 0, stub, auth } as const;
    expect(encodePdu({ ...head, pfc_flags: 3 })).toHaveLength(24 + 16 + 8 + 16);
    expect(encodePdu({ ...head, pfc_flags: 0x83, object })).toHaveLength(40 + 16 + 8 + 16);
  });

  test('a value that does not fit its field is refused as UNENCODABLE', () => {
    const pdu: Pdu = { PTYPE: 'orphaned', pfc_flags: 3, call_id: 0x1_0000_0000 };
    expect(() => encodePdu(pdu)).toThrow(expect.objectContaining({ name: 'CodecError', code: 'UNENCODABLE' }));
  });
});
