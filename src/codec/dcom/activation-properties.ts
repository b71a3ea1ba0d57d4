import { padding } from '../bytes.js';
import {
  conformant,
  fixedArray,
  HRESULT,
  type Infer,
  i32,
  lazy,
  type NdrReader,
  NdrType,
  type NdrWriter,
  optional,
  reserved,
  sizeOf,
  struct,
  u16,
  u32,
  u64,
  unique,
  uuid,
  wstring,
} from '../ndr/index.js';
import * as guid from './constants.js';
import { DUALSTRINGARRAY } from './dual-string-array.js';
import { type InterfacePointer, MInterfacePointer } from './minterface-pointer.js';
import { COMVERSION } from './orpc.js';

/** An OBJREF can hold activation properties, which hold OBJREFs. */
const interfacePointer = lazy<InterfacePointer>('MInterfacePointer', () => MInterfacePointer);

/** What Windows puts into thisSize: the two headers of type serialization and the structure, padded. */
const serializedSize = (iids: unknown): number => {
  const size = 52 + 16 * (Array.isArray(iids) ? iids.length : 0);
  return 16 + size + padding(size, 8);
};

export const InstantiationInfoData = struct(
  'InstantiationInfoData',
  '[MS-DCOM] 2.2.22.2.1',
  {
    classId: uuid,
    classCtx: u32,
    actvflags: u32,
    fIsSurrogate: reserved(i32, 0),
    cIID: sizeOf('pIID', u32),
    instFlag: reserved(u32, 0),
    pIID: unique(conformant(uuid)),
    thisSize: sizeOf('pIID', u32, serializedSize),
    clientCOMVersion: COMVERSION,
  },
  { classCtx: 'CLSCTX', actvflags: 'ACTVFLAGS_*', pIID: 'the interfaces asked for' },
);

const specialPropertiesHead = {
  dwSessionId: u32,
  fRemoteThisSessionId: i32,
  fClientImpersonating: i32,
  fPartitionIDPresent: i32,
  dwDefaultAuthnLvl: u32,
  guidPartition: uuid,
  dwPRTFlags: u32,
  dwOrigClsctx: u32,
  dwFlags: u32,
};

export const SpecialPropertiesData_Current = struct('SpecialPropertiesData', '[MS-DCOM] 2.2.22.2.2', {
  ...specialPropertiesHead,
  Reserved1: reserved(u32, 0),
  Reserved2: reserved(u64, 0n),
  Reserved3: fixedArray(u32, 5),
});

const SpecialPropertiesData_Alternate = struct('SpecialPropertiesData_Alternate', '[MS-DCOM] 2.2.22.2.2', {
  ...specialPropertiesHead,
  Reserved3: fixedArray(u32, 8),
});

export type SpecialPropertiesData = Infer<typeof SpecialPropertiesData_Current>;

const CURRENT_SIZE = 84;
const ALTERNATE_RESERVED = 8;

/** Both definitions, told apart by the size on the wire and by the length of `Reserved3` in the value. */
class SpecialProperties extends NdrType<SpecialPropertiesData> {
  constructor() {
    super('SpecialPropertiesData', '[MS-DCOM] 2.2.22.2.2', SpecialPropertiesData_Alternate);
  }

  override get fields() {
    return SpecialPropertiesData_Current.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [SpecialPropertiesData_Current, SpecialPropertiesData_Alternate];
  }

  override read(reader: NdrReader): SpecialPropertiesData {
    const type = reader.remaining >= CURRENT_SIZE ? SpecialPropertiesData_Current : SpecialPropertiesData_Alternate;
    return type.read(reader);
  }

  override write(writer: NdrWriter, value: SpecialPropertiesData): void {
    const alternate = value?.Reserved3?.length === ALTERNATE_RESERVED;
    (alternate ? SpecialPropertiesData_Alternate : SpecialPropertiesData_Current).write(writer, value);
  }
}

export const SpecialPropertiesData: NdrType<SpecialPropertiesData> = new SpecialProperties();

export const InstanceInfoData = struct('InstanceInfoData', '[MS-DCOM] 2.2.22.2.3', {
  fileName: optional(wstring),
  mode: u32,
  ifdROT: optional(interfacePointer),
  ifdStg: optional(interfacePointer),
});

export const customREMOTE_REQUEST_SCM_INFO = struct('customREMOTE_REQUEST_SCM_INFO', '[MS-DCOM] 2.2.22.2.4.1', {
  ClientImpLevel: u32,
  cRequestedProtseqs: sizeOf('pRequestedProtseqs', u16),
  pRequestedProtseqs: unique(conformant(u16)),
});

export const ScmRequestInfoData = struct('ScmRequestInfoData', '[MS-DCOM] 2.2.22.2.4', {
  pdwReserved: optional(u32),
  remoteRequest: unique(customREMOTE_REQUEST_SCM_INFO),
});

export const ActivationContextInfoData = struct('ActivationContextInfoData', '[MS-DCOM] 2.2.22.2.5', {
  clientOK: reserved(i32, 0),
  bReserved1: reserved(i32, 0),
  dwReserved1: reserved(u32, 0),
  dwReserved2: reserved(u32, 0),
  pIFDClientCtx: unique(interfacePointer),
  pIFDPrototypeCtx: optional(interfacePointer),
});

export const LocationInfoData = struct('LocationInfoData', '[MS-DCOM] 2.2.22.2.6', {
  machineName: optional(wstring),
  processId: reserved(u32, 0),
  apartmentId: reserved(u32, 0),
  contextId: reserved(u32, 0),
});

export const COSERVERINFO = struct(
  'COSERVERINFO',
  '[MS-DCOM] 2.2.22.2.7.1',
  {
    dwReserved1: reserved(u32, 0),
    pwszName: unique(wstring),
    pdwReserved: optional(u32),
    dwReserved2: reserved(u32, 0),
  },
  { pwszName: 'the server as the client named it' },
);

export const SecurityInfoData = struct('SecurityInfoData', '[MS-DCOM] 2.2.22.2.7', {
  dwAuthnFlags: reserved(u32, 0),
  pServerInfo: unique(COSERVERINFO),
  pdwReserved: optional(u32),
});

export const customREMOTE_REPLY_SCM_INFO = struct(
  'customREMOTE_REPLY_SCM_INFO',
  '[MS-DCOM] 2.2.22.2.8.1',
  {
    Oxid: u64,
    pdsaOxidBindings: unique(DUALSTRINGARRAY),
    ipidRemUnknown: uuid,
    authnHint: u32,
    serverVersion: COMVERSION,
  },
  { authnHint: 'the least RPC_C_AUTHN_LEVEL_* of the object exporter' },
);

export const ScmReplyInfoData = struct('ScmReplyInfoData', '[MS-DCOM] 2.2.22.2.8', {
  pdwReserved: optional(u32),
  remoteReply: unique(customREMOTE_REPLY_SCM_INFO),
});

export const PropsOutInfo = struct('PropsOutInfo', '[MS-DCOM] 2.2.22.2.9', {
  cIfs: sizeOf('piid', u32),
  piid: unique(conformant(uuid)),
  phresults: unique(conformant(HRESULT)),
  ppIntfData: unique(conformant(unique(interfacePointer))),
});

/** [MS-DCOM] 2.2.22.2: which structure an entry of CustomHeader.pclsid stands for. */
export const ACTIVATION_PROPERTIES = {
  [guid.CLSID_InstantiationInfo]: InstantiationInfoData,
  [guid.CLSID_SpecialSystemProperties]: SpecialPropertiesData,
  [guid.CLSID_InstanceInfo]: InstanceInfoData,
  [guid.CLSID_ScmRequestInfo]: ScmRequestInfoData,
  [guid.CLSID_ActivationContextInfo]: ActivationContextInfoData,
  [guid.CLSID_ServerLocationInfo]: LocationInfoData,
  [guid.CLSID_SecurityInfo]: SecurityInfoData,
  [guid.CLSID_ScmReplyInfo]: ScmReplyInfoData,
  [guid.CLSID_PropsOutInfo]: PropsOutInfo,
} as const;
