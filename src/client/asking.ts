import type { Vtable } from '../codec/dcom/index.js';
import type { InterfaceDef, Operation } from '../codec/ndr/index.js';
import {
  IConnectionPoint,
  IConnectionPointContainer,
  IEnumGUID,
  IEnumString,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCEnumGUID,
  IOPCGroupStateMgt,
  IOPCItemIO,
  IOPCItemMgt,
  IOPCItemProperties,
  IOPCServer,
  IOPCServerList,
  IOPCServerList2,
  IOPCSyncIO,
  IOPCSyncIO2,
} from '../codec/opc/index.js';
import {
  CreateClassEnum,
  CreateInstanceEnum,
  EstablishPosition,
  ExecNotificationQuery,
  ExecQuery,
  GetObject,
  GetSmartEnum,
  IEnumWbemClassObject,
  IWbemFetchSmartEnum,
  IWbemLevel1Login,
  IWbemServices,
  IWbemWCOSmartEnum,
  Next,
  NTLMLogin,
  SmartNext,
} from '../codec/wmi/index.js';

type Asked = readonly [of: InterfaceDef, ...operations: Operation[]];

const methodsOf = <M>(of: Vtable<M>, ...names: (keyof M)[]): Asked => [
  of,
  ...names.map((name) => of.methods[name] as unknown as Operation),
];

/**
 * The methods that WMI and OPC are asked with. The groups and enumerators that they set up are the client's own and go
 * with it.
 */
const ASKING: readonly Asked[] = [
  [IWbemLevel1Login, EstablishPosition, NTLMLogin],
  [IWbemServices, GetObject, ExecQuery, ExecNotificationQuery, CreateInstanceEnum, CreateClassEnum],
  [IEnumWbemClassObject, Next],
  [IWbemFetchSmartEnum, GetSmartEnum],
  [IWbemWCOSmartEnum, SmartNext],
  methodsOf(IOPCServerList, 'EnumClassesOfCategories', 'GetClassDetails', 'CLSIDFromProgID'),
  methodsOf(IOPCServerList2, 'EnumClassesOfCategories', 'GetClassDetails', 'CLSIDFromProgID'),
  methodsOf(IEnumGUID, 'Next'),
  methodsOf(IOPCEnumGUID, 'Next'),
  methodsOf(IEnumString, 'RemoteNext'),
  methodsOf(IOPCServer, 'GetStatus', 'AddGroup', 'RemoveGroup'),
  methodsOf(IOPCBrowseServerAddressSpace, 'QueryOrganization', 'ChangeBrowsePosition', 'BrowseOPCItemIDs', 'GetItemID'),
  methodsOf(IOPCItemProperties, 'QueryAvailableProperties', 'GetItemProperties'),
  methodsOf(IOPCBrowse, 'Browse', 'GetProperties'),
  methodsOf(IOPCGroupStateMgt, 'GetState'),
  methodsOf(IOPCItemMgt, 'AddItems', 'ValidateItems', 'RemoveItems'),
  methodsOf(IOPCItemIO, 'Read'),
  methodsOf(IOPCSyncIO, 'Read'),
  methodsOf(IOPCSyncIO2, 'Read', 'ReadMaxAge'),
  methodsOf(IConnectionPointContainer, 'FindConnectionPoint'),
  methodsOf(IConnectionPoint, 'Advise', 'Unadvise'),
];

const keyOf = (uuid: string, opnum: number): string => `${uuid.toLowerCase()} ${opnum}`;

/** By what goes over the wire, whatever a caller's own declaration is named. */
const KEYS = new Set(ASKING.flatMap(([{ uuid }, ...operations]) => operations.map(({ opnum }) => keyOf(uuid, opnum))));

/** Whether a method of an object changes nothing where it is called. */
export const onlyAsks = ({ uuid }: Pick<InterfaceDef, 'uuid'>, { opnum }: Pick<Operation, 'opnum'>): boolean =>
  KEYS.has(keyOf(uuid, opnum));
