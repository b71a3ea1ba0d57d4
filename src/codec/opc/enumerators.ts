import { vtable } from '../dcom/vtable.js';
import { conformantVarying, type NdrType, struct, u32, uuid } from '../ndr/index.js';
import { pointer, results, text } from './parameters.js';
import { OPCITEMATTRIBUTES } from './structures.js';

/** What all enumerators have beside Next. */
const rest = {
  Skip: { in: { celt: u32 }, out: {} },
  Reset: { in: {}, out: {} },
  Clone: { in: {}, out: { ppenum: pointer } },
};

/** An array of celt places, of which pceltFetched are there: its max_count is the celt of the request. */
const next = <T>(element: NdrType<T>) => ({
  in: { celt: u32 },
  out: { rgelt: conformantVarying(element), pceltFetched: u32 },
});

export const IEnumUnknown = vtable({
  name: 'IEnumUnknown',
  uuid: '00000100-0000-0000-c000-000000000046',
  idl: 'objidl.idl',
  methods: { RemoteNext: next(pointer), ...rest },
});

export const IEnumString = vtable({
  name: 'IEnumString',
  uuid: '00000101-0000-0000-c000-000000000046',
  idl: 'objidl.idl',
  methods: { RemoteNext: next(text), ...rest },
});

export const IEnumGUID = vtable({
  name: 'IEnumGUID',
  uuid: '0002e000-0000-0000-c000-000000000046',
  idl: 'comcat.idl',
  methods: { Next: next(uuid), ...rest },
});

export const IOPCEnumGUID = vtable({
  name: 'IOPCEnumGUID',
  uuid: '55c382c8-21c7-4e88-96c1-becfb1e3f483',
  idl: 'OpcEnum.idl',
  methods: { Next: next(uuid), ...rest },
});

export const IEnumConnectionPoints = vtable({
  name: 'IEnumConnectionPoints',
  uuid: 'b196b285-bab4-101a-b69c-00aa00341d07',
  idl: 'ocidl.idl',
  methods: { RemoteNext: next(pointer), ...rest },
});

export const CONNECTDATA = struct('CONNECTDATA', 'ocidl.idl', { pUnk: pointer, dwCookie: u32 });

export const IEnumConnections = vtable({
  name: 'IEnumConnections',
  uuid: 'b196b287-bab4-101a-b69c-00aa00341d07',
  idl: 'ocidl.idl',
  methods: { RemoteNext: next(CONNECTDATA), ...rest },
});

/** Unlike all other enumerators it gives an array of its own, with as many places as there are elements. */
export const IEnumOPCItemAttributes = vtable({
  name: 'IEnumOPCItemAttributes',
  uuid: '39c13a55-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    Next: { in: { celt: u32 }, out: { ppItemArray: results(OPCITEMATTRIBUTES), pceltFetched: u32 } },
    ...rest,
  },
});
