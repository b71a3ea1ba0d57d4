import { describe, expect, test } from 'vitest';
import {
  ComplexPing,
  ORPCTHIS,
  RemAddRef,
  RemQueryInterface,
  RemQueryInterface2,
  RemRelease,
  ResolveOxid2,
  ServerAlive2,
} from '../../../../src/codec/dcom/index.js';
import type { Infer } from '../../../../src/codec/ndr/index.js';
import { fromHex } from '../../../support/hex.js';
import * as stubs from '../../../vectors/dcom-stubs.js';

const cid = '47aaca29-330a-41da-8242-5df1a9fc883b';
const ipid = '00008403-1d48-0000-7ec3-302c65687e85';
const ORPCthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 0, cid };

describe('IObjectExporter', () => {
  test('ServerAlive2 of Windows is encoded again octet for octet', () => {
    const { value, layout } = ServerAlive2.response.decode(stubs.serverAlive2Response);
    expect(layout).toBeUndefined();
    expect(value).toMatchObject({
      pComVersion: { MajorVersion: 5, MinorVersion: 7 },
      ppdsaOrBindings: {
        stringBindings: [
          { wTowerId: 7, aNetworkAddr: 'WORKSTATION6' },
          { wTowerId: 7, aNetworkAddr: '172.18.39.6' },
        ],
      },
      ReturnValue: 0,
    });
    expect(ServerAlive2.response.encode(value)).toEqual(stubs.serverAlive2Response);
  });

  test('ResolveOxid2 of Windows is encoded again octet for octet', () => {
    const request = ResolveOxid2.request.decode(stubs.resolveOxid2Request);
    expect(request).toEqual({ value: { pOxid: 0x80cdc14a2d25d971n, arRequestedProtseqs: [7] }, layout: undefined });
    expect(ResolveOxid2.request.encode(request.value)).toEqual(stubs.resolveOxid2Request);
    const response = ResolveOxid2.response.decode(stubs.resolveOxid2Response);
    expect(response.value.pAuthnHint).toBe(5);
    expect(ResolveOxid2.response.encode(response.value)).toEqual(stubs.resolveOxid2Response);
  });

  test('ComplexPing counts its sets, and sends none as null', () => {
    const value = { pSetId: 0n, SequenceNum: 1, AddToSet: [1n, 2n], DelFromSet: null };
    const bytes = ComplexPing.request.encode(value);
    expect(bytes.subarray(8, 14)).toEqual(fromHex('0100 0200 0000'));
    expect(ComplexPing.request.decode(bytes).value).toEqual(value);
  });
});

describe('IRemUnknown', () => {
  test('RemQueryInterface of Windows is encoded again octet for octet', () => {
    const request = RemQueryInterface.request.decode(stubs.remQueryInterfaceRequest);
    expect(request.value).toEqual({
      ORPCthis,
      ripid: ipid,
      cRefs: 5,
      iids: ['b196b28f-bab4-101a-b69c-00aa00341d07'],
    });
    expect(RemQueryInterface.request.encode(request.value)).toEqual(stubs.remQueryInterfaceRequest);
    const response = RemQueryInterface.response.decode(stubs.remQueryInterfaceResponse);
    expect(response.value).toMatchObject({ ppQIResults: [{ hResult: 0x80004002 }], ReturnValue: 0x80004002 });
    expect(RemQueryInterface.response.encode(response.value)).toEqual(stubs.remQueryInterfaceResponse);
  });

  test('RemRelease of Windows is encoded again octet for octet', () => {
    const { value } = RemRelease.request.decode(stubs.remReleaseRequest);
    expect(value).toEqual({ ORPCthis, InterfaceRefs: [{ ipid, cPublicRefs: 5, cPrivateRefs: 0 }] });
    expect(RemRelease.request.encode(value)).toEqual(stubs.remReleaseRequest);
  });

  test('an answer without results is null, not an empty array', () => {
    const value = { ORPCthat: { flags: 0 }, ppQIResults: null, ReturnValue: 0x80070005 };
    expect(RemQueryInterface.response.decode(RemQueryInterface.response.encode(value)).value).toEqual(value);
  });

  test('RemQueryInterface2 gives interface pointers, or null', () => {
    const value: Infer<typeof RemQueryInterface2.response> = {
      ORPCthat: { flags: 0 },
      phr: [0, 0x80004002],
      ppMIF: [Uint8Array.of(1), null],
      ReturnValue: 1,
    };
    expect(RemQueryInterface2.response.decode(RemQueryInterface2.response.encode(value)).value).toEqual(value);
  });
});

describe('ORPCTHIS', () => {
  test('carries extensions without their padding', () => {
    const extent = { id: cid, data: Uint8Array.of(1, 2, 3) };
    const value = { ...ORPCthis, extensions: { extent: [extent, null] } };
    const bytes = ORPCTHIS.encode(value);
    expect(ORPCTHIS.decode(bytes)).toEqual({ value, layout: undefined });
    expect(bytes.subarray(-12)).toEqual(fromHex('03000000 0102030000000000'));
  });

  test('keeps an extension whose array does not fit its size', () => {
    const extent = { id: cid, size: 9, data: Uint8Array.of(1, 2, 3) };
    const value = { ...ORPCthis, extensions: { extent: [extent, null] } };
    expect(ORPCTHIS.decode(ORPCTHIS.encode(value)).value).toEqual(value);
  });

  test('is NDR20 where the parameters after it are NDR64', () => {
    const value = { ORPCthis, InterfaceRefs: [{ ipid, cPublicRefs: 1, cPrivateRefs: 0 }] };
    const bytes = RemAddRef.request.encode(value, { syntax: 'ndr64' });
    expect(bytes.length).toBe(32 + 8 + 8 + 24);
    expect(RemAddRef.request.decode(bytes, { syntax: 'ndr64' }).value).toEqual(value);
  });
});
