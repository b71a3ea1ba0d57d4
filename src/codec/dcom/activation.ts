import {
  conformant,
  error_status_t,
  HRESULT,
  interfaceDef,
  operation,
  optional,
  sizeOf,
  u16,
  u32,
  u64,
  unique,
  uuid,
  wstring,
} from '../ndr/index.js';
import { IID_IActivation, IID_IRemoteSCMActivator } from './constants.js';
import { DUALSTRINGARRAY } from './dual-string-array.js';
import { MInterfacePointer } from './minterface-pointer.js';
import { COMVERSION, ORPCTHAT, ORPCTHIS } from './orpc.js';

/** The activation of the first DCOM versions, before there were activation properties. */
export const RemoteActivation = operation({
  name: 'RemoteActivation',
  opnum: 0,
  section: '[MS-DCOM] 3.1.2.5.2.3.1',
  in: {
    ORPCthis: ORPCTHIS,
    Clsid: uuid,
    pwszObjectName: optional(wstring),
    pObjectStorage: optional(MInterfacePointer),
    ClientImpLevel: u32,
    Mode: u32,
    Interfaces: sizeOf('pIIDs', u32),
    pIIDs: unique(conformant(uuid)),
    cRequestedProtseqs: sizeOf('aRequestedProtseqs', u16),
    aRequestedProtseqs: conformant(u16),
  },
  out: {
    ORPCthat: ORPCTHAT,
    pOxid: u64,
    ppdsaOxidBindings: unique(DUALSTRINGARRAY),
    pipidRemUnknown: uuid,
    pAuthnHint: u32,
    pServerVersion: COMVERSION,
    phr: HRESULT,
    ppInterfaceData: conformant(unique(MInterfacePointer)),
    pResults: conformant(HRESULT),
    ReturnValue: error_status_t,
  },
});

/** The class factory of a class. */
export const RemoteGetClassObject = operation({
  name: 'RemoteGetClassObject',
  opnum: 3,
  section: '[MS-DCOM] 3.1.2.5.2.3.2',
  in: { orpcthis: ORPCTHIS, pActProperties: unique(MInterfacePointer) },
  out: { orpcthat: ORPCTHAT, ppActProperties: unique(MInterfacePointer), ReturnValue: HRESULT },
});

/** A new object of a class. */
export const RemoteCreateInstance = operation({
  name: 'RemoteCreateInstance',
  opnum: 4,
  section: '[MS-DCOM] 3.1.2.5.2.3.3',
  in: {
    orpcthis: ORPCTHIS,
    pUnkOuter: optional(MInterfacePointer),
    pActProperties: unique(MInterfacePointer),
  },
  out: { orpcthat: ORPCTHAT, ppActProperties: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const IActivation = interfaceDef({
  name: 'IActivation',
  uuid: IID_IActivation,
  version: { major: 0, minor: 0 },
  section: '[MS-DCOM] 3.1.2.5.2.1',
  operations: [RemoteActivation],
});

export const IRemoteSCMActivator = interfaceDef({
  name: 'IRemoteSCMActivator',
  uuid: IID_IRemoteSCMActivator,
  version: { major: 0, minor: 0 },
  section: '[MS-DCOM] 3.1.2.5.2.2',
  operations: [RemoteGetClassObject, RemoteCreateInstance],
});

/** [MS-DCOM] 3.1.2.5.2: the interfaces that activate. */
const ACTIVATORS = new Map([IActivation, IRemoteSCMActivator].map((each) => [each.uuid, each]));

/** Whether an interface is IActivation or IRemoteSCMActivator, [MS-DCOM] 3.1.2.5.2. */
export const isActivator = (uuid: string | undefined): boolean => uuid !== undefined && ACTIVATORS.has(uuid);

/** Whether an operation activates: RemoteActivation, RemoteGetClassObject or RemoteCreateInstance. */
export const isActivation = (uuid: string | undefined, opnum: number | undefined): boolean =>
  uuid !== undefined && opnum !== undefined && ACTIVATORS.get(uuid)?.operations.has(opnum) === true;
