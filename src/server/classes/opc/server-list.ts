import {
  CATID_OPCDAServer10,
  CATID_OPCDAServer20,
  CATID_OPCDAServer30,
  CLSID_OpcServerList,
  CLSID_StdComponentCategoriesMgr,
  ICatInformation,
  IEnumGUID,
  IOPCEnumGUID,
  IOPCServerList,
  IOPCServerList2,
} from '../../../codec/opc/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { HRESULT } from '../../com.js';
import { type ComClass, type ComInterface, comInterface, comMethod, handOut, type ObjectCall } from '../class.js';
import { enumerator } from '../enumerators.js';

/** An OPC server of the machine, as a list has it. */
export interface ListedServer {
  readonly clsid: string;
  readonly progId: string;
  readonly title: string;
}

const CO_E_CLASSSTRING = 0x800401f3;
/** What each of the simulated servers implements. */
const IMPLEMENTED: readonly string[] = [CATID_OPCDAServer20, CATID_OPCDAServer30];
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  [CATID_OPCDAServer10]: 'OPC Data Access Servers Version 1.0',
  [CATID_OPCDAServer20]: 'OPC Data Access Servers Version 2.0',
  [CATID_OPCDAServer30]: 'OPC Data Access Servers Version 3.0',
};

/** Whether a class of `IMPLEMENTED` is of any of the categories that are asked for; all where none is. */
const isListed = (implemented: readonly string[], required: readonly string[]): boolean =>
  required.length === 0 && (implemented.length === 0 || implemented.some((each) => IMPLEMENTED.includes(each)));

const guids = (definition: typeof IEnumGUID | typeof IOPCEnumGUID, list: readonly string[], call: ObjectCall) =>
  handOut(call, enumerator(definition, list), definition.uuid);

/** OpcEnum: which OPC servers a machine has. */
export function opcEnum(servers: readonly ListedServer[]): ComClass {
  const list = (definition: typeof IOPCServerList | typeof IOPCServerList2): ComInterface => {
    const { methods } = definition;
    const newer = definition === IOPCServerList2;
    const byClsid = (clsid: string) => servers.find((each) => each.clsid === clsid);
    const details = (clsid: string) => {
      const { progId: ppszProgID = null, title: ppszUserType = null } = byClsid(clsid) ?? {};
      return {
        ppszProgID,
        ppszUserType,
        ReturnValue: ppszProgID === null ? HRESULT.REGDB_E_CLASSNOTREG : HRESULT.S_OK,
      };
    };
    return comInterface(
      comMethod(methods.EnumClassesOfCategories, ({ rgcatidImpl, rgcatidReq }, call) => {
        const clsids = isListed(rgcatidImpl, rgcatidReq) ? servers.map(({ clsid }) => clsid) : [];
        const { pointer: ppenumClsid, ReturnValue } = guids(newer ? IOPCEnumGUID : IEnumGUID, clsids, call);
        return { ppenumClsid, ReturnValue };
      }),
      newer
        ? comMethod(IOPCServerList2.methods.GetClassDetails, ({ clsid }) => ({
            ...details(clsid),
            // Without the number of its version, where it has one.
            ppszVerIndProgID: byClsid(clsid)?.progId.replace(/\.\d+$/, '') ?? null,
          }))
        : comMethod(IOPCServerList.methods.GetClassDetails, ({ clsid }) => details(clsid)),
      comMethod(methods.CLSIDFromProgID, ({ szProgId }) => {
        const wanted = szProgId.toLowerCase();
        const server = servers.find(({ progId }) =>
          [progId.toLowerCase(), progId.toLowerCase().replace(/\.\d+$/, '')].includes(wanted),
        );
        if (server === undefined) return { clsid: UUID_NULL, ReturnValue: CO_E_CLASSSTRING };
        return { clsid: server.clsid, ReturnValue: HRESULT.S_OK };
      }),
    );
  };
  return {
    clsid: CLSID_OpcServerList,
    name: 'OpcEnum',
    create: () => {
      const interfaces = new Map([
        [IOPCServerList.uuid, list(IOPCServerList)],
        [IOPCServerList2.uuid, list(IOPCServerList2)],
      ]);
      return { name: 'OpcEnum', queryInterface: (iid) => interfaces.get(iid) };
    },
  };
}

/** Windows' own list of classes by category, for clients that do without OpcEnum. */
export function categoriesManager(servers: readonly ListedServer[]): ComClass {
  const { methods } = ICatInformation;
  const known = (clsid: string): boolean => servers.some((each) => each.clsid === clsid);
  const create = () => {
    const found = comInterface(
      comMethod(methods.GetCategoryDesc, ({ rcatid }) => {
        const pszDesc = DESCRIPTIONS[rcatid] ?? null;
        return { pszDesc, ReturnValue: pszDesc === null ? HRESULT.E_INVALIDARG : HRESULT.S_OK };
      }),
      comMethod(methods.RemoteEnumClassesOfCategories, ({ rgcatidImpl, rgcatidReq }, call) => {
        const clsids = isListed(rgcatidImpl ?? [], rgcatidReq ?? []) ? servers.map(({ clsid }) => clsid) : [];
        const { pointer: ppenumClsid, ReturnValue } = guids(IEnumGUID, clsids, call);
        return { ppenumClsid, ReturnValue };
      }),
      comMethod(methods.RemoteIsClassOfCategories, ({ rclsid, rgcatidImpl, rgcatidReq }) => {
        const is = known(rclsid) && isListed(rgcatidImpl ?? [], rgcatidReq ?? []);
        return { ReturnValue: is ? HRESULT.S_OK : HRESULT.S_FALSE };
      }),
      comMethod(methods.EnumImplCategoriesOfClass, ({ rclsid }, call) => {
        const { pointer: ppenumCatid, ReturnValue } = guids(IEnumGUID, known(rclsid) ? IMPLEMENTED : [], call);
        return { ppenumCatid, ReturnValue };
      }),
      comMethod(methods.EnumReqCategoriesOfClass, (_, call) => {
        const { pointer: ppenumCatid, ReturnValue } = guids(IEnumGUID, [], call);
        return { ppenumCatid, ReturnValue };
      }),
    );
    return {
      name: 'component categories manager',
      queryInterface: (iid: string) => (iid === ICatInformation.uuid ? found : undefined),
    };
  };
  return { clsid: CLSID_StdComponentCategoriesMgr, name: 'component categories manager', create };
}
