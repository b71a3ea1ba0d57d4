import {
  conformant,
  error_status_t,
  interfaceDef,
  operation,
  reserved,
  sizeOf,
  u16,
  u32,
  u64,
  unique,
  uuid,
} from '../ndr/index.js';
import { IID_IObjectExporter } from './constants.js';
import { DUALSTRINGARRAY } from './dual-string-array.js';
import { COMVERSION } from './orpc.js';

const resolveRequest = {
  pOxid: u64,
  cRequestedProtseqs: sizeOf('arRequestedProtseqs', u16),
  arRequestedProtseqs: conformant(u16),
};
const resolveResponse = {
  ppdsaOxidBindings: unique(DUALSTRINGARRAY),
  pipidRemUnknown: uuid,
  pAuthnHint: u32,
};

export const ResolveOxid = operation({
  name: 'ResolveOxid',
  opnum: 0,
  section: '[MS-DCOM] 3.1.2.5.1.1',
  in: resolveRequest,
  out: { ...resolveResponse, ReturnValue: error_status_t },
});

export const SimplePing = operation({
  name: 'SimplePing',
  opnum: 1,
  section: '[MS-DCOM] 3.1.2.5.1.2',
  in: { pSetId: u64 },
  out: { ReturnValue: error_status_t },
});

export const ComplexPing = operation({
  name: 'ComplexPing',
  opnum: 2,
  section: '[MS-DCOM] 3.1.2.5.1.3',
  in: {
    pSetId: u64,
    SequenceNum: u16,
    cAddToSet: sizeOf('AddToSet', u16),
    cDelFromSet: sizeOf('DelFromSet', u16),
    AddToSet: unique(conformant(u64)),
    DelFromSet: unique(conformant(u64)),
  },
  out: { pSetId: u64, pPingBackoffFactor: u16, ReturnValue: error_status_t },
});

export const ServerAlive = operation({
  name: 'ServerAlive',
  opnum: 3,
  section: '[MS-DCOM] 3.1.2.5.1.4',
  in: {},
  out: { ReturnValue: error_status_t },
});

export const ResolveOxid2 = operation({
  name: 'ResolveOxid2',
  opnum: 4,
  section: '[MS-DCOM] 3.1.2.5.1.5',
  in: resolveRequest,
  out: { ...resolveResponse, pComVersion: COMVERSION, ReturnValue: error_status_t },
});

export const ServerAlive2 = operation({
  name: 'ServerAlive2',
  opnum: 5,
  section: '[MS-DCOM] 3.1.2.5.1.6',
  in: {},
  out: {
    pComVersion: COMVERSION,
    ppdsaOrBindings: unique(DUALSTRINGARRAY),
    pReserved: reserved(u32, 0),
    ReturnValue: error_status_t,
  },
});

export const IObjectExporter = interfaceDef({
  name: 'IObjectExporter',
  uuid: IID_IObjectExporter,
  version: { major: 0, minor: 0 },
  section: '[MS-DCOM] 3.1.2.5.1',
  operations: [ResolveOxid, SimplePing, ComplexPing, ServerAlive, ResolveOxid2, ServerAlive2],
});
