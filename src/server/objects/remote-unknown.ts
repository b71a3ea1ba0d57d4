import {
  IRemUnknown,
  IRemUnknown2,
  type REMINTERFACEREF,
  RemAddRef,
  RemQueryInterface,
  RemQueryInterface2,
  RemRelease,
  type STDOBJREF,
} from '../../codec/dcom/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import { ANONYMOUS_SID } from '../../security/index.js';
import { HRESULT } from '../com.js';
import { type CallContext, method, type Service, service } from '../endpoint/service.js';
import type { ObjectExporter } from './exporter.js';
import { INITIAL_REFERENCES, type ObjectInterface, type ObjectTable } from './table.js';

const NO_STD: STDOBJREF = { flags: 0, cPublicRefs: 0, oxid: 0n, oid: 0n, ipid: UUID_NULL };
const ORPCthat = { flags: 0 };

/** IRemUnknown and IRemUnknown2 of an object exporter: [MS-DCOM] 3.1.1.5.6, 3.1.1.5.7. */
export function remoteUnknown(objects: ObjectTable, exporter: ObjectExporter): Service[] {
  /** An interface that the caller may have to do with. Throws the fault that refuses him otherwise. */
  const admitted = (ipid: string, context: CallContext): ObjectInterface | undefined => {
    const found = objects.find(ipid);
    if (found !== undefined) exporter.admit(context, found);
    return found;
  };
  /** The interface that a query starts from, with its time of use noted. */
  const source = (ripid: string, context: CallContext): ObjectInterface | undefined => {
    const found = admitted(ripid, context);
    if (found !== undefined) found.object.calledAt = context.call.receivedAt;
    return found;
  };

  const missing = ({ object }: ObjectInterface): number =>
    objects.isFull(object) ? HRESULT.E_OUTOFMEMORY : HRESULT.E_NOINTERFACE;

  const queryInterface = method(RemQueryInterface, ({ ripid, cRefs, iids }, context) => {
    const from = source(ripid, context);
    if (from === undefined) return { ORPCthat, ppQIResults: null, ReturnValue: HRESULT.RPC_E_INVALID_OBJECT };
    const ppQIResults = iids.map((iid) => {
      const found = objects.query(from.object, iid, cRefs);
      if (found === undefined) return { hResult: missing(from), std: NO_STD };
      return { hResult: HRESULT.S_OK, std: exporter.std(found, cRefs) };
    });
    // Windows was seen to repeat the result of a single interface; what it gives where some are there is unconfirmed.
    const none = ppQIResults.length > 0 && ppQIResults.every(({ hResult }) => hResult === HRESULT.E_NOINTERFACE);
    return { ORPCthat, ppQIResults, ReturnValue: none ? HRESULT.E_NOINTERFACE : HRESULT.S_OK };
  });

  const queryInterface2 = method(RemQueryInterface2, ({ ripid, iids }, context) => {
    const from = source(ripid, context);
    const found = iids.map((iid) =>
      from === undefined ? undefined : objects.query(from.object, iid, INITIAL_REFERENCES),
    );
    const none = from === undefined ? HRESULT.RPC_E_INVALID_OBJECT : missing(from);
    return {
      ORPCthat,
      phr: found.map((item) => (item === undefined ? none : HRESULT.S_OK)),
      ppMIF: found.map((item) => (item === undefined ? null : exporter.objref(item, context.server))),
      ReturnValue: from === undefined ? HRESULT.RPC_E_INVALID_OBJECT : HRESULT.S_OK,
    };
  });

  const addRef = method(RemAddRef, ({ InterfaceRefs }, context) => {
    const sid = sidOf(context);
    for (const { ipid } of InterfaceRefs) admitted(ipid, context);
    const add = ({ ipid, cPublicRefs, cPrivateRefs }: REMINTERFACEREF): number => {
      const found = objects.find(ipid);
      if (found === undefined) return HRESULT.CO_E_OBJNOTREG;
      // Note <48>: private references need a client that can be told from others.
      if (cPrivateRefs > 0 && context.call.security === undefined) return HRESULT.E_ACCESSDENIED;
      objects.addRef(found, cPublicRefs, cPrivateRefs, sid);
      return HRESULT.S_OK;
    };
    return { ORPCthat, pResults: InterfaceRefs.map(add), ReturnValue: HRESULT.S_OK };
  });

  const release = method(RemRelease, ({ InterfaceRefs }, context) => {
    // Note <49>: as for RemAddRef.
    const nobody = context.call.security === undefined && InterfaceRefs.some(({ cPrivateRefs }) => cPrivateRefs > 0);
    if (nobody) return { ORPCthat, ReturnValue: HRESULT.E_ACCESSDENIED };
    for (const { ipid } of InterfaceRefs) admitted(ipid, context);
    for (const { ipid, cPublicRefs, cPrivateRefs } of InterfaceRefs) {
      const found = objects.find(ipid);
      if (found !== undefined) objects.release(found, cPublicRefs, cPrivateRefs, sidOf(context));
    }
    return { ORPCthat, ReturnValue: HRESULT.S_OK };
  });

  const common = [queryInterface, addRef, release];
  // Windows refuses NDR64 for these two in every capture, and takes it for IClassFactory.
  const ndr20 = { transferSyntaxes: ['ndr20'] } as const;
  return [service(IRemUnknown, common, ndr20), service(IRemUnknown2, [...common, queryInterface2], ndr20)];
}

const sidOf = ({ call }: CallContext): string => call.security?.identity.sid ?? ANONYMOUS_SID;
