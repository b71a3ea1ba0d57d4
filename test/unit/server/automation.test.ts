import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DISPATCH_METHOD,
  DISPATCH_PROPERTYGET,
  DISPATCH_PROPERTYPUT,
  fromVariant,
  GetIDsOfNames,
  GetTypeInfo,
  GetTypeInfoCount,
  IDispatch,
  Invoke,
  invokeRequest,
  type JsValue,
  MISSING,
  VT_BSTR,
  VT_BYREF,
  VT_I4,
  variant,
} from '../../../src/codec/oaut/index.js';
import { AutomationError, automationClass, automationObject, type ByRef } from '../../../src/server/classes/index.js';
import { activates, type Bound, bind, CLSID, IID_IDispatch, orpcthis, serve } from '../../support/live.js';

const ORPCthis = orpcthis();
const IID_NULL = '00000000-0000-0000-0000-000000000000';
const [MEMBERNOTFOUND, PARAMNOTFOUND, TYPEMISMATCH] = [0x80020003, 0x80020004, 0x80020005];
const [UNKNOWNINTERFACE, UNKNOWNNAME, NONAMEDARGS, BADVARTYPE] = [0x80020001, 0x80020006, 0x80020007, 0x80020008];
const [EXCEPTION, BADINDEX, BADPARAMCOUNT, PARAMNOTOPTIONAL] = [0x80020009, 0x8002000b, 0x8002000e, 0x8002000f];
const E_INVALIDARG = 0x80070057;

const child = automationObject('Child', { Name: { get: () => 'child' } });
const seen: unknown[][] = [];
const note = (...args: unknown[]): number => seen.push(args);

const members = () => {
  let caption: unknown = 'first';
  return {
    Open: {
      parameters: [
        { name: 'Path', type: 'string' },
        { name: 'Mode', type: 'number', optional: true },
      ],
      invoke: (_: unknown, ...args: readonly unknown[]) => note(...args),
    },
    Caption: {
      get: () => caption,
      put: (value: unknown) => {
        caption = value;
      },
    },
    Version: { get: () => 7 },
    Count: {
      parameters: [{ name: 'Total', byRef: true }],
      invoke: (_: unknown, total: unknown) => {
        (total as ByRef).value = 42;
        return 'done';
      },
    },
    Fail: () => {
      throw new AutomationError('it went wrong', 0x80041001);
    },
    Anything: (_: unknown, ...args: readonly unknown[]) => note(...args),
    Child: { get: () => child },
    Take: { parameters: ['Object'], invoke: (_: unknown, object: unknown) => note(object === child) },
  } as const;
};

let server: Awaited<ReturnType<typeof serve>>;
let dispatch: Bound;
let ipid = '';

beforeEach(async () => {
  seen.length = 0;
  server = await serve({ classes: [automationClass(CLSID, 'Test', members)] });
  const { reply } = await activates(server, { iids: [IID_IDispatch] });
  const objref = reply?.interfaces[0]?.objref;
  ipid = objref && 'std' in objref ? objref.std.ipid : '';
  dispatch = await bind(server.exporter, IDispatch);
});
afterEach(async () => {
  dispatch.connection.close();
  await server.close();
});

const ids = (names: string[], riid = IID_NULL) =>
  dispatch.call(GetIDsOfNames, { ORPCthis, riid, rgszNames: names, lcid: 0 }, ipid);

interface Call {
  readonly dwFlags?: number;
  readonly args?: readonly JsValue[];
  readonly named?: readonly (readonly [number, JsValue])[];
}

type Request = ReturnType<typeof invokeRequest>;

async function invoke(name: string, call: Call = {}, change: (request: Request) => Request = (same) => same) {
  const { rgDispId } = await ids([name]);
  const request = invokeRequest({ ORPCthis, dispIdMember: rgDispId[0] as number, ...call });
  return dispatch.call(Invoke, change(request), ipid);
}

describe('GetIDsOfNames: [MS-OAUT] 3.1.4.3', () => {
  test('compares without case; the further names are parameters, numbered by their places', async () => {
    expect(await ids(['oPEN', 'MODE', 'path'])).toMatchObject({ rgDispId: [1, 1, 0], ReturnValue: 0 });
  });

  test('DISP_E_UNKNOWNNAME, with DISPID_UNKNOWN for each name that is not known', async () => {
    expect(await ids(['Nothing'])).toMatchObject({ rgDispId: [-1], ReturnValue: UNKNOWNNAME });
    expect(await ids(['Open', 'Path', 'Colour'])).toMatchObject({ rgDispId: [1, 0, -1], ReturnValue: UNKNOWNNAME });
  });

  test('no name at all is no error; an IID other than IID_NULL is DISP_E_UNKNOWNINTERFACE', async () => {
    expect(await ids([])).toMatchObject({ rgDispId: [], ReturnValue: 0 });
    expect((await ids(['Open'], IID_IDispatch)).ReturnValue).toBe(UNKNOWNINTERFACE);
  });
});

describe('type information: [MS-OAUT] 3.1.4.1, 3.1.4.2', () => {
  test('there is none, and an index other than 0 is DISP_E_BADINDEX', async () => {
    expect(await dispatch.call(GetTypeInfoCount, { ORPCthis }, ipid)).toMatchObject({ pctinfo: 0, ReturnValue: 0 });
    const info = (iTInfo: number) => dispatch.call(GetTypeInfo, { ORPCthis, iTInfo, lcid: 0 }, ipid);
    expect((await info(1)).ReturnValue).toBe(BADINDEX);
    expect(await info(0)).toMatchObject({ ppTInfo: null, ReturnValue: 0x80004001 });
  });
});

describe('Invoke: [MS-OAUT] 3.1.4.4', () => {
  test('arguments come in the order of the call, though they go reversed, and a name puts one in its place', async () => {
    await invoke('Open', { args: ['a', 1] });
    await invoke('Open', { args: ['b'], named: [[1, 2]] });
    await invoke('Open', {
      named: [
        [1, 3],
        [0, 'c'],
      ],
    });
    expect(seen).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  test('an optional argument may be missing or marked as left out; a required one not', async () => {
    await invoke('Open', { args: ['a'] });
    await invoke('Open', { args: ['a', MISSING] });
    expect(seen).toEqual([
      ['a', undefined],
      ['a', undefined],
    ]);
    expect(await invoke('Open', { args: [MISSING, 1] })).toMatchObject({ ReturnValue: PARAMNOTOPTIONAL, pArgErr: 1 });
    expect((await invoke('Open')).ReturnValue).toBe(BADPARAMCOUNT);
    expect((await invoke('Open', { args: ['a', 1, 2] })).ReturnValue).toBe(BADPARAMCOUNT);
  });

  test('what cannot be converted is DISP_E_TYPEMISMATCH, with its place in rgvarg', async () => {
    expect(await invoke('Open', { args: ['a', 'no number'] })).toMatchObject({ ReturnValue: TYPEMISMATCH, pArgErr: 0 });
    expect(await invoke('Open', { args: [null, 1] })).toMatchObject({ ReturnValue: TYPEMISMATCH, pArgErr: 1 });
    await invoke('Open', { args: [5, '6'] });
    expect(seen).toEqual([['5', 6]]);
  });

  test('a name that the method does not have is DISP_E_PARAMNOTFOUND, with its place; a method without names has none', async () => {
    const wrong = await invoke('Open', { args: ['a'], named: [[9, 1]] });
    expect(wrong).toMatchObject({ ReturnValue: PARAMNOTFOUND, pArgErr: 0 });
    expect((await invoke('Anything', { named: [[0, 1]] })).ReturnValue).toBe(NONAMEDARGS);
  });

  test('a property is read, written, and neither where it cannot be', async () => {
    const get = async (name: string) => fromVariant((await invoke(name, { dwFlags: DISPATCH_PROPERTYGET })).pVarResult);
    const put = (name: string, value: JsValue) => invoke(name, { dwFlags: DISPATCH_PROPERTYPUT, args: [value] });
    expect(await get('Caption')).toBe('first');
    expect((await put('Caption', 'second')).ReturnValue).toBe(0);
    expect(await get('Caption')).toBe('second');
    expect((await put('Version', 8)).ReturnValue).toBe(MEMBERNOTFOUND);
    expect((await put('Open', 8)).ReturnValue).toBe(MEMBERNOTFOUND);
    expect((await invoke('Version', { dwFlags: DISPATCH_PROPERTYGET, args: [1] })).ReturnValue).toBe(BADPARAMCOUNT);
  });

  test('scripts ask for a method or a property at once', async () => {
    const { pVarResult } = await invoke('Version', { dwFlags: DISPATCH_METHOD | DISPATCH_PROPERTYGET });
    expect(fromVariant(pVarResult)).toBe(7);
  });

  test('a DISPID that there is not is DISP_E_MEMBERNOTFOUND, another riid DISP_E_UNKNOWNINTERFACE', async () => {
    const at = (dispIdMember: number) => invoke('Version', {}, (request) => ({ ...request, dispIdMember }));
    for (const dispid of [0, 99, -1]) expect((await at(dispid)).ReturnValue).toBe(MEMBERNOTFOUND);
    const riid = await invoke('Version', {}, (request) => ({ ...request, riid: IID_IDispatch }));
    expect(riid.ReturnValue).toBe(UNKNOWNINTERFACE);
  });

  test('an argument by reference comes back as the method left it, of the type that it had', async () => {
    const answer = await invoke('Count', { args: [variant(1, VT_I4 | VT_BYREF)] });
    expect(fromVariant(answer.pVarResult)).toBe('done');
    expect(answer.rgVarRef).toMatchObject([{ vt: VT_I4 | VT_BYREF, value: 42 }]);
    await invoke('Open', { args: [variant('by reference', VT_BSTR | VT_BYREF)] });
    expect(seen).toEqual([['by reference', undefined]]);
  });

  test('references in rgvarg, values in rgVarRef, and indices that do not fit are refused', async () => {
    const reference = variant(1, VT_I4 | VT_BYREF);
    const withArguments = (rgvarg: Request['pDispParams']['rgvarg'], rest: Partial<Request> = {}) =>
      invoke('Anything', {}, (request) => ({ ...request, pDispParams: { rgvarg, rgdispidNamedArgs: null }, ...rest }));
    const empty = variant(undefined);
    expect((await withArguments([reference])).ReturnValue).toBe(BADVARTYPE);
    expect((await withArguments([empty], { rgVarRefIdx: [0], rgVarRef: [variant(1)] })).ReturnValue).toBe(BADVARTYPE);
    expect((await withArguments([empty], { rgVarRefIdx: [1], rgVarRef: [reference] })).ReturnValue).toBe(E_INVALIDARG);
    expect((await withArguments([variant(1)], { rgVarRefIdx: [0], rgVarRef: [reference] })).ReturnValue).toBe(
      E_INVALIDARG,
    );
    expect(seen).toEqual([]);
  });

  test('what a member throws is DISP_E_EXCEPTION, with an EXCEPINFO that says what and where', async () => {
    expect(await invoke('Fail')).toMatchObject({
      ReturnValue: EXCEPTION,
      pExcepInfo: { bstrSource: 'Test', bstrDescription: 'it went wrong', scode: 0x80041001 },
    });
  });

  test.each([
    ['zeroVarResult', 0x20000, 'Version', { pVarResult: { vt: 0 } }],
    ['zeroExcepInfo', 0x40000, 'Fail', { pExcepInfo: { bstrDescription: null, scode: 0 }, ReturnValue: EXCEPTION }],
    ['zeroArgErr', 0x80000, 'Open', { pArgErr: 0, ReturnValue: PARAMNOTOPTIONAL }],
  ])('DISPATCH_%s: the client has no use for that result', async (_, flag, name, expected) => {
    const args = name === 'Open' ? [MISSING, 1] : [];
    expect(await invoke(name, { dwFlags: DISPATCH_METHOD | DISPATCH_PROPERTYGET | flag, args })).toMatchObject(
      expected,
    );
  });

  test('an object that a client hands back is that object, and its references are given back: [MS-DCOM] 3.1.1.5.3', async () => {
    const { pVarResult } = await invoke('Child', { dwFlags: DISPATCH_PROPERTYGET });
    expect(server.objects).toBe(2);
    await invoke('Take', { args: [pVarResult as JsValue] });
    expect(seen).toEqual([[true]]);
    expect(server.objects).toBe(1);
  });

  test('an object of another exporter does not belong to this server, though its IPID does', async () => {
    const { pVarResult } = await invoke('Child', { dwFlags: DISPATCH_PROPERTYGET });
    const handed = structuredClone(pVarResult) as unknown as { value: { std: { oxid: bigint } } };
    handed.value.std.oxid += 1n;
    await invoke('Take', { args: [handed as unknown as JsValue] });
    expect(seen).toEqual([[false]]);
    expect(server.objects).toBe(2);
  });
});
