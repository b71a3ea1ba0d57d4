import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import { CodecError } from '../../../../src/codec/error.js';
import {
  AD,
  AuthorizationData,
  decodeClientInfo,
  decodeMessage,
  decodePac,
  decodeSid,
  decodeSignature,
  decodeUpnDnsInfo,
  encodeClientInfo,
  encodePac,
  encodeSid,
  encodeSignature,
  encodeUpnDnsInfo,
  LOGON_INFO,
  PAC_TYPE,
} from '../../../../src/codec/kerberos/index.js';
import { AD_IF_RELEVANT_LZHU } from '../../../vectors/pac.js';

const [element] = decodeMessage(AuthorizationData, AD_IF_RELEVANT_LZHU);
const PAC = element?.ad_data ?? new Uint8Array(0);
const buffer = (type: number): Uint8Array => decodePac(PAC).find((one) => one.type === type)?.data ?? new Uint8Array(0);

describe('the PAC of [MS-PAC] 3', () => {
  test('has four buffers, and is encoded again as it was', () => {
    expect(element?.ad_type).toBe(AD.WIN2K_PAC);
    const buffers = decodePac(PAC);
    expect(buffers.map(({ type }) => type)).toEqual([
      PAC_TYPE.LOGON_INFO,
      PAC_TYPE.CLIENT_INFO,
      PAC_TYPE.SERVER_CHECKSUM,
      PAC_TYPE.KDC_CHECKSUM,
    ]);
    expect(toHex(encodePac(buffers))).toBe(toHex(PAC));
  });

  test('3.1: its logon information names the user, the groups and the domain, and is encoded again as it was', () => {
    const octets = buffer(PAC_TYPE.LOGON_INFO);
    const { value, layout } = LOGON_INFO.decode(octets);
    expect(value).toMatchObject({
      EffectiveName: { Buffer: 'lzhu' },
      FullName: { Buffer: 'Liqiang(Larry) Zhu' },
      LogonScript: { Buffer: 'ntds2.bat' },
      UserId: 2914711,
      PrimaryGroupId: 513,
      LogonDomainName: { Buffer: 'NTDEV' },
      LogonDomainId: 'S-1-5-21-397955417-626881126-188441444',
    });
    expect(value?.GroupIds).toHaveLength(26);
    expect(value?.GroupIds?.[0]).toEqual({ RelativeId: 3392609, Attributes: 7 });
    expect(value?.ExtraSids?.map(({ Sid }) => Sid)).toContain('S-1-5-21-773533881-1816936887-355810188-513');
    expect(toHex(LOGON_INFO.encode(value, { layout }))).toBe(toHex(octets));
  });

  test('3.2 and 3.3: its client information and signatures', () => {
    const client = decodeClientInfo(buffer(PAC_TYPE.CLIENT_INFO));
    expect(client).toEqual({ ClientId: 0x01c66a650ed94900n, Name: 'lzhu' });
    expect(toHex(encodeClientInfo(client))).toBe(toHex(buffer(PAC_TYPE.CLIENT_INFO)));
    const signature = decodeSignature(buffer(PAC_TYPE.SERVER_CHECKSUM));
    expect(signature.SignatureType).toBe(-138);
    expect(toHex(signature.Signature)).toBe('41edce9a34815d3aef7bc98874805d25');
    expect(toHex(encodeSignature(signature))).toBe(toHex(buffer(PAC_TYPE.SERVER_CHECKSUM)));
  });

  test('every truncation and every flipped bit gives a value or a CodecError', () => {
    const read = (octets: Uint8Array): void => {
      for (const { type, data } of decodePac(octets)) {
        if (type === PAC_TYPE.LOGON_INFO) LOGON_INFO.decode(data);
        else if (type === PAC_TYPE.CLIENT_INFO) decodeClientInfo(data);
        else decodeSignature(data);
      }
    };
    const attempt = (octets: Uint8Array): void => {
      try {
        read(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    };
    for (let i = 0; i < PAC.length; i++) {
      attempt(PAC.subarray(0, i));
      const flipped = Uint8Array.from(PAC);
      flipped[i] = (flipped[i] as number) ^ (1 << (i & 7));
      attempt(flipped);
    }
  });
});

test.each(['S-1-5-7', 'S-1-5-21-1-2-3-1104', 'S-1-18-1'])('a SID as octets and as text: %s', (sid) => {
  expect(decodeSid(encodeSid(sid))).toBe(sid);
});

test('UPN_DNS_INFO with account name and SID', () => {
  const value = {
    Upn: 'op@lab.example',
    DnsDomainName: 'LAB.EXAMPLE',
    Flags: 3,
    SamName: 'op',
    Sid: 'S-1-5-21-1-2-3-4',
  };
  expect(decodeUpnDnsInfo(encodeUpnDnsInfo(value))).toEqual(value);
});
