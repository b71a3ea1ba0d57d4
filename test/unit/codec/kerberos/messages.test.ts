import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  AP_REP,
  AP_REQ,
  AS_REQ,
  decodeGssChecksum,
  decodeMessage,
  encodeGssChecksum,
  frameKerberos,
  GSS_C,
  KRB_ERROR,
  TGS_REQ,
  unframeKerberos,
} from '../../../../src/codec/kerberos/index.js';
import { fromHex } from '../../../support/hex.js';
import { kerberosPair, labKdc } from '../../../support/kerberos.js';
import { NOW } from '../../../support/security.js';

const [apReq, apRep] = kerberosPair().tokens as [Buffer, Buffer, Buffer];
const unknownClient = AS_REQ.write({
  pvno: 5,
  msg_type: 10,
  req_body: {
    ...{ kdc_options: 0x50810010, realm: 'LAB.EXAMPLE', till: NOW, nonce: 0xfffffff0, etype: [18, -128] },
    cname: { name_type: 1, name_string: ['nobody'] },
    sname: { name_type: 2, name_string: ['krbtgt', 'LAB.EXAMPLE'] },
  },
});
const krbError = labKdc().answer(unknownClient, NOW).reply as Uint8Array;

const MESSAGES = [
  ['AP-REQ', AP_REQ, apReq],
  ['AP-REP', AP_REP, apRep],
  ['AS-REQ', AS_REQ, unknownClient],
  ['KRB-ERROR', KRB_ERROR, krbError],
] as const;

describe.each(MESSAGES)('%s', (name, type, octets) => {
  test('is written from its members as it was read', () => {
    const message = decodeMessage(type as typeof AP_REQ, octets);
    expect(toHex((type as typeof AP_REQ).write({ ...message, octets: undefined }))).toBe(toHex(octets));
  });

  test('is sent again as it came, whatever form it came in', () => {
    const long = Buffer.concat([
      octets.subarray(0, 1),
      fromHex('8400000000'),
      octets.subarray(octets[1] === 0x82 ? 4 : octets[1] === 0x81 ? 3 : 2),
    ]);
    long.writeUInt32BE(long.length - 6, 2);
    const message = decodeMessage(type as typeof AP_REQ, long);
    expect(toHex((type as typeof AP_REQ).write(message))).toBe(toHex(long));
  });

  test('every truncation and every flipped bit gives a value or a CodecError that says where', () => {
    for (let i = 0; i < octets.length; i++) {
      expect(() => decodeMessage(type as typeof AP_REQ, octets.subarray(0, i))).toThrow(CodecError);
      const flipped = Uint8Array.from(octets);
      flipped[i] = (flipped[i] as number) ^ (1 << (i & 7));
      try {
        decodeMessage(type as typeof AP_REQ, flipped);
      } catch (error) {
        expect(error).toMatchObject({ name: 'CodecError', path: expect.stringContaining(name) });
        expect((error as CodecError).offset).toBeLessThanOrEqual(octets.length);
      }
    }
  });

  test('zeros may follow it, other octets may not', () => {
    expect(() => decodeMessage(type as typeof AP_REQ, Buffer.concat([octets, Buffer.alloc(3)]))).not.toThrow();
    expect(() => decodeMessage(type as typeof AP_REQ, Buffer.concat([octets, Buffer.of(1)]))).toThrow(
      'behind the message',
    );
  });
});

test('a member that is missing, repeated or of another type is named', () => {
  const refused = (hex: string): string => {
    try {
      decodeMessage(AP_REP, fromHex(hex));
    } catch (error) {
      return (error as CodecError).path;
    }
    return 'nothing';
  };
  expect(refused('6f073005a003020105')).toBe('AP-REP.msg_type');
  expect(refused('6f0c300aa003020105a003020105')).toBe('AP-REP.pvno');
  expect(refused('6f073005a003040105')).toBe('AP-REP.pvno');
  expect(refused('6c00')).toBe('AP-REP');
});

test('numbers of 32 bits without sign are read as such, however they were written', () => {
  const body = decodeMessage(AS_REQ, unknownClient).req_body;
  expect(body.nonce).toBe(0xfffffff0);
  expect(body.etype).toEqual([18, -128]);
  const negative = Buffer.from(
    toHex(unknownClient).replace('a7070205 00fffffff0'.replace(' ', ''), 'a7060204fffffff0'),
    'hex',
  );
  expect(negative.length).toBe(unknownClient.length - 1);
});

test('a TGS-REQ has the number of a TGS-REQ', () => {
  const { octets: _, ...request } = decodeMessage(AS_REQ, unknownClient);
  expect(TGS_REQ.write(request)[0]).toBe(0x6c);
});

describe('the checksum 0x8003 of RFC 4121 4.1.1', () => {
  test.each([
    ['without delegation', { Bnd: Buffer.alloc(16), Flags: 0x103e }],
    ['with a forwarded ticket', { Bnd: Buffer.alloc(16, 3), Flags: GSS_C.DELEG, Deleg: fromHex('7600') }],
    ['with extensions', { Bnd: Buffer.alloc(16), Flags: 2, Exts: fromHex('00000000') }],
  ])('%s', (_, value) => {
    const decoded = decodeGssChecksum(encodeGssChecksum(value));
    expect(toHex(encodeGssChecksum(decoded))).toBe(toHex(encodeGssChecksum(value)));
    expect(decoded.Flags).toBe(value.Flags);
  });

  test.each(['', '10000000', `11000000${'00'.repeat(20)}`, `10000000${'00'.repeat(16)}010000000100ff00`])(
    '%s is refused',
    (hex) => {
      expect(() => decodeGssChecksum(fromHex(hex))).toThrow(CodecError);
    },
  );
});

test('a token in its GSS-API frame and a bare one', () => {
  const framed = frameKerberos(0x0100, apReq);
  expect(unframeKerberos(framed)).toMatchObject({ framed: true, tokId: 0x0100 });
  expect(toHex(unframeKerberos(framed).message)).toBe(toHex(apReq));
  expect(unframeKerberos(apReq)).toMatchObject({ framed: false, tokId: undefined });
});
