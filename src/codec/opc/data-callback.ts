import { vtable } from '../dcom/vtable.js';
import { FILETIME } from '../filetime.js';
import { conformant, HRESULT, u16, u32 } from '../ndr/index.js';
import { VARIANT } from '../oaut/index.js';
import { countOf } from './parameters.js';

const values = {
  dwTransid: u32,
  hGroup: u32,
  hrMasterquality: HRESULT,
  hrMastererror: HRESULT,
  dwCount: countOf('phClientItems'),
  phClientItems: conformant(u32),
  pvValues: conformant(VARIANT),
  pwQualities: conformant(u16),
  pftTimeStamps: conformant(FILETIME),
  pErrors: conformant(HRESULT),
};

/** An object of the client, which the server calls: both handles are the client's own. */
export const IOPCDataCallback = vtable({
  name: 'IOPCDataCallback',
  uuid: '39c13a70-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    OnDataChange: { in: values, out: {} },
    OnReadComplete: { in: values, out: {} },
    OnWriteComplete: {
      in: {
        dwTransid: u32,
        hGroup: u32,
        hrMastererr: HRESULT,
        dwCount: countOf('pClienthandles'),
        pClienthandles: conformant(u32),
        pErrors: conformant(HRESULT),
      },
      out: {},
    },
    OnCancelComplete: { in: { dwTransid: u32, hGroup: u32 }, out: {} },
  },
});
