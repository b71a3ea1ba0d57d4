import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { ETYPE } from '../../../../src/codec/kerberos/numbers.js';
import type { ProtectedMessage } from '../../../../src/security/index.js';
import { KerberosKey } from '../../../../src/security/kerberos/key.js';
import { KerberosSession } from '../../../../src/security/kerberos/session.js';
import { fromHex } from '../../../support/hex.js';

const AES_KEY = fromHex('fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161');
const RC4_KEY = fromHex('81a2cb90af7fc2d19554a150d8185359');
const STUB = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const TRAILER = fromHex('0906000000000000');

const request = (head: string, signHeader: boolean): ProtectedMessage & { pdu: Buffer } => ({
  pdu: Buffer.concat([fromHex(head), STUB, TRAILER]),
  bodyStart: 24,
  bodyEnd: 56,
  signHeader,
});
const aesRequest = (signHeader = true) => request('05000003100000008c004c00010000002000000000000500', signHeader);
const rc4Request = () => request('05000003100000006d002d00010000002000000000000500', true);

const aes = (side: 'initiator' | 'acceptor', acceptorSubkey = true) =>
  new KerberosSession({
    key: new KerberosKey(ETYPE.AES256_CTS_HMAC_SHA1_96, AES_KEY),
    acceptorSubkey,
    sequence: { initiator: 0x12345678, acceptor: 0x12345678 },
    random: () => Buffer.from(Array.from({ length: 16 }, (_, i) => 0xa0 + i)),
  }).from(side);

const rc4 = (side: 'initiator' | 'acceptor') =>
  new KerberosSession({
    key: new KerberosKey(ETYPE.RC4_HMAC, RC4_KEY),
    acceptorSubkey: true,
    sequence: { initiator: 0x60cbacd3, acceptor: 0 },
    random: () => fromHex('5256f3fb630cf12a'),
  }).from(side);

const sealedBody = ({ pdu }: { pdu: Buffer }): string => toHex(pdu.subarray(24, 56));

describe('tokens of RFC 4121 in DCE style, [MS-KILE] 3.4.5.4.1', () => {
  const SEALED = '1a30a067b896c7f3eae85d134e2355b7fa2396c925fd6a0d84d1c91f1e1effeb';

  test('a request sealed with header signing', () => {
    const message = aesRequest();
    expect(toHex(aes('initiator').seal(message))).toBe(
      '050406ff0010001c0000000012345678455773a65b6a305f3ef0d05808eccb9855df01a3669def0021934fcc3285c0bc19fd151ffc73f442fc8132e7233eabca3941fe7bc97ec704d66b1aac',
    );
    expect(sealedBody(message)).toBe(SEALED);
  });

  test('a response sealed by the acceptor', () => {
    const message = aesRequest();
    expect(toHex(aes('acceptor').seal(message))).toBe(
      '050407ff0010001c000000001234567815534ae5a8ff8e2b946d69ffa3a3e692336334c4095e010b8b78cf1c86043d05037aa5de9be85499de25bd8b7e40a85387475105156ab6259a7b35a8',
    );
    expect(sealedBody(message)).toBe('ac9beee19a9a33b9967b63dcfd469a18b5e759cef818ac516972182cad449e01');
  });

  test.each([
    [
      'filled with zeros, as scapy does',
      true,
      '050406ff0010001c0000000012345678cedd98d990585249e3c23f4ab9405167ae91e8535a520c620a78838f591988bdfaf950a519138d972fef02f3233eabca3941fe7bc97ec704d66b1aac',
      SEALED,
    ],
    [
      'not filled at all, as impacket does',
      false,
      '050406ff0000001c0000000012345678fa2396c925fd6a0d84d1c91f1e1effeb606a7f8ebd7d2154b3eb533d233eabca3941fe7bc97ec704d66b1aac',
      '1a30a067b896c7f3eae85d134e2355b7b75b3b7b0c90ce9cb3a56b2d42e094a8',
    ],
  ])('a message %s is taken', (_, signHeader, token, body) => {
    const message = aesRequest(signHeader);
    message.pdu.set(fromHex(body), 24);
    aes('initiator').unseal(message, fromHex(token));
    expect(sealedBody(message)).toBe(toHex(STUB));
  });

  test.each([
    [true, '040404ffffffffff0000000012345678f37f5885dd7eaa239ae6c7ee'],
    [false, '040404ffffffffff000000001234567878b19fff7f26ad816a45c0c8'],
  ])('a signature, header signing %s', (signHeader, expected) => {
    expect(toHex(aes('initiator').sign(aesRequest(signHeader)))).toBe(expected);
  });

  test('an EC that does not fit the length of its token is told apart from a changed body', () => {
    const message = aesRequest();
    const token = Buffer.from(aes('initiator').seal(message));
    token.writeUInt16BE(17, 4);
    const says = 'EC 17 and RRC 28 do not fit a token of 76 octets';
    expect(() => aes('initiator').unseal(message, token)).toThrow(says);
  });
});

describe('tokens of RFC 4757 in DCE style', () => {
  test('[MS-KILE] 4.5: but for the length in its frame, the published token', () => {
    const pdu = fromHex('112233445566778899aabbccddeeff01');
    const token = rc4('initiator').seal({ pdu, bodyStart: 0, bodyEnd: pdu.length, signHeader: false });
    expect(toHex(pdu)).toBe('8ed63f0ac83815335b72e293bae1f660');
    // Out of DCE style the length, which nothing covers, counts the sealed data in: 3b instead of 2b.
    expect(toHex(token).replace(/^602b/, '603b')).toBe(
      '603b06092a864886f712010202020111001000ffffe29e8bbc6348e740ebaa619244a156a13b5cf65e3c21b9aa',
    );
  });

  test('a sealed request: 45 octets', () => {
    const message = rc4Request();
    expect(toHex(rc4('initiator').seal(message))).toBe(
      '602b06092a864886f712010202020111001000ffffc059b7a5aaedf88b4206a1a3e1a23cd53b5cf65e3c21b9aa',
    );
    expect(sealedBody(message)).toBe('9ff50e4d995b64bccad153546b02076ee83af966c327d8583808769096b447cd');
  });

  test('a signed request: 37 octets', () => {
    expect(toHex(rc4('initiator').sign(rc4Request()))).toBe(
      '602306092a864886f71201020201011100ffffffff3dd8d2afd3f7318f2f34f9094a5de610',
    );
  });
});

const TYPES = [
  ['aes128-cts-hmac-sha1-96', ETYPE.AES128_CTS_HMAC_SHA1_96, 16],
  ['aes256-cts-hmac-sha1-96', ETYPE.AES256_CTS_HMAC_SHA1_96, 32],
  ['aes128-cts-hmac-sha256-128', ETYPE.AES128_CTS_HMAC_SHA256_128, 16],
  ['aes256-cts-hmac-sha384-192', ETYPE.AES256_CTS_HMAC_SHA384_192, 32],
  ['rc4-hmac', ETYPE.RC4_HMAC, 16],
] as const;

describe.each(TYPES)('%s', (_, etype, length) => {
  const session = () =>
    new KerberosSession({
      key: new KerberosKey(etype, Buffer.alloc(length, 5)),
      acceptorSubkey: true,
      sequence: { initiator: 0xfffffffe, acceptor: 7 },
      random: (count) => Buffer.alloc(count, 9),
    });

  test.each([true, false])(
    'every single octet that is changed in a sealed PDU or its token is noticed, header signing %s',
    (signHeader) => {
      const message = aesRequest(signHeader);
      const token = session().from('initiator').seal(message);
      const [from, to] = signHeader ? [0, message.pdu.length] : [message.bodyStart, message.bodyEnd];
      const receiver = session().from('initiator');
      let noticed = 0;
      for (let i = from; i < to + token.length; i++) {
        for (const flip of [1, 0x80, 0xff]) {
          const pdu = Buffer.from(message.pdu);
          const sent = Buffer.from(token);
          if (i < to) pdu[i] = (pdu[i] as number) ^ flip;
          else sent[i - to] = (sent[i - to] as number) ^ flip;
          const before = Buffer.from(pdu);
          expect(() => receiver.unseal({ ...message, pdu }, sent), `octet ${i}`).toThrow(/^Kerberos|^a Kerberos/);
          expect(pdu.equals(before), `octet ${i}: the refused PDU was left as it was`).toBe(true);
          noticed++;
        }
      }
      expect(noticed).toBe(3 * (to - from + token.length));
      receiver.unseal(message, token);
      expect(toHex(message.pdu.subarray(24, 56))).toBe(toHex(STUB));
    },
  );

  test('every single octet that is changed in a signed PDU or its token is noticed', () => {
    const message = aesRequest();
    const token = session().from('acceptor').sign(message);
    const receiver = session().from('acceptor');
    for (let i = 0; i < message.pdu.length + token.length; i++) {
      const pdu = Buffer.from(message.pdu);
      const sent = Buffer.from(token);
      if (i < pdu.length) pdu[i] = (pdu[i] as number) ^ 0x10;
      else sent[i - pdu.length] = (sent[i - pdu.length] as number) ^ 0x10;
      expect(() => receiver.verify({ ...message, pdu }, sent), `octet ${i}`).toThrow(/^Kerberos|^a Kerberos/);
    }
    receiver.verify(message, token);
  });

  test('a replayed message and a lost one are told apart from a changed one', () => {
    const sender = session().from('initiator');
    const receiver = session().from('initiator');
    const [first, second, third] = [sender.sign(aesRequest()), sender.sign(aesRequest()), sender.sign(aesRequest())];
    receiver.verify(aesRequest(), first);
    expect(() => receiver.verify(aesRequest(), first)).toThrow('replayed');
    expect(() => receiver.verify(aesRequest(), third)).toThrow(/lost|replayed/);
    receiver.verify(aesRequest(), second);
    receiver.verify(aesRequest(), third);
  });

  test('what one side sent is not taken as if the other had', () => {
    const token = session().from('initiator').sign(aesRequest());
    const other = new KerberosSession({
      key: new KerberosKey(etype, Buffer.alloc(length, 5)),
      acceptorSubkey: true,
      sequence: { initiator: 7, acceptor: 0xfffffffe },
      random: () => Buffer.alloc(16),
    });
    expect(() => other.from('acceptor').verify(aesRequest(), token)).toThrow('changed');
  });

  test('the lengths that are known in advance are those of the tokens', () => {
    const { signatureLength } = session();
    expect(session().from('initiator').sign(aesRequest())).toHaveLength(signatureLength.sign);
    expect(session().from('initiator').seal(aesRequest())).toHaveLength(signatureLength.seal);
  });
});
