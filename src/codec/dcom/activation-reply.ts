import type { Infer } from '../ndr/index.js';
import type { RemoteActivation } from './activation.js';
import { propertyOf } from './activation-blob.js';
import { activationObjref, activationPropertiesOf, COM_VERSION_5_7 } from './activation-request.js';
import * as guid from './constants.js';
import type { DUALSTRINGARRAY } from './dual-string-array.js';
import type { InterfacePointer } from './minterface-pointer.js';
import type { OBJREF } from './objref.js';
import type { COMVERSION } from './orpc.js';

/** The result for one interface that was asked for. */
export interface ActivatedInterface {
  readonly iid: string;
  readonly hresult: number;
  /** Null where the object has no such interface. */
  readonly objref: InterfacePointer | null;
}

/** What an activation gives, in plain terms. */
export interface ActivationReply {
  readonly oxid: bigint;
  readonly ipidRemUnknown: string;
  /** Of the object exporter, with endpoints. */
  readonly bindings: DUALSTRINGARRAY;
  /** The least authentication level of the object exporter. */
  readonly authnHint: number;
  /** By default 5.7. */
  readonly serverVersion?: COMVERSION | undefined;
  readonly interfaces: readonly ActivatedInterface[];
}

/** ppActProperties with the properties in the order that Windows 10 sends. */
export const packActivationReply = (reply: ActivationReply): OBJREF =>
  activationObjref(guid.CLSID_ActivationPropertiesOut, guid.IID_IActivationPropertiesOut, [
    {
      clsid: guid.CLSID_PropsOutInfo,
      data: {
        piid: reply.interfaces.map(({ iid }) => iid),
        phresults: reply.interfaces.map(({ hresult }) => hresult),
        ppIntfData: reply.interfaces.map(({ objref }) => objref),
      },
    },
    {
      clsid: guid.CLSID_ScmReplyInfo,
      data: {
        remoteReply: {
          Oxid: reply.oxid,
          pdsaOxidBindings: reply.bindings,
          ipidRemUnknown: reply.ipidRemUnknown,
          authnHint: reply.authnHint,
          serverVersion: reply.serverVersion ?? COM_VERSION_5_7,
        },
      },
    },
  ]);

const NO_BINDINGS: DUALSTRINGARRAY = { stringBindings: [], securityBindings: [] };

const interfacesOf = (
  iids: readonly string[],
  hresults: readonly number[],
  objrefs: readonly (InterfacePointer | null)[],
): ActivatedInterface[] => iids.map((iid, i) => ({ iid, hresult: hresults[i] ?? 0, objref: objrefs[i] ?? null }));

/** The plain terms of ppActProperties; undefined where it names no object exporter. */
export function unpackActivationReply(pointer: InterfacePointer | null): ActivationReply | undefined {
  const properties = activationPropertiesOf(pointer);
  const reply = properties && propertyOf(properties, guid.CLSID_ScmReplyInfo)?.remoteReply;
  if (!reply) return undefined;
  const out = propertyOf(properties, guid.CLSID_PropsOutInfo);
  return {
    oxid: reply.Oxid,
    ipidRemUnknown: reply.ipidRemUnknown,
    bindings: reply.pdsaOxidBindings ?? NO_BINDINGS,
    authnHint: reply.authnHint,
    serverVersion: reply.serverVersion,
    interfaces: interfacesOf(out?.piid ?? [], out?.phresults ?? [], out?.ppIntfData ?? []),
  };
}

export type RemoteActivationResponse = Infer<typeof RemoteActivation.response>;

/** The same as the answer to IActivation::RemoteActivation; flags of the ORPCTHAT as Windows sends them. */
export const packRemoteActivationReply = (reply: ActivationReply): RemoteActivationResponse => ({
  ORPCthat: { flags: 1 },
  pOxid: reply.oxid,
  ppdsaOxidBindings: reply.bindings,
  pipidRemUnknown: reply.ipidRemUnknown,
  pAuthnHint: reply.authnHint,
  pServerVersion: reply.serverVersion ?? COM_VERSION_5_7,
  phr: 0,
  ppInterfaceData: reply.interfaces.map(({ objref }) => objref),
  pResults: reply.interfaces.map(({ hresult }) => hresult),
  ReturnValue: 0,
});

/** `iids` are those of the request: the answer does not repeat them. */
export const unpackRemoteActivationReply = (
  response: RemoteActivationResponse,
  iids: readonly string[],
): ActivationReply => ({
  oxid: response.pOxid,
  ipidRemUnknown: response.pipidRemUnknown,
  bindings: response.ppdsaOxidBindings ?? NO_BINDINGS,
  authnHint: response.pAuthnHint,
  serverVersion: response.pServerVersion,
  interfaces: interfacesOf(iids, response.pResults, response.ppInterfaceData),
});
