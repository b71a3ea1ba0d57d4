import { vtable } from '../dcom/vtable.js';
import { u32, uuid } from '../ndr/index.js';
import { pointer } from './parameters.js';

export const IConnectionPointContainer = vtable({
  name: 'IConnectionPointContainer',
  uuid: 'b196b284-bab4-101a-b69c-00aa00341d07',
  idl: 'ocidl.idl',
  methods: {
    EnumConnectionPoints: { in: {}, out: { ppEnum: pointer } },
    FindConnectionPoint: { in: { riid: uuid }, out: { ppCP: pointer } },
  },
});

/** One kind of calls back that an object makes; Advise hands it the object that is to be called. */
export const IConnectionPoint = vtable({
  name: 'IConnectionPoint',
  uuid: 'b196b286-bab4-101a-b69c-00aa00341d07',
  idl: 'ocidl.idl',
  methods: {
    GetConnectionInterface: { in: {}, out: { pIID: uuid } },
    GetConnectionPointContainer: { in: {}, out: { ppCPC: pointer } },
    Advise: { in: { pUnkSink: pointer }, out: { pdwCookie: u32 } },
    Unadvise: { in: { dwCookie: u32 }, out: {} },
    EnumConnections: { in: {}, out: { ppEnum: pointer } },
  },
});
