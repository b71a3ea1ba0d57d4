import type { Infer } from '../ndr/index.js';
import { UUID_NULL } from '../uuid.js';
import type { RemoteActivation } from './activation.js';
import { type ActivationProperties, type ActivationProperty, propertyOf } from './activation-blob.js';
import * as guid from './constants.js';
import type { InterfacePointer } from './minterface-pointer.js';
import type { OBJREF } from './objref.js';
import { OBJREF_FLAG_CUSTOM } from './objref.js';
import type { COMVERSION } from './orpc.js';

/** What an activation asks for, in plain terms. */
export interface ActivationRequest {
  readonly clsid: string;
  readonly iids: readonly string[];
  /** By default 5.7. */
  readonly clientVersion?: COMVERSION | undefined;
  /** CLSCTX; by default local and remote server, as Windows asks. */
  readonly classCtx?: number | undefined;
  /** ACTVFLAGS_*. */
  readonly actvflags?: number | undefined;
  /** SpecialPropertiesData.dwDefaultAuthnLvl: the level that the client means to use. */
  readonly authnLevel?: number | undefined;
  /** RPC_C_IMP_LEVEL_*; by default identify, as Windows sends. */
  readonly impersonationLevel?: number | undefined;
  /** Protocol sequence identifiers; by default ncacn_ip_tcp. */
  readonly protocolSequences?: readonly number[] | undefined;
  /** The id of the client context, which Windows chooses at random. */
  readonly contextId?: string | undefined;
  /** The server as the client named it. */
  readonly serverName?: string | undefined;
}

/** [MS-DCOM] 2.2.11: the newest COM version. */
export const COM_VERSION_5_7: COMVERSION = { MajorVersion: 5, MinorVersion: 7 };
export const NCACN_IP_TCP = 7;
/** What Windows sends in destCtx: [MS-DCOM] appendix B, note 22. */
export const MSHCTX_DIFFERENTMACHINE = 2;

const CLSCTX_LOCAL_AND_REMOTE = 0x14;
const ANY_SESSION = 0xffffffff;
const CONTEXT_BY_VALUE = 2;
const RPC_C_AUTHN_LEVEL_CONNECT = 2;
const RPC_C_IMP_LEVEL_IDENTIFY = 2;

/** The activation properties in the OBJREF that carries them; in requests and replies alike. */
export const activationObjref = (clsid: string, iid: string, properties: readonly ActivationProperty[]): OBJREF => ({
  flags: OBJREF_FLAG_CUSTOM,
  iid,
  clsid,
  activationProperties: { destCtx: MSHCTX_DIFFERENTMACHINE, properties },
});

/** The activation properties of an interface pointer, if it holds any. */
export const activationPropertiesOf = (pointer: InterfacePointer | null): ActivationProperties | undefined =>
  pointer && 'activationProperties' in pointer ? pointer.activationProperties : undefined;

/** pActProperties with the properties, in the order and with the defaults, that Windows 10 sends. */
export function packActivationRequest(request: ActivationRequest): OBJREF {
  const { clsid, iids, classCtx = CLSCTX_LOCAL_AND_REMOTE, serverName } = request;
  return activationObjref(guid.CLSID_ActivationPropertiesIn, guid.IID_IActivationPropertiesIn, [
    {
      clsid: guid.CLSID_SpecialSystemProperties,
      data: {
        dwSessionId: ANY_SESSION,
        fRemoteThisSessionId: 0,
        fClientImpersonating: 0,
        fPartitionIDPresent: 0,
        dwDefaultAuthnLvl: request.authnLevel ?? RPC_C_AUTHN_LEVEL_CONNECT,
        guidPartition: UUID_NULL,
        dwPRTFlags: 0,
        dwOrigClsctx: classCtx,
        dwFlags: guid.SPD_FLAG_USE_DEFAULT_AUTHN_LVL,
        Reserved3: [0, 0, 0, 0, 0],
      },
    },
    {
      clsid: guid.CLSID_InstantiationInfo,
      data: {
        classId: clsid,
        classCtx,
        actvflags: request.actvflags ?? 0,
        pIID: [...iids],
        clientCOMVersion: request.clientVersion ?? COM_VERSION_5_7,
      },
    },
    {
      clsid: guid.CLSID_ActivationContextInfo,
      data: { pIFDClientCtx: clientContext(request.contextId ?? UUID_NULL) },
    },
    {
      clsid: guid.CLSID_SecurityInfo,
      data: { pServerInfo: serverName === undefined ? null : { pwszName: serverName } },
    },
    { clsid: guid.CLSID_ServerLocationInfo, data: {} },
    {
      clsid: guid.CLSID_ScmRequestInfo,
      data: {
        remoteRequest: {
          ClientImpLevel: request.impersonationLevel ?? RPC_C_IMP_LEVEL_IDENTIFY,
          pRequestedProtseqs: [...(request.protocolSequences ?? [NCACN_IP_TCP])],
        },
      },
    },
  ]);
}

/** [MS-DCOM] 2.2.20: a client context without properties. */
const clientContext = (ContextId: string): OBJREF => ({
  flags: OBJREF_FLAG_CUSTOM,
  iid: guid.IID_IContext,
  clsid: guid.CLSID_ContextMarshaler,
  context: { ContextId, Flags: CONTEXT_BY_VALUE, MshlFlags: 0, PropMarshalHeader: [] },
});

const contextIdOf = (pointer: InterfacePointer | null | undefined): string | undefined =>
  pointer && 'context' in pointer ? pointer.context.ContextId : undefined;

/** The plain terms of pActProperties; undefined where it names no class. */
export function unpackActivationRequest(pointer: InterfacePointer | null): ActivationRequest | undefined {
  const properties = activationPropertiesOf(pointer);
  const instantiation = properties && propertyOf(properties, guid.CLSID_InstantiationInfo);
  if (!instantiation) return undefined;
  const remoteRequest = propertyOf(properties, guid.CLSID_ScmRequestInfo)?.remoteRequest;
  return {
    clsid: instantiation.classId,
    iids: instantiation.pIID ?? [],
    clientVersion: instantiation.clientCOMVersion,
    classCtx: instantiation.classCtx,
    actvflags: instantiation.actvflags,
    authnLevel: propertyOf(properties, guid.CLSID_SpecialSystemProperties)?.dwDefaultAuthnLvl,
    impersonationLevel: remoteRequest?.ClientImpLevel,
    protocolSequences: remoteRequest?.pRequestedProtseqs ?? [],
    contextId: contextIdOf(propertyOf(properties, guid.CLSID_ActivationContextInfo)?.pIFDClientCtx),
    serverName: propertyOf(properties, guid.CLSID_SecurityInfo)?.pServerInfo?.pwszName ?? undefined,
  };
}

/** The same of IActivation::RemoteActivation, which has parameters instead of properties. */
export const unpackRemoteActivation = (request: Infer<typeof RemoteActivation.request>): ActivationRequest => ({
  clsid: request.Clsid,
  iids: request.pIIDs ?? [],
  clientVersion: request.ORPCthis.version,
  impersonationLevel: request.ClientImpLevel,
  protocolSequences: request.aRequestedProtseqs,
});
