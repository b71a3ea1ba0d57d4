import { describe, expect, test } from 'vitest';
import { decodeOctets } from '../../../../src/cli/decode/hex.js';
import { UsageError } from '../../../../src/cli/io.js';
import { KRB_ERROR as KRB_ERROR_MESSAGE } from '../../../../src/codec/kerberos/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../../../src/codec/rpce/index.js';
import { NOW } from '../../../support/associations.js';
import { initiate } from '../../../support/raw-server.js';

const { WINNT, GSS_NEGOTIATE } = RPC_C_AUTHN;

const firstToken = (type: number): string =>
  Buffer.from(initiate(type, RPC_C_AUTHN_LEVEL.CONNECT).step(undefined, NOW).token as Uint8Array).toString('hex');

/** What a KDC answers to what it does not understand. */
const KRB_ERROR = Buffer.from(
  KRB_ERROR_MESSAGE.write({
    pvno: 5,
    msg_type: 30,
    stime: Date.parse('2023-03-14T09:00:00Z'),
    susec: 1,
    error_code: 37,
    realm: 'LAB.EXAMPLE',
    sname: { name_type: 2, name_string: ['HOST', 'server'] },
  }),
).toString('hex');

describe('octets in hexadecimal are', () => {
  test('a PDU', () => {
    const pdu = '0500 0d03 1000 0000 1500 0000 01000000 04 00 01 05 00';
    expect(decodeOctets(pdu)).toMatchObject([
      'decoded-pdu',
      { PTYPE: 'bind_nak', call_id: 1, provider_reject_reason: 4 },
    ]);
  });

  test('a token of NTLM', () => {
    expect(decodeOctets(firstToken(WINNT))[1]).toMatchObject({ mechanism: 'NTLM', message: 'NEGOTIATE_MESSAGE' });
  });

  test('a token of SPNEGO, with what is in it', () => {
    expect(decodeOctets(firstToken(GSS_NEGOTIATE))[1]).toMatchObject({
      mechanism: 'SPNEGO',
      message: 'NegTokenInit',
      mechTypes: ['1.3.6.1.4.1.311.2.2.10'],
      token: { message: 'NEGOTIATE_MESSAGE' },
    });
  });

  test('a token of Kerberos', () => {
    expect(decodeOctets(KRB_ERROR)[1]).toMatchObject({
      mechanism: 'Kerberos',
      message: 'KRB-ERROR',
      sname: 'HOST/server',
      error_code: expect.stringContaining('SKEW'),
    });
  });

  test.each([
    ['nothing that is known', 'ffff', /^--hex: neither a PDU nor a token of NTLM, SPNEGO or Kerberos$/],
    ['half an octet', '050', /even number/],
    ['a PDU that is cut', '0500', /^no PDU: .*needs 16 octets, has 2$/],
    ['a token that is cut', '4e544c4d5353500001000000', /^--hex: /],
  ])('or bad usage: %s', (_, text, says) => {
    expect(() => decodeOctets(text)).toThrow(UsageError);
    expect(() => decodeOctets(text)).toThrow(says);
  });
});
