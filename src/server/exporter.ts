import {
  IRemUnknown,
  IRemUnknown2,
  type ORPCTHIS,
  RemAddRef,
  RemQueryInterface,
  RemQueryInterface2,
  RemRelease,
  type STDOBJREF,
} from '../codec/dcom/index.js';
import { RpcFault } from '../rpc/index.js';
import { HRESULT, versionMatches } from './com.js';
import { INITIAL_REFERENCES, type ObjectInterface, type ObjectTable } from './objects.js';
import { method, type Service, service } from './service.js';

/** [MS-DCOM] 2.2.18.3 for an interface that is handed out. */
export const stdObjref = (table: ObjectTable, found: ObjectInterface, cPublicRefs: number): STDOBJREF => ({
  flags: 0,
  cPublicRefs,
  oxid: table.oxid,
  oid: found.object.oid,
  ipid: found.ipid,
});

/** [MS-DCOM] 3.1.1.5.4: an ORPC call whose header is not one is answered with a fault of its HRESULT. */
function checkHeader({ version, flags }: ORPCTHIS): void {
  if (!versionMatches(version)) throw new RpcFault(HRESULT.RPC_E_VERSION_MISMATCH);
  if (flags !== 0) throw new RpcFault(HRESULT.RPC_E_INVALID_HEADER);
}

/** IRemUnknown and IRemUnknown2 of an object exporter: [MS-DCOM] 3.1.1.5.6, 3.1.1.5.7. */
export function remoteUnknown(table: ObjectTable): Service[] {
  const ORPCthat = { flags: 0 };

  const queryInterface = method(RemQueryInterface, ({ ORPCthis, ripid, cRefs, iids }) => {
    checkHeader(ORPCthis);
    const source = table.find(ripid);
    if (source === undefined) return { ORPCthat, ppQIResults: null, ReturnValue: HRESULT.RPC_E_INVALID_OBJECT };
    const ppQIResults = iids.map((iid) => ({
      hResult: HRESULT.S_OK,
      std: stdObjref(table, table.export(source.object, iid, cRefs), cRefs),
    }));
    return { ORPCthat, ppQIResults, ReturnValue: HRESULT.S_OK };
  });

  const queryInterface2 = method(RemQueryInterface2, ({ ORPCthis, ripid, iids }) => {
    checkHeader(ORPCthis);
    const source = table.find(ripid);
    if (source === undefined) {
      return {
        ORPCthat,
        phr: iids.map(() => HRESULT.RPC_E_INVALID_OBJECT),
        ppMIF: iids.map(() => null),
        ReturnValue: HRESULT.RPC_E_INVALID_OBJECT,
      };
    }
    const ppMIF = iids.map((iid) => {
      const found = table.export(source.object, iid);
      return {
        flags: 1 as const,
        iid,
        std: stdObjref(table, found, INITIAL_REFERENCES),
        saResAddr: { stringBindings: [], securityBindings: [] },
      };
    });
    return { ORPCthat, phr: iids.map(() => HRESULT.S_OK), ppMIF, ReturnValue: HRESULT.S_OK };
  });

  const addRef = method(RemAddRef, ({ ORPCthis, InterfaceRefs }) => {
    checkHeader(ORPCthis);
    const pResults = InterfaceRefs.map(({ ipid, cPublicRefs, cPrivateRefs }) => {
      const found = table.find(ipid);
      if (found === undefined) return HRESULT.CO_E_OBJNOTREG;
      found.publicRefs += cPublicRefs;
      found.privateRefs += cPrivateRefs;
      return HRESULT.S_OK;
    });
    return { ORPCthat, pResults, ReturnValue: HRESULT.S_OK };
  });

  const release = method(RemRelease, ({ ORPCthis, InterfaceRefs }) => {
    checkHeader(ORPCthis);
    for (const { ipid, cPublicRefs, cPrivateRefs } of InterfaceRefs) {
      const found = table.find(ipid);
      if (found !== undefined) table.release(found, cPublicRefs, cPrivateRefs);
    }
    return { ORPCthat, ReturnValue: HRESULT.S_OK };
  });

  const common = [queryInterface, addRef, release];
  return [service(IRemUnknown, common), service(IRemUnknown2, [...common, queryInterface2])];
}
