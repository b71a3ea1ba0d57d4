import { type InterfacePointer, marshaledByValue } from '../dcom/minterface-pointer.js';
import type { NdrType } from '../ndr/index.js';
import { CLSID_WbemClassObjectMarshaler, IID_IWbemClassObject } from './constants.js';
import type { CimObject } from './object.js';
import { EncodingUnit } from './object-block.js';

/** Whether a parameter holds an object, and not an OBJREF of another form or none. */
export const isCimObject = (value: CimObject | InterfacePointer | null | undefined): value is CimObject =>
  value !== null && value !== undefined && 'kind' in value;

/** [MS-WMI] 2.2.4: an object by value; what is none, as in an MInterfacePointer. */
export const IWbemClassObject: NdrType<CimObject | InterfacePointer> = marshaledByValue(
  {
    name: 'IWbemClassObject',
    section: '[MS-WMI] 2.2.4',
    iid: IID_IWbemClassObject,
    clsid: CLSID_WbemClassObjectMarshaler,
  },
  EncodingUnit,
  isCimObject,
);
