import { describe, expect, test } from 'vitest';
import { oidOctets, oidText } from '../../../../src/codec/asn1/der.js';
import { unframeGss } from '../../../../src/codec/asn1/gss.js';
import { toHex } from '../../../../src/codec/bytes.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  decodeNegToken,
  encodeMechTypeList,
  encodeNegToken,
  HINT_NAME,
  NEG_STATE,
  type NegToken,
  OID,
  oidName,
} from '../../../../src/codec/spnego/index.js';
import { fromHex } from '../../../support/hex.js';

/** [MS-SPNG] 4: NegTokenInit2 with two mechanisms and a hint; its mechToken is cut to 9 octets here. */
const init2 = fromHex(`
  6064                              # InitialContextToken
    06062b0601050502                # SPNEGO
    a05a 3058                       # NegTokenInit
      a01a 3018                     # mechTypes
        060a2b06010401823702021e    # NEGOEX
        060a2b06010401823702020a    # NTLM
      a20e 040c 4e45474f455854530100 0000 # mechToken
      a32a 3028 a026 1b24           # negHints.hintName
        6e6f745f646566696e65645f696e5f52464334313738
        40706c656173655f69676e6f7265`);

/** A Windows server that wants NTLM and a MIC. */
const requestMic = fromHex('a115 3013 a003 0a0103 a10c 060a2b06010401823702020a');

/** The end of a handshake with NTLM, of a Windows server. */
const completed = fromHex('a11b 3019 a003 0a0100 a312 0410 010000001aee531565e1303100000000');

const both = (octets: Buffer): NegToken => {
  const token = decodeNegToken(octets);
  expect(toHex(encodeNegToken(token))).toBe(toHex(octets));
  return token;
};

describe('RFC 4178 4.2 and [MS-SPNG] 2.2.1', () => {
  test('NegTokenInit2: mechanisms, token and hint', () => {
    expect(both(init2)).toMatchObject({
      kind: 'NegTokenInit',
      framed: true,
      mechTypes: [OID.NEGOEX, OID.NTLM],
      negHints: { hintName: HINT_NAME },
    });
  });

  test('NegTokenResp: state, mechanism, MIC', () => {
    expect(both(requestMic)).toEqual({
      kind: 'NegTokenResp',
      negState: NEG_STATE.REQUEST_MIC,
      supportedMech: OID.NTLM,
    });
    expect(both(completed)).toMatchObject({ negState: NEG_STATE.ACCEPT_COMPLETED, mechListMIC: { length: 16 } });
  });

  test('[3] is the MIC in RFC 4178, and the hints in NegTokenInit2, whose MIC is [4]', () => {
    const mechListMIC = Buffer.of(1, 2);
    const plain = encodeNegToken({ kind: 'NegTokenInit', framed: false, mechListMIC });
    expect(toHex(plain)).toBe('a0083006a30404020102');
    const hinted = encodeNegToken({ kind: 'NegTokenInit', framed: false, negHints: {}, mechListMIC });
    expect(toHex(hinted)).toBe('a00c300aa3023000a40404020102');
    for (const octets of [plain, hinted]) expect(both(octets)).toMatchObject({ mechListMIC });
  });

  test('every field of a NegTokenInit is kept', () => {
    const token: NegToken = {
      kind: 'NegTokenInit',
      framed: true,
      mechTypes: [OID.MS_KERBEROS, OID.KERBEROS, OID.NTLM],
      reqFlags: Buffer.of(1, 6),
      mechToken: Buffer.alloc(300, 7),
      negHints: { hintName: 'h', hintAddress: Buffer.of(9) },
      mechListMIC: Buffer.of(5),
    };
    expect(both(encodeNegToken(token))).toMatchObject(token);
  });

  test('lengths in more octets than needed, unknown elements and octets behind the token are kept', () => {
    for (const octets of [
      fromHex('a18200153013a0030a0103a10c060a2b06010401823702020a'), // long form
      fromHex('a119 3017 a003 0a0103 a10c 060a2b06010401823702020a a902 0500'), // unknown [9]
      fromHex('a115 3013 a003 0a0103 a10c 060a2b06010401823702020a 0000'), // two octets behind
    ]) {
      expect(both(octets)).toMatchObject({ kind: 'NegTokenResp', negState: 3, supportedMech: OID.NTLM, octets });
    }
  });

  test('octets that are given are sent as they are', () => {
    expect(toHex(encodeNegToken({ kind: 'NegTokenResp', negState: 0, octets: fromHex('ffff') }))).toBe('ffff');
  });

  test('the list that a mechListMIC covers is the one that was sent', () => {
    const token = both(init2);
    const list = token.kind === 'NegTokenInit' ? token.mechTypeList : undefined;
    expect(toHex(list as Uint8Array)).toBe(toHex(encodeMechTypeList([OID.NEGOEX, OID.NTLM])));
  });

  test.each([
    ['6005', 'announces 5 octets, 0 are left'],
    ['a1', 'ends before its tag and length'],
    ['a180', 'an indefinite length'],
    ['a184ffffff', 'a length of 4 octets, cut short'],
    ['a188ffffffffffffffff', 'announces'],
    ['1f8101', 'neither a NegTokenInit nor a NegTokenResp'],
    ['a1021f00', 'a tag of more than one octet'],
    ['a1030a0100', 'tag 0xa instead of 0x30'],
    ['a10c 300a a003 0a0100 a003 0a0100', 'two elements with tag 0xa0'],
    ['a108 3006 a004 0a020000', 'an ENUMERATED of 2 octets'],
    ['a106 3004 a102 0600', 'an OBJECT IDENTIFIER, cut short'],
    ['a107 3005 a103 060186', 'an OBJECT IDENTIFIER, cut short'],
    ['6008 06062a864886f712', 'an OBJECT IDENTIFIER'],
    ['600b 06092a864886f712010202', 'is 1.2.840.113554.1.2.2, not SPNEGO'],
    ['', 'neither a NegTokenInit nor a NegTokenResp'],
  ])('%s is refused: %s', (hex, text) => {
    expect(() => decodeNegToken(fromHex(hex))).toThrow(CodecError);
    if (text !== 'an OBJECT IDENTIFIER') expect(() => decodeNegToken(fromHex(hex))).toThrow(text);
  });

  test.each(Object.entries({ init2, requestMic, completed }))(
    '%s is a value or a CodecError at every length',
    (_, octets) => {
      for (let length = 0; length < octets.length; length++) {
        expect(() => decodeNegToken(octets.subarray(0, length))).toThrow(CodecError);
      }
    },
  );
});

describe('X.690 8.19 OBJECT IDENTIFIER', () => {
  test.each(Object.entries(OID))('%s', (name, oid) => {
    expect(oidText(oidOctets(oid), 'oid')).toBe(oid);
    expect(oidName(oid)).toBe(name);
  });

  test('arcs of any size, and the three roots', () => {
    for (const oid of ['0.39', '1.0', '2.999.3', `2.25.${2n ** 128n - 1n}`])
      expect(oidText(oidOctets(oid), 'oid')).toBe(oid);
    expect(oidName('1.2.3')).toBe('1.2.3');
  });

  test('invalid text is refused', () => {
    for (const text of ['', '1', '3.1', '1.2.x', '1..2'])
      expect(() => oidOctets(text)).toThrow('not an OBJECT IDENTIFIER');
  });
});

test('RFC 2743 3.1: the frame names the mechanism', () => {
  const { oid, token } = unframeGss(init2);
  expect([oid, token.length]).toEqual([OID.SPNEGO, 0x5c]);
});
