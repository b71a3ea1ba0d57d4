import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  DATAELEMENT,
  DUALSTRINGARRAY,
  type InterfacePointer,
  MInterfacePointer,
  OBJREF,
  packed,
  SORF_NOPING,
} from '../../../../src/codec/dcom/index.js';
import { CodecError } from '../../../../src/codec/error.js';
import { unique } from '../../../../src/codec/ndr/index.js';
import { fromHex } from '../../../support/hex.js';

const iid = '00000131-0000-0000-c000-000000000046';
const std = { flags: SORF_NOPING, cPublicRefs: 5, oxid: 0x0102030405060708n, oid: 9n, ipid: iid };
const saResAddr = {
  stringBindings: [{ wTowerId: 7, aNetworkAddr: 'a' }],
  securityBindings: [{ wAuthnSvc: 10, aPrincName: '' }],
};

const forms: Record<string, OBJREF> = {
  OBJREF_STANDARD: { flags: 1, iid, std, saResAddr },
  OBJREF_HANDLER: { flags: 2, iid, std, clsid: iid, saResAddr },
  'OBJREF_CUSTOM with opaque data': { flags: 4, iid, clsid: iid, pObjectData: Uint8Array.of(1, 2, 3) },
  'OBJREF_CUSTOM with a context': {
    flags: 4,
    iid,
    clsid: '0000033b-0000-0000-c000-000000000046',
    context: {
      ContextId: iid,
      Flags: 2,
      MshlFlags: 0,
      PropMarshalHeader: [{ clsid: iid, policyId: iid, flags: 2, ctxProperty: Uint8Array.of(7) }],
    },
  },
  OBJREF_EXTENDED: { flags: 8, iid, std, saResAddr, ElmArray: [{ dataID: iid, Data: Uint8Array.of(1, 2, 3) }] },
};

describe('OBJREF', () => {
  test.each(Object.entries(forms))('%s is encoded and decoded to the same value', (_, value) => {
    const bytes = packed(OBJREF).encode(value);
    const decoded = packed(OBJREF).decode(bytes);
    expect(decoded.value).toEqual(value);
    expect(decoded.layout).toBeUndefined();
  });

  test('is packed and little-endian', () => {
    const bytes = packed(OBJREF).encode(forms.OBJREF_STANDARD as OBJREF, { little: false });
    expect(toHex(bytes)).toBe(
      toHex(
        fromHex(`
        4d454f57 01000000                                     # signature, flags
        31010000 0000 0000 c000000000000046                   # iid
        00100000 05000000 0807060504030201 0900000000000000   # std
        31010000 0000 0000 c000000000000046                   # std.ipid
        0800 0400                                             # wNumEntries, wSecurityOffset
        0700 6100 0000 0000                                   # string binding, end
        0a00 ffff 0000 0000                                   # security binding, end
      `),
      ),
    );
  });

  test('of unknown flags is refused', () => {
    const bytes = packed(OBJREF).encode(forms.OBJREF_STANDARD as OBJREF);
    bytes[4] = 3;
    expect(() => packed(OBJREF).decode(bytes)).toThrow('OBJREF flags 3');
  });
});

describe('MInterfacePointer', () => {
  test('keeps octets that are no OBJREF', () => {
    const pointer = Uint8Array.of(1, 2, 3);
    const bytes = unique(MInterfacePointer).encode(pointer);
    expect(toHex(bytes)).toBe('00000200' + '03000000' + '03000000' + '010203');
    expect(unique(MInterfacePointer).decode(bytes).value).toEqual(pointer);
  });

  test('in big-endian NDR holds a little-endian OBJREF', () => {
    const bytes = unique(MInterfacePointer).encode(forms.OBJREF_STANDARD as InterfacePointer, { little: false });
    expect(toHex(bytes.subarray(0, 16))).toBe('00020000' + '00000054' + '00000054' + '4d454f57');
  });

  test('keeps a ulCntData that contradicts max_count, and octets after the OBJREF, in the layout', () => {
    const type = unique(MInterfacePointer);
    const bytes = Buffer.concat([type.encode(forms.OBJREF_STANDARD as InterfacePointer), Buffer.from([0xaa])]);
    bytes[4] = 0x55;
    const decoded = type.decode(bytes);
    expect(decoded.layout).toEqual({ words: [[1, 0x54]], tails: [[0, Uint8Array.of(0xaa)]] });
    expect(type.encode(decoded.value, { layout: decoded.layout })).toEqual(bytes);
  });

  test('keeps a context that does not follow [MS-DCOM] 2.2.20 as octets', () => {
    const value = {
      flags: 4 as const,
      iid,
      clsid: '0000033b-0000-0000-c000-000000000046',
      pObjectData: Uint8Array.of(1, 0, 1, 0),
    };
    expect(packed(OBJREF).decode(packed(OBJREF).encode(value)).value).toEqual(value);
  });
});

describe('DUALSTRINGARRAY', () => {
  const decode = (hex: string) => DUALSTRINGARRAY.decode(fromHex(hex)).value;

  test('without bindings is four zeros', () => {
    const bytes = DUALSTRINGARRAY.encode({ stringBindings: [], securityBindings: [] });
    expect(toHex(bytes)).toBe('04000000' + '0400' + '0200' + '0000000000000000');
    expect(decode(toHex(bytes))).toEqual({ stringBindings: [], securityBindings: [] });
  });

  test('keeps Reserved where it is not 0xffff', () => {
    const value = { stringBindings: [], securityBindings: [{ wAuthnSvc: 10, Reserved: 0, aPrincName: 'x' }] };
    expect(DUALSTRINGARRAY.decode(DUALSTRINGARRAY.encode(value)).value).toEqual(value);
  });

  test('that is not made of bindings is kept raw', () => {
    expect(decode('03000000 0300 0100 0000 0000 0a00')).toEqual({ wSecurityOffset: 1, aStringArray: [0, 0, 10] });
  });

  test('can lie about wNumEntries', () => {
    const value = { stringBindings: [], securityBindings: [], wNumEntries: 999 };
    expect(DUALSTRINGARRAY.decode(DUALSTRINGARRAY.encode(value)).value).toEqual(value);
  });

  test('refuses what has no bindings', () => {
    expect(() => DUALSTRINGARRAY.encode({ stringBindings: [{}], securityBindings: [] } as never)).toThrow(CodecError);
    expect(() => DUALSTRINGARRAY.encode(null as never)).toThrow(CodecError);
  });
});

test('a DATAELEMENT that is not rounded up to 8 keeps its sizes', () => {
  const bytes = fromHex('31010000 0000 0000 c000000000000046 02000000 03000000 010203');
  const decoded = packed(DATAELEMENT).decode(bytes);
  expect(decoded.value).toEqual({ dataID: iid, cbSize: 2, Data: Uint8Array.of(1, 2, 3) });
  expect(packed(DATAELEMENT).encode(decoded.value)).toEqual(bytes);
});
