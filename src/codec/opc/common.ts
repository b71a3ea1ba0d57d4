import { vtable } from '../dcom/vtable.js';
import { HRESULT, u32, wstring } from '../ndr/index.js';
import { countOf, results, text } from './parameters.js';

export const IOPCCommon = vtable({
  name: 'IOPCCommon',
  uuid: 'f31dfde2-07b6-11d2-b2d8-0060083ba1fb',
  idl: 'opccomn.idl',
  methods: {
    SetLocaleID: { in: { dwLcid: u32 }, out: {} },
    GetLocaleID: { in: {}, out: { pdwLcid: u32 } },
    QueryAvailableLocaleIDs: { in: {}, out: { pdwCount: countOf('pdwLcid'), pdwLcid: results(u32) } },
    GetErrorString: { in: { dwError: HRESULT }, out: { ppString: text } },
    SetClientName: { in: { szName: wstring }, out: {} },
  },
});

/** An object of the client: the server asks it to let go. */
export const IOPCShutdown = vtable({
  name: 'IOPCShutdown',
  uuid: 'f31dfde1-07b6-11d2-b2d8-0060083ba1fb',
  idl: 'opccomn.idl',
  methods: { ShutdownRequest: { in: { szReason: wstring }, out: {} } },
});
