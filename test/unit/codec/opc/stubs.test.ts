import { describe, expect, test } from 'vitest';
import type { NdrType } from '../../../../src/codec/ndr/index.js';
import { VT_BSTR, VT_R4, variant } from '../../../../src/codec/oaut/index.js';
import {
  FILETIME,
  fileTimeFromMilliseconds,
  fileTimeToMilliseconds,
  IConnectionPoint,
  IEnumOPCItemAttributes,
  IEnumString,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCDataCallback,
  IOPCGroupStateMgt,
  IOPCItemMgt,
  IOPCServer,
  IOPCServerList,
  IOPCSyncIO,
  IOPCSyncIO2,
  qualityName,
} from '../../../../src/codec/opc/index.js';
import { fromHex } from '../../../support/hex.js';
import * as stubs from '../../../vectors/opc-stubs.js';

const ORPCthis = {
  version: { MajorVersion: 5, MinorVersion: 7 },
  flags: 0,
  cid: '93db879a-5aeb-4f84-97be-637a19b65b22',
};
const ORPCthat = { flags: 0 };
/** Octets of an ORPCTHIS, and of an ORPCTHAT: what comes after them is the method's own. */
const [THIS, THAT] = [32, 8];

const parametersOf = <T>(type: NdrType<T>, value: T, size: number): string =>
  type.encode(value).subarray(size).toString('hex');
const hex = (text: string): string => fromHex(text).toString('hex');

/** Octets give the value and the value the octets. */
function both(type: NdrType<unknown>, bytes: Buffer): unknown {
  const { value, layout } = type.decode(bytes);
  expect(type.encode(value, { layout }).toString('hex')).toBe(bytes.toString('hex'));
  return value;
}

describe('captured calls survive decoding and encoding octet by octet', () => {
  test('GetStatus, with 12 octets of nothing behind its request', () => {
    expect(both(IOPCServer.methods.GetStatus.request, stubs.getStatusRequest)).toMatchObject({
      ORPCthis: { cid: 'c63422b7-df04-4858-b6f8-a42377778611' },
    });
    expect(both(IOPCServer.methods.GetStatus.response, stubs.getStatusResponse)).toMatchObject({
      ppServerStatus: { dwServerState: 1, dwBandWidth: 0xffffffff, wBuildNumber: 3, szVendorInfo: 'Harness OPC ä' },
      ReturnValue: 0,
    });
  });

  test('AddGroup of utgard: a name without a referent id, null pointers for time bias and deadband', () => {
    expect(both(IOPCServer.methods.AddGroup.request, stubs.addGroupRequest)).toMatchObject({
      szName: 'test',
      bActive: true,
      dwRequestedUpdateRate: 1000,
      pTimeBias: null,
      pPercentDeadband: null,
      riid: IOPCGroupStateMgt.uuid,
    });
  });
});

describe('the rules of the wire', () => {
  test('an enumeration takes 16 bits, and what follows is aligned to 4', () => {
    const { Read } = IOPCSyncIO.methods;
    const stub = parametersOf(Read.request, { ORPCthis, dwSource: 2, phServer: [7, 8] }, THIS);
    expect(stub).toBe(hex('0200 0000 02000000 02000000 07000000 08000000'));
  });

  test('BrowseOPCItemIDs has the type of 16 bits between filter and access rights', () => {
    const { BrowseOPCItemIDs } = IOPCBrowseServerAddressSpace.methods;
    const value = { dwBrowseFilterType: 3, szFilterCriteria: '', vtDataTypeFilter: 5, dwAccessRightsFilter: 1 };
    expect(parametersOf(BrowseOPCItemIDs.request, { ORPCthis, ...value }, THIS)).toBe(
      hex('0300 0000 01000000 00000000 01000000 0000 0500 01000000'),
    );
  });

  test('empty lists of categories are one word each', () => {
    const { EnumClassesOfCategories } = IOPCServerList.methods;
    const stub = parametersOf(EnumClassesOfCategories.request, { ORPCthis, rgcatidImpl: [], rgcatidReq: [] }, THIS);
    expect(stub).toBe(hex('00000000 00000000 00000000 00000000'));
  });

  test('a continuation point is a pointer both ways, the other texts of Browse are none', () => {
    const { Browse } = IOPCBrowse.methods;
    const value = {
      szItemID: 'A',
      pszContinuationPoint: null,
      dwMaxElementsReturned: 5,
      dwBrowseFilter: 1,
      szElementNameFilter: '',
      szVendorFilter: '',
      bReturnAllProperties: false,
      bReturnPropertyValues: true,
      pdwPropertyIDs: [],
    };
    expect(parametersOf(Browse.request, { ORPCthis, ...value }, THIS)).toBe(
      hex(`02000000 00000000 02000000 41000000 00000000 05000000 0100 0000 01000000 00000000 01000000 0000 0000
           01000000 00000000 01000000 0000 0000 00000000 01000000 00000000 00000000`),
    );
  });

  test('OPCITEMSTATE takes 24 octets with the pointer of its VARIANT, whose body follows the array', () => {
    const { Read } = IOPCSyncIO.methods;
    const ppItemValues = [
      { hClient: 9, ftTimeStamp: 0x0102030405060708n, wQuality: 0xc0, vDataValue: variant(1.5, VT_R4) },
    ];
    expect(parametersOf(Read.response, { ORPCthat, ppItemValues, ppErrors: [0], ReturnValue: 0 }, THAT)).toBe(
      hex(`00000200 01000000 09000000 08070605 04030201 c000 0000 55736572
           00000000 03000000 00000000 0400 0000 0000 0000 04000000 0000c03f
           04000200 01000000 00000000 00000000`),
    );
  });

  test('of a call that failed all arrays are null pointers, and the result follows', () => {
    const { ReadMaxAge } = IOPCSyncIO2.methods;
    const none = { ppvValues: null, ppwQualities: null, ppftTimeStamps: null, ppErrors: null };
    expect(parametersOf(ReadMaxAge.response, { ORPCthat, ...none, ReturnValue: 0x80070057 }, THAT)).toBe(
      hex('00000000 00000000 00000000 00000000 57000780'),
    );
  });

  test('an array of celt places says so in its max_count, whatever was fetched', () => {
    const { RemoteNext } = IEnumString.methods;
    const value = { ORPCthat, rgelt: ['a'], pceltFetched: 1, ReturnValue: 1 };
    const stub = RemoteNext.response.encode(value, { layout: { words: [[0, 10]] } });
    expect(stub.subarray(THAT).toString('hex')).toBe(
      hex(`0a000000 00000000 01000000 00000200 02000000 00000000 02000000 61000000 01000000 01000000`),
    );
    expect(both(RemoteNext.response, stub)).toEqual(value);
  });

  test('item attributes come as an array of their own, with a pointer before it', () => {
    const { Next } = IEnumOPCItemAttributes.methods;
    const stub = parametersOf(Next.response, { ORPCthat, ppItemArray: null, pceltFetched: 0, ReturnValue: 1 }, THAT);
    expect(stub).toBe(hex('00000000 00000000 01000000'));
  });

  test('a callback has arrays of its own for values, qualities, times and errors', () => {
    const value = {
      ORPCthis,
      dwTransid: 0,
      hGroup: 3,
      hrMasterquality: 0,
      hrMastererror: 0,
      phClientItems: [1, 2],
      pvValues: [variant('on', VT_BSTR), variant(2.5, VT_R4)],
      pwQualities: [0xc0, 0],
      pftTimeStamps: [1n, 2n],
      pErrors: [0, 0xc0040007],
    };
    const stub = IOPCDataCallback.methods.OnDataChange.request.encode(value);
    expect(both(IOPCDataCallback.methods.OnDataChange.request, stub)).toEqual(value);
    // The qualities end in the middle of a word; the times begin at the next.
    expect(stub.subarray(-40).toString('hex')).toBe(
      hex('02000000 c000 0000 02000000 01000000 00000000 02000000 00000000 02000000 00000000 070004c0'),
    );
  });

  test('what is counted wrong on purpose goes out as it was given', () => {
    const { RemoveItems } = IOPCItemMgt.methods;
    expect(parametersOf(RemoveItems.request, { ORPCthis, dwCount: 9, phServer: [1] }, THIS)).toBe(
      hex('09000000 01000000 01000000'),
    );
    expect(
      both(RemoveItems.request, RemoveItems.request.encode({ ORPCthis, dwCount: 9, phServer: [1] })),
    ).toMatchObject({
      dwCount: 9,
      phServer: [1],
    });
  });

  test('a BOOL that is true by another number than 1 is kept', () => {
    const stub = Buffer.concat([
      IOPCServer.methods.GetStatus.request.encode({ ORPCthis }),
      fromHex('05000000 ffffffff'),
    ]);
    expect(both(IOPCServer.methods.RemoveGroup.request, stub)).toMatchObject({ hServerGroup: 5, bForce: true });
  });

  test('Advise hands over a null pointer as well as an object', () => {
    const stub = parametersOf(IConnectionPoint.methods.Advise.request, { ORPCthis, pUnkSink: null }, THIS);
    expect(stub).toBe('00000000');
  });
});

test.each([
  [0, 116_444_736_000_000_000n],
  [-11_644_473_600_000, 0n],
  [Date.UTC(2024, 0, 1), 133_485_408_000_000_000n],
])('%i milliseconds since 1970 are FILETIME %i', (milliseconds, fileTime) => {
  expect(fileTimeFromMilliseconds(milliseconds)).toBe(fileTime);
  expect(fileTimeToMilliseconds(fileTime)).toBe(milliseconds);
});

test.each([-1n, 1n << 64n, 0 as never])('%s is no FILETIME', (value) => {
  expect(() => FILETIME.encode(value)).toThrow(expect.objectContaining({ code: 'UNENCODABLE' }));
});

test.each([
  [0xc0, 'GOOD'],
  [0x18, 'COMM_FAILURE'],
  [0x56, 'EGU_EXCEEDED, high limit'],
  [0x24, '0x24'],
])('quality 0x%s is called %s', (quality, name) => {
  expect(qualityName(quality)).toBe(name);
});
