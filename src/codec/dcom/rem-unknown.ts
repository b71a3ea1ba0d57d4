import { conformant, HRESULT, type Infer, interfaceDef, sizeOf, struct, u16, u32, unique, uuid } from '../ndr/index.js';
import { IID_IRemUnknown, IID_IRemUnknown2 } from './constants.js';
import { MInterfacePointer } from './minterface-pointer.js';
import { STDOBJREF } from './objref.js';
import { orpcOperation } from './orpc.js';

export const REMINTERFACEREF = struct('REMINTERFACEREF', '[MS-DCOM] 2.2.23', {
  ipid: uuid,
  cPublicRefs: u32,
  cPrivateRefs: u32,
});
export type REMINTERFACEREF = Infer<typeof REMINTERFACEREF>;

export const REMQIRESULT = struct('REMQIRESULT', '[MS-DCOM] 2.2.24', { hResult: HRESULT, std: STDOBJREF });
export type REMQIRESULT = Infer<typeof REMQIRESULT>;

export const RemQueryInterface = orpcOperation({
  name: 'RemQueryInterface',
  opnum: 3,
  section: '[MS-DCOM] 3.1.1.5.6.1.1',
  in: { ripid: uuid, cRefs: u32, cIids: sizeOf('iids', u16), iids: conformant(uuid) },
  out: { ppQIResults: unique(conformant(REMQIRESULT)), ReturnValue: HRESULT },
});

export const RemAddRef = orpcOperation({
  name: 'RemAddRef',
  opnum: 4,
  section: '[MS-DCOM] 3.1.1.5.6.1.2',
  in: { cInterfaceRefs: sizeOf('InterfaceRefs', u16), InterfaceRefs: conformant(REMINTERFACEREF) },
  out: { pResults: conformant(HRESULT), ReturnValue: HRESULT },
});

export const RemRelease = orpcOperation({
  name: 'RemRelease',
  opnum: 5,
  section: '[MS-DCOM] 3.1.1.5.6.1.3',
  in: { cInterfaceRefs: sizeOf('InterfaceRefs', u16), InterfaceRefs: conformant(REMINTERFACEREF) },
  out: { ReturnValue: HRESULT },
});

export const RemQueryInterface2 = orpcOperation({
  name: 'RemQueryInterface2',
  opnum: 6,
  section: '[MS-DCOM] 3.1.1.5.7.1.1',
  in: { ripid: uuid, cIids: sizeOf('iids', u16), iids: conformant(uuid) },
  out: { phr: conformant(HRESULT), ppMIF: conformant(unique(MInterfacePointer)), ReturnValue: HRESULT },
});

export const IRemUnknown = interfaceDef({
  name: 'IRemUnknown',
  uuid: IID_IRemUnknown,
  version: { major: 0, minor: 0 },
  section: '[MS-DCOM] 3.1.1.5.6',
  operations: [RemQueryInterface, RemAddRef, RemRelease],
});

export const IRemUnknown2 = interfaceDef({
  name: 'IRemUnknown2',
  uuid: IID_IRemUnknown2,
  version: { major: 0, minor: 0 },
  section: '[MS-DCOM] 3.1.1.5.7',
  operations: [RemQueryInterface, RemAddRef, RemRelease, RemQueryInterface2],
});

/** The interfaces of every object exporter's remote unknown, which are called with an IPID of their own ([MS-DCOM] 3.1.1.5.6, 3.1.1.5.7). */
export const REMOTE_UNKNOWN: ReadonlySet<string> = new Set([IRemUnknown.uuid, IRemUnknown2.uuid]);
