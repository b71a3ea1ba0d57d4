import { describe, expect, test } from 'vitest';
import {
  argumentsOf,
  CreateInstance,
  DISP_E_EXCEPTION,
  DISPATCH_PROPERTYPUT,
  DISPID_PROPERTYPUT,
  fromVariant,
  GetFuncDesc,
  GetIDsOfNames,
  GetNames,
  IID_IDispatch,
  Invoke,
  invokeRequest,
  invokeResponse,
  NO_EXCEPTION,
  VT_BSTR,
  VT_BYREF,
  VT_EMPTY,
  VT_I4,
  variant,
} from '../../../../src/codec/oaut/index.js';
import { fromHex } from '../../../support/hex.js';
import * as stubs from '../../../vectors/oaut-stubs.js';

const ORPCthis = {
  version: { MajorVersion: 5, MinorVersion: 7 },
  flags: 0,
  cid: '93db879a-5aeb-4f84-97be-637a19b65b22',
};
const syntaxes = ['ndr20', 'ndr64'] as const;

describe('IDispatch::Invoke', () => {
  test('of Windows is what the same call builds here, but for addresses and padding that it leaks', () => {
    const { value, layout } = Invoke.request.decode(stubs.executeShellCommandRequest);
    const args = ['cmd', '', '/c hostname', '7'];
    expect(value).toEqual(invokeRequest({ ORPCthis, dispIdMember: 54, dwFlags: 3, lcid: 0, args }));
    expect(Object.keys(layout ?? {})).toEqual(['words', 'padding']);
    expect(Invoke.request.encode(value, { layout })).toEqual(stubs.executeShellCommandRequest);
  });

  test('gives its arguments in the order of the call', () => {
    const { value } = Invoke.request.decode(stubs.executeShellCommandRequest);
    expect(argumentsOf(value).args.map(fromVariant)).toEqual(['cmd', '', '/c hostname', '7']);
  });

  test('without a result is answered octet for octet as Windows does', () => {
    expect(Invoke.response.encode(invokeResponse({}))).toEqual(stubs.executeShellCommandResponse);
  });

  test('gives an object as an OBJREF', () => {
    const { value, layout } = Invoke.response.decode(stubs.activeViewResponse);
    expect(fromVariant(value.pVarResult)).toMatchObject({ flags: 1, iid: IID_IDispatch, std: { cPublicRefs: 5 } });
    expect(value.pExcepInfo).toEqual(NO_EXCEPTION);
    expect(Invoke.response.encode(value, { layout })).toEqual(stubs.activeViewResponse);
    const again = invokeResponse({ result: fromVariant(value.pVarResult) });
    expect(again).toEqual(value);
  });

  test.each(syntaxes)('carries an exception with its texts in %s', (syntax) => {
    const exception = { bstrSource: 'MMC', bstrDescription: '', bstrHelpFile: null, scode: 0x80004005 };
    const value = invokeResponse({ exception });
    expect(value.ReturnValue).toBe(DISP_E_EXCEPTION);
    const decoded = Invoke.response.decode(Invoke.response.encode(value, { syntax }), { syntax });
    expect(decoded).toEqual({ value, layout: undefined });
  });

  test.each(syntaxes)('puts arguments by reference into rgVarRef in %s, an empty one in their place', (syntax) => {
    const reference = variant(5, VT_BYREF | VT_I4);
    const value = invokeRequest({ ORPCthis, dispIdMember: 1, args: ['a', reference, 'b'] });
    expect(value.pDispParams.rgvarg).toEqual([variant('b'), { vt: VT_EMPTY }, variant('a')]);
    expect(value).toMatchObject({ rgVarRefIdx: [1], rgVarRef: [reference] });
    const decoded = Invoke.request.decode(Invoke.request.encode(value, { syntax }), { syntax });
    expect(decoded.value).toEqual(value);
    expect(argumentsOf(decoded.value).args).toEqual([variant('a'), reference, variant('b')]);
  });

  test('names the new value of a property, before the other arguments', () => {
    const value = invokeRequest({ ORPCthis, dispIdMember: 1, dwFlags: DISPATCH_PROPERTYPUT, args: [7, 'new'] });
    expect(value.pDispParams).toEqual({
      rgvarg: [variant('new'), variant(7)],
      rgdispidNamedArgs: [DISPID_PROPERTYPUT],
    });
    expect(argumentsOf(value)).toEqual({ args: [variant(7)], named: new Map([[DISPID_PROPERTYPUT, variant('new')]]) });
  });

  test('sends a wrong count where one is given', () => {
    const right = invokeRequest({ ORPCthis, dispIdMember: 1, args: ['x'] });
    const wrong = { ...right, pDispParams: { ...right.pDispParams, cArgs: 3 }, cVarRef: 9 };
    expect(Invoke.request.decode(Invoke.request.encode(wrong)).value).toEqual(wrong);
  });
});

describe('IDispatch::GetIDsOfNames', () => {
  test('of Windows is read, with the verification trailer behind it as the tail', () => {
    const { value, layout } = GetIDsOfNames.request.decode(stubs.getIDsOfNamesRequest);
    expect(value).toMatchObject({ rgszNames: ['RegisterXLL'], lcid: 0x409 });
    expect(layout?.tails).toHaveLength(1);
    expect(GetIDsOfNames.request.encode(value, { layout })).toEqual(stubs.getIDsOfNamesRequest);
  });

  test('is answered octet for octet as Windows does', () => {
    const value = { ORPCthat: { flags: 0 }, rgDispId: [30], ReturnValue: 0 };
    expect(GetIDsOfNames.response.encode(value)).toEqual(stubs.getIDsOfNamesResponse);
  });
});

describe('IClassFactory::CreateInstance', () => {
  test('sends the IID alone, and gets an OBJREF', () => {
    expect(CreateInstance.request.decode(stubs.createInstanceRequest).value).toMatchObject({
      riid: '00000000-0000-0000-c000-000000000046',
    });
    const { value } = CreateInstance.response.decode(stubs.createInstanceResponse);
    expect(value).toMatchObject({ ppvObject: { flags: 2 }, ReturnValue: 0 });
    expect(CreateInstance.response.encode(value)).toEqual(stubs.createInstanceResponse);
  });
});

describe('ITypeInfo', () => {
  test('GetNames of Windows gives one name of at most one', () => {
    expect(GetNames.response.decode(stubs.getNamesResponse).value).toMatchObject({ rgBstrNames: ['Help'] });
  });

  test('GetFuncDesc of Windows tells the parameters down to what they point to', () => {
    const { value } = GetFuncDesc.response.decode(stubs.getFuncDescResponse);
    const pointers = value.ppFuncDesc?.lprgelemdescParam?.map(({ tdesc }) => tdesc._tdUnion);
    expect(value.ppFuncDesc).toMatchObject({ memid: 0x60000000, invkind: 1, oVft: 0 });
    expect(pointers).toHaveLength(2);
    expect(GetFuncDesc.response.encode(value)).toEqual(stubs.getFuncDescResponse);
  });
});

describe('BSTR', () => {
  const argument = (value: string | Uint8Array | null) =>
    Invoke.request.encode(invokeRequest({ ORPCthis, dispIdMember: 1, args: [{ vt: VT_BSTR, value }] }));
  const blob = (value: string | Uint8Array | null) => argument(value).subarray(0x70, -12);

  test('tells a null text, the empty text and an odd number of octets apart', () => {
    expect(blob(null)).toEqual(fromHex('00000000 ffffffff 00000000'));
    expect(blob('')).toEqual(fromHex('00000000 00000000 00000000'));
    expect(blob('ab')).toEqual(fromHex('02000000 04000000 02000000 61006200'));
    expect(blob(Uint8Array.of(1, 2, 3))).toEqual(fromHex('02000000 03000000 02000000 01020300'));
    for (const value of [null, '', 'ab', Uint8Array.of(1, 2, 3)])
      expect(Invoke.request.decode(argument(value)).value.pDispParams.rgvarg).toEqual([{ vt: VT_BSTR, value }]);
  });
});
