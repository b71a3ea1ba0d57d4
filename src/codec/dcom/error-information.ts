import { type Infer, reserved, struct, u32, uuid } from '../ndr/index.js';
import { CLSID_ERROR_EXTENSION, CLSID_ErrorObject } from './constants.js';
import { OBJREF, OBJREF_FLAG_CUSTOM } from './objref.js';
import type { ORPC_EXTENT, ORPCTHAT } from './orpc.js';

/** [MS-DCOM] 2.2.21.2, without any of its texts: each signature says 0 then. */
export const ErrorInformation = struct(
  'ErrorInformation',
  '[MS-DCOM] 2.2.21.2',
  {
    dwVersion: reserved(u32, 0),
    dwHelpContext: u32,
    iid: uuid,
    dwSourceSignature: reserved(u32, 0),
    dwDescriptionSignature: reserved(u32, 0),
    dwHelpFileSignature: reserved(u32, 0),
  },
  { iid: 'the interface that returns the error', dwSourceSignature: '0: no text follows' },
);
export type ErrorInformation = Infer<typeof ErrorInformation>;

/** IErrorInfo of [MSDN-IERRORINFO], which [MS-DCOM] note <15> has the reference be of. */
const IID_IErrorInfo = '1cf2b120-547d-101b-8e65-08002b2bd119';

/** [MS-DCOM] 2.2.21.1: error information as an ORPC extension. */
export const errorExtension = (iid: string): ORPC_EXTENT => ({
  id: CLSID_ERROR_EXTENSION,
  data: OBJREF.encode({
    ...{ flags: OBJREF_FLAG_CUSTOM, iid: IID_IErrorInfo, clsid: CLSID_ErrorObject },
    pObjectData: ErrorInformation.encode({ dwHelpContext: 0, iid }),
  }),
});

/** [MS-DCOM] 2.2.13.2: an even number of places, of which the last stays empty. */
export const withErrorExtension = (iid: string): Pick<ORPCTHAT, 'extensions'> => ({
  extensions: { extent: [errorExtension(iid), null] },
});
