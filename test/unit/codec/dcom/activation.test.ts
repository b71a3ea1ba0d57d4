import { describe, expect, test } from 'vitest';
import {
  type ActivationReply,
  CLSID_InstantiationInfo,
  CLSID_SpecialSystemProperties,
  IRemoteSCMActivator,
  packActivationReply,
  packActivationRequest,
  packRemoteActivationReply,
  propertyOf,
  RemoteActivation,
  RemoteCreateInstance,
  unpackActivationReply,
  unpackActivationRequest,
  unpackRemoteActivation,
  unpackRemoteActivationReply,
} from '../../../../src/codec/dcom/index.js';
import { CodecError } from '../../../../src/codec/error.js';
import { remoteCreateInstanceRequest, remoteCreateInstanceResponse } from '../../../vectors/dcom-stubs.js';

const request = RemoteCreateInstance.request.decode(remoteCreateInstanceRequest);
const response = RemoteCreateInstance.response.decode(remoteCreateInstanceResponse);
const described = unpackActivationRequest(request.value.pActProperties);

describe('RemoteCreateInstance of a Windows client', () => {
  test('is encoded again octet for octet, without any layout', () => {
    expect(request.layout).toBeUndefined();
    expect(RemoteCreateInstance.request.encode(request.value)).toEqual(remoteCreateInstanceRequest);
    expect(response.layout).toBeUndefined();
    expect(RemoteCreateInstance.response.encode(response.value)).toEqual(remoteCreateInstanceResponse);
  });

  test('reads as a plain description', () => {
    expect(described).toEqual({
      clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820',
      iids: ['f309ad18-d86a-11d0-a075-00c04fb68820'],
      clientVersion: { MajorVersion: 5, MinorVersion: 7 },
      classCtx: 0x14,
      actvflags: 0,
      authnLevel: 2,
      impersonationLevel: 2,
      protocolSequences: [7],
      contextId: '79874b18-fc45-4362-b052-6390928ea80a',
      serverName: 'BLACKCLOVER-DC',
    });
  });

  test('is what the description is packed to, with Windows defaults for the rest', () => {
    const { clsid, iids, contextId, serverName } = described ?? { clsid: '', iids: [] };
    const pActProperties = packActivationRequest({ clsid, iids, contextId, serverName });
    const stub = RemoteCreateInstance.request.encode({ ...request.value, pActProperties });
    expect(stub).toEqual(remoteCreateInstanceRequest);
  });

  test('has its reply packed and unpacked to the same octets', () => {
    const reply = unpackActivationReply(response.value.ppActProperties);
    expect(reply).toMatchObject({
      oxid: 0x1189f948559b4a41n,
      authnHint: 4,
      interfaces: [{ iid: 'f309ad18-d86a-11d0-a075-00c04fb68820', hresult: 0, objref: { flags: 1 } }],
    });
    const ppActProperties = packActivationReply(reply as ActivationReply);
    expect(RemoteCreateInstance.response.encode({ ...response.value, ppActProperties })).toEqual(
      remoteCreateInstanceResponse,
    );
  });
});

describe('activation properties', () => {
  test('are found by their CLSID', () => {
    const pointer = request.value.pActProperties;
    if (!pointer || !('activationProperties' in pointer)) throw new Error('no activation properties');
    const special = propertyOf(pointer.activationProperties, CLSID_SpecialSystemProperties);
    expect(special?.dwDefaultAuthnLvl).toBe(2);
    expect(propertyOf({ destCtx: 2, properties: [] }, CLSID_InstantiationInfo)).toBeUndefined();
  });

  test('of an unknown CLSID keep their octets', () => {
    const property = { clsid: '12345678-0000-0000-0000-000000000001', raw: Uint8Array.of(1, 2, 3) };
    const pActProperties = {
      flags: 4 as const,
      iid: '000001a2-0000-0000-c000-000000000046',
      clsid: '00000338-0000-0000-c000-000000000046',
      activationProperties: { destCtx: 2, properties: [property] },
    };
    const { orpcthis } = request.value;
    const stub = RemoteCreateInstance.request.encode({ orpcthis, pActProperties });
    expect(RemoteCreateInstance.request.decode(stub).value).toEqual({ orpcthis, pActProperties });
  });

  test('with the older SpecialPropertiesData are told apart by its size', () => {
    const pActProperties = structuredClone(request.value.pActProperties) as unknown as {
      activationProperties: { properties: { data: { Reserved3: number[] } }[] };
    };
    const special = pActProperties.activationProperties.properties[0];
    if (special) special.data.Reserved3 = [1, 2, 3, 4, 5, 6, 7, 8];
    const stub = RemoteCreateInstance.request.encode({ ...request.value, pActProperties } as never);
    expect(stub.length).toBe(remoteCreateInstanceRequest.length - 8);
    expect(RemoteCreateInstance.request.decode(stub).value.pActProperties).toEqual(pActProperties);
  });

  test('can carry a wrong totalSize, which decoding keeps', () => {
    const pActProperties = packActivationRequest({ clsid: described?.clsid ?? '', iids: [] });
    if (!('activationProperties' in pActProperties)) throw new Error('no activation properties');
    const lying = {
      ...pActProperties,
      activationProperties: { ...pActProperties.activationProperties, totalSize: 7, cIfs: 11 },
    };
    const stub = RemoteCreateInstance.request.encode({ ...request.value, pActProperties: lying });
    expect(RemoteCreateInstance.request.decode(stub).value.pActProperties).toEqual(lying);
    lying.activationProperties.totalSize = 1.5;
    expect(() => RemoteCreateInstance.request.encode({ ...request.value, pActProperties: lying })).toThrow(CodecError);
  });

  test('give a CodecError for every truncation of the stub', () => {
    for (let size = 0; size < remoteCreateInstanceRequest.length; size++) {
      expect(() => RemoteCreateInstance.request.decode(remoteCreateInstanceRequest.subarray(0, size))).toThrow(
        CodecError,
      );
    }
  });

  test('give a value that encodes to the same octets, or a CodecError, with a bit flipped in any octet', () => {
    for (const [type, stub] of [
      [RemoteCreateInstance.request, remoteCreateInstanceRequest],
      [RemoteCreateInstance.response, remoteCreateInstanceResponse],
    ] as const) {
      for (let at = 0; at < stub.length; at++) {
        const flipped = Buffer.from(stub);
        flipped[at] = (flipped[at] as number) ^ (1 << ((at * 5) & 7));
        let decoded: { value: unknown; layout: unknown };
        try {
          decoded = type.decode(flipped);
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
          continue;
        }
        const again = type.encode(decoded.value as never, { layout: decoded.layout as never });
        if (!again.equals(flipped)) expect.fail(`octet ${at} of ${type.name} is lost`);
      }
    }
  });
});

describe('IActivation::RemoteActivation', () => {
  const ORPCthis = {
    version: { MajorVersion: 5, MinorVersion: 1 },
    flags: 0,
    cid: '79874b18-fc45-4362-b052-6390928ea80a',
  };
  const iid = '00000000-0000-0000-c000-000000000046';

  test('reads as the same plain description', () => {
    const value = {
      ORPCthis,
      Clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820',
      ClientImpLevel: 3,
      Mode: 0,
      pIIDs: [iid],
      aRequestedProtseqs: [7, 15],
    };
    const decoded = RemoteActivation.request.decode(RemoteActivation.request.encode(value)).value;
    expect(decoded).toEqual(value);
    expect(unpackRemoteActivation(decoded)).toMatchObject({
      clsid: value.Clsid,
      iids: [iid],
      clientVersion: ORPCthis.version,
      protocolSequences: [7, 15],
    });
  });

  test('answers with the same plain reply', () => {
    const reply = {
      oxid: 1n,
      ipidRemUnknown: iid,
      bindings: { stringBindings: [{ wTowerId: 7, aNetworkAddr: '127.0.0.1[5000]' }], securityBindings: [] },
      authnHint: 5,
      serverVersion: { MajorVersion: 5, MinorVersion: 7 },
      interfaces: [{ iid, hresult: 0x80004002, objref: null }],
    };
    const stub = RemoteActivation.response.encode(packRemoteActivationReply(reply));
    expect(unpackRemoteActivationReply(RemoteActivation.response.decode(stub).value, [iid])).toEqual(reply);
  });
});

test('an interface names its operations by opnum', () => {
  expect([...IRemoteSCMActivator.operations.keys()]).toEqual([3, 4]);
  expect(IRemoteSCMActivator.operations.get(4)?.request.decode(remoteCreateInstanceRequest).value).toEqual(
    request.value,
  );
});
