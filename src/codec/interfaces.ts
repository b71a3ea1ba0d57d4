import { IActivation, IRemoteSCMActivator } from './dcom/activation.js';
import { IObjectExporter } from './dcom/object-exporter.js';
import { IRemUnknown, IRemUnknown2 } from './dcom/rem-unknown.js';
import { ept } from './epm/index.js';
import { mgmt } from './mgmt/index.js';
import type { InterfaceDef } from './ndr/index.js';
import { IClassFactory, IDispatch, IProvideClassInfo, ITypeInfo } from './oaut/index.js';
import { OPC_INTERFACES } from './opc/index.js';
import { OPERATION_NAMES } from './operation-names.data.js';
import { rpcecho } from './rpcecho/index.js';
import { WMI_INTERFACES } from './wmi/index.js';

/** The interfaces whose operations this project can marshal. */
export const INTERFACES: readonly InterfaceDef[] = [
  IActivation,
  IRemoteSCMActivator,
  IObjectExporter,
  IRemUnknown,
  IRemUnknown2,
  IClassFactory,
  IProvideClassInfo,
  IDispatch,
  ITypeInfo,
  ...OPC_INTERFACES,
  ...WMI_INTERFACES,
  ept,
  mgmt,
  rpcecho,
];

/** Names of interfaces that captures are full of, and whose operations are not declared here. */
const NAMES: Readonly<Record<string, string>> = {
  '00000000-0000-0000-c000-000000000046': 'IUnknown',
  '00000134-0000-0000-c000-000000000046': 'IRundown',
  '12345678-1234-abcd-ef00-0123456789ab': 'spoolss',
  '12345678-1234-abcd-ef00-01234567cffb': 'netlogon',
  '12345778-1234-abcd-ef00-0123456789ab': 'lsarpc',
  '12345778-1234-abcd-ef00-0123456789ac': 'samr',
  '1ff70682-0a51-30e8-076d-740be8cee98b': 'atsvc',
  '338cd001-2244-31f1-aaaa-900038001003': 'winreg',
  '367abb81-9844-35f1-ad32-98f038001003': 'svcctl',
  '3919286a-b10c-11d0-9ba8-00c04fd92ef5': 'dssetup',
  '4b324fc8-1670-01d3-1278-5a47bf6ee188': 'srvsvc',
  '6bffd098-a112-3610-9833-46c3f87e345a': 'wkssvc',
  '86d35949-83c9-4044-b424-db363231fd0c': 'ITaskSchedulerService',
  '8bc3f05e-d86b-11d0-a075-00c04fb68820': 'IWbemLevel1Login (class)',
  '9f6c78ef-fce5-42fa-abea-3e7df91921dc': 'IWbemLoginClientIDEx',
  'c681d488-d850-11d0-8c52-00c04fd90f7e': 'efsrpc',
  'df1941c5-fe89-4e79-bf10-463657acf44d': 'efsrpc2',
  'e3514235-4b06-11d1-ab04-00c04fc2dcd2': 'drsuapi',
  '91ae6020-9e3c-11cf-8d7c-00aa00c091be': 'ICertPassage',
  'd99e6e70-fc88-11d0-b498-00a0c90312f3': 'ICertRequestD',
  'd99e6e71-fc88-11d0-b498-00a0c90312f3': 'ICertAdminD',
  '5422fd3a-d4b8-4cef-a12e-e87d4ca22e90': 'ICertRequestD2',
  '7fe0d935-dda6-443f-85d0-1cfb58fe41dd': 'ICertAdminD2',
};

const BY_UUID = new Map(INTERFACES.map((each) => [each.uuid, each]));

export const interfaceByUuid = (uuid: string | undefined): InterfaceDef | undefined =>
  uuid === undefined ? undefined : BY_UUID.get(uuid);

/** The UUIDs of all interfaces that are known here. */
export const interfaceUuids = (): string[] => [...BY_UUID.keys(), ...Object.keys(NAMES)];

/** The name of an interface, or its UUID where it has none here. */
export const interfaceName = (uuid: string): string => BY_UUID.get(uuid)?.name ?? NAMES[uuid] ?? uuid;

/** What Wireshark calls interfaces that have another name in their specification. */
export const INTERFACE_ALIASES: Readonly<Record<string, string>> = {
  IOXIDResolver: 'IObjectExporter',
  ISystemActivator: 'IRemoteSCMActivator',
  epmapper: 'ept',
};

/** The name of an operation, also of those whose parameters are not declared here. */
export function operationName(uuid: string | undefined, opnum: number | undefined): string | undefined {
  if (uuid === undefined || opnum === undefined) return undefined;
  return BY_UUID.get(uuid)?.operations.get(opnum)?.name ?? OPERATION_NAMES[NAMES[uuid] ?? '']?.[opnum];
}

const UUIDS = new Map(INTERFACES.map(({ name, uuid }) => [name, uuid]));

/** The UUID of an interface that is given by its name, or by its UUID. */
export const interfaceUuid = (uuidOrName: string): string => UUIDS.get(uuidOrName) ?? uuidOrName;

/** A call by the names of its interface, which is given by UUID or by name, and of its operation, as far as they are known. */
export function callName(uuidOrName: string, opnum: number): string {
  const operation = operationName(interfaceUuid(uuidOrName), opnum);
  return `${interfaceName(uuidOrName)}${operation === undefined ? ` opnum ${opnum}` : `::${operation}`}`;
}

/** The names that `operationName` gives. */
export const operationNames = (): string[] => [
  ...INTERFACES.flatMap(({ operations }) => [...operations.values()].map(({ name }) => name)),
  ...Object.values(OPERATION_NAMES).flatMap((names) => Object.values(names)),
];

/** The names that `interfaceName` gives. */
export const interfaceNames = (): string[] => [...INTERFACES.map(({ name }) => name), ...Object.values(NAMES)];
