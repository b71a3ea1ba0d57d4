import type { DcomClientOptions } from '../../src/client/dcom-client.js';
import type { RemoteInterface } from '../../src/client/remote-interface.js';
import { variant } from '../../src/codec/oaut/index.js';
import {
  CATID_OPCDAServer20,
  CLSID_OpcServerList,
  CLSID_StdComponentCategoriesMgr,
  ICatInformation,
  IConnectionPoint,
  IConnectionPointContainer,
  IEnumConnectionPoints,
  IEnumConnections,
  IEnumGUID,
  IEnumOPCItemAttributes,
  IEnumString,
  IEnumUnknown,
  IOPCAsyncIO3,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCCommon,
  IOPCDataCallback,
  IOPCEnumGUID,
  IOPCGroupStateMgt,
  IOPCGroupStateMgt2,
  IOPCItemDeadbandMgt,
  IOPCItemIO,
  IOPCItemMgt,
  IOPCItemProperties,
  IOPCServer,
  IOPCServerList,
  IOPCServerList2,
  IOPCSyncIO2,
} from '../../src/codec/opc/index.js';
import type { ExportOptions } from '../../src/server/export-objects.js';
import type { ServerOptions } from '../../src/server/server.js';
import { ask, handed, PLANT, type Plant, PlantClient, servePlant } from './opc.js';
import { definition, filled, onShutdown } from './opc-groups.js';

const LCID = 0x409;

/** Walks an enumerator by every one of its methods. */
async function walked(
  client: PlantClient,
  pointer: unknown,
  of: typeof IEnumString | typeof IEnumUnknown,
): Promise<void> {
  const enumerator = await handed(client, pointer);
  const definition = of as typeof IEnumString;
  const next = 'RemoteNext' in of.methods ? 'RemoteNext' : ('Next' as 'RemoteNext');
  await ask(enumerator, definition, next, { celt: 100 });
  await ask(enumerator, definition, 'Reset', {});
  await ask(enumerator, definition, 'Skip', { celt: 1 });
  await handed(client, (await ask(enumerator, definition, 'Clone', {})).ppenum);
}

async function listsServers(client: PlantClient, clsid: string): Promise<void> {
  const list = await client.dcom.activate(CLSID_OpcServerList, IOPCServerList2.uuid);
  const categories = { rgcatidImpl: [CATID_OPCDAServer20], rgcatidReq: [] };
  for (const [of, enumerator] of [
    [IOPCServerList2, IOPCEnumGUID],
    [IOPCServerList, IEnumGUID],
  ] as const) {
    const { ppenumClsid } = await ask(list, of as typeof IOPCServerList, 'EnumClassesOfCategories', categories);
    await walked(client, ppenumClsid, enumerator as unknown as typeof IEnumString);
    const { ppszProgID } = await ask(list, of as typeof IOPCServerList, 'GetClassDetails', { clsid });
    await ask(list, of as typeof IOPCServerList, 'CLSIDFromProgID', { szProgId: ppszProgID ?? '' });
  }
  const manager = await client.dcom.activate(CLSID_StdComponentCategoriesMgr, ICatInformation.uuid);
  await ask(manager, ICatInformation, 'GetCategoryDesc', { rcatid: CATID_OPCDAServer20, lcid: LCID });
  await ask(manager, ICatInformation, 'RemoteIsClassOfCategories', { rclsid: clsid, ...categories });
  await ask(manager, ICatInformation, 'EnumImplCategoriesOfClass', { rclsid: clsid });
  await ask(manager, ICatInformation, 'EnumReqCategoriesOfClass', { rclsid: clsid });
  const found = await ask(manager, ICatInformation, 'RemoteEnumClassesOfCategories', categories);
  await walked(client, found.ppenumClsid, IEnumGUID as unknown as typeof IEnumString);
}

async function browses(client: PlantClient, opc: RemoteInterface): Promise<void> {
  const space = IOPCBrowseServerAddressSpace;
  await ask(opc, space, 'QueryOrganization', {});
  await ask(opc, space, 'ChangeBrowsePosition', { dwBrowseDirection: 2, szString: 'A' });
  await ask(opc, space, 'GetItemID', { szItemDataID: 'Constant' });
  await ask(opc, space, 'BrowseAccessPaths', { szItemID: 'A.Constant' });
  const all = { dwBrowseFilterType: 3, szFilterCriteria: '', vtDataTypeFilter: 0, dwAccessRightsFilter: 0 };
  await walked(client, (await ask(opc, space, 'BrowseOPCItemIDs', all)).ppIEnumString, IEnumString);
  const ids = { szItemID: 'A.Setpoint', pdwPropertyIDs: [1, 2, 5, 100, 102, 9_999] };
  await ask(opc, IOPCItemProperties, 'QueryAvailableProperties', { szItemID: 'A.Setpoint' });
  await ask(opc, IOPCItemProperties, 'GetItemProperties', ids);
  await ask(opc, IOPCItemProperties, 'LookupItemIDs', ids);
  const values = { bReturnPropertyValues: true, pdwPropertyIDs: [1, 2, 100] };
  await ask(opc, IOPCBrowse, 'GetProperties', { pszItemIDs: ['A.Setpoint', 'None', null], ...values });
  for (const szItemID of ['', 'A'])
    await ask(opc, IOPCBrowse, 'Browse', {
      ...{ szItemID, pszContinuationPoint: null, dwMaxElementsReturned: 2, dwBrowseFilter: 1 },
      ...{ szElementNameFilter: '', szVendorFilter: '', bReturnAllProperties: true, ...values },
    });
}

async function managesGroups(client: PlantClient, opc: RemoteInterface): Promise<void> {
  const { group, handles } = await filled(client, opc, ['A.Constant', 'B.Ramp'], { szName: 'Line 1' });
  const phServer = handles;
  await ask(group, IOPCItemMgt, 'ValidateItems', { pItemArray: [definition('None')], bBlobUpdate: true });
  await ask(group, IOPCItemMgt, 'SetActiveState', { phServer, bActive: true });
  await ask(group, IOPCItemMgt, 'SetClientHandles', { phServer, phClient: [5, 6] });
  await ask(group, IOPCItemMgt, 'SetDatatypes', { phServer, pRequestedDatatypes: [8, 4] });
  const made = await ask(group, IOPCItemMgt, 'CreateEnumerator', { riid: IEnumOPCItemAttributes.uuid });
  const attributes = await handed(client, made.ppUnk);
  for (const celt of [1, 9]) await ask(attributes, IEnumOPCItemAttributes, 'Next', { celt });
  await ask(attributes, IEnumOPCItemAttributes, 'Reset', {});
  await ask(attributes, IEnumOPCItemAttributes, 'Skip', { celt: 1 });
  await ask(attributes, IEnumOPCItemAttributes, 'Clone', {});
  await ask(group, IOPCGroupStateMgt2, 'GetState', {});
  await ask(group, IOPCGroupStateMgt2, 'SetState', {
    ...{ pRequestedUpdateRate: 55, pActive: true, pTimeBias: -60, pPercentDeadband: 2.5 },
    ...{ pLCID: LCID, phClientGroup: 9 },
  });
  await ask(group, IOPCGroupStateMgt2, 'SetName', { szName: 'Linie 1 – größer' });
  await ask(group, IOPCGroupStateMgt2, 'SetKeepAlive', { dwKeepAliveTime: 5_000 });
  await ask(group, IOPCGroupStateMgt2, 'GetKeepAlive', {});
  await ask(group, IOPCGroupStateMgt2, 'CloneGroup', { szName: 'Line 2', riid: IOPCGroupStateMgt.uuid });
  await ask(opc, IOPCServer, 'GetGroupByName', { szName: 'Line 2', riid: IOPCGroupStateMgt.uuid });
  await ask(opc, IOPCServer, 'GetGroupByName', { szName: 'None', riid: IOPCGroupStateMgt.uuid });
  const scope = { dwScope: 3 };
  const names = await ask(opc, IOPCServer, 'CreateGroupEnumerator', { ...scope, riid: IEnumString.uuid });
  await walked(client, names.ppUnk, IEnumString);
  const groups = await ask(opc, IOPCServer, 'CreateGroupEnumerator', { ...scope, riid: IEnumUnknown.uuid });
  await walked(client, groups.ppUnk, IEnumUnknown);
  await ask(group, IOPCItemDeadbandMgt, 'SetItemDeadband', { phServer, pPercentDeadband: [1, 1.5] });
  await ask(group, IOPCItemDeadbandMgt, 'GetItemDeadband', { phServer });
  await ask(group, IOPCItemDeadbandMgt, 'ClearItemDeadband', { phServer });
  await ask(group, IOPCItemMgt, 'RemoveItems', { phServer: handles.slice(1) });
  await ask(opc, IOPCServer, 'RemoveGroup', { hServerGroup: 1, bForce: false });
}

const VQT = {
  bQualitySpecified: true,
  wQuality: 0x44,
  bTimeStampSpecified: true,
  ftTimeStamp: 134_402_976_000_000_000n,
};

/** Reads and writes in every way, with answers by calls back where there are such. */
async function readsAndWrites({ space }: Plant, client: PlantClient, opc: RemoteInterface): Promise<void> {
  const ids = ['A.Setpoint', 'A.Text', 'B.List', 'B.Command', 'Single'];
  const { group, handles: phServer } = await filled(client, opc, ids, { dwRequestedUpdateRate: 50 });
  const counts = ids.map(() => 0);
  await ask(group, IOPCSyncIO2, 'Read', { dwSource: 2, phServer: [...phServer, 77] });
  await ask(group, IOPCSyncIO2, 'ReadMaxAge', { phServer, pdwMaxAge: counts });
  const two = { phServer: phServer.slice(0, 2) };
  const pItemValues = [variant(33.5), variant('off')];
  await ask(group, IOPCSyncIO2, 'Write', { ...two, pItemValues });
  const pItemVQT = pItemValues.map((vDataValue) => ({ ...VQT, vDataValue }));
  await ask(group, IOPCSyncIO2, 'WriteVQT', { ...two, pItemVQT });
  await ask(opc, IOPCItemIO, 'Read', { pszItemIDs: ['A.Setpoint', null], pdwMaxAge: [0, 1] });
  await ask(opc, IOPCItemIO, 'WriteVQT', { pszItemIDs: ['A.Setpoint', 'A.Text'], pItemVQT });

  const told: string[] = [];
  let awaited: { kind: string; done: () => void } | undefined;
  const heard = (kind: string) => () => {
    told.push(kind);
    if (awaited?.kind === kind) awaited.done();
  };
  const until = (kind: string): Promise<void> =>
    new Promise((done) => {
      awaited = { kind, done };
    });
  const found = await ask(group, IConnectionPointContainer, 'FindConnectionPoint', { riid: IOPCDataCallback.uuid });
  const point = await handed(client, found.ppCP);
  const first = until('changed');
  const pUnkSink = client.sink({
    changed: heard('changed'),
    read: heard('read'),
    written: heard('written'),
    cancelled: heard('cancelled'),
  });
  const { pdwCookie: dwCookie } = await ask(point, IConnectionPoint, 'Advise', { pUnkSink });
  await first;
  await ask(point, IConnectionPoint, 'GetConnectionInterface', {});
  await ask(point, IConnectionPoint, 'GetConnectionPointContainer', {});
  const connections = await ask(point, IConnectionPoint, 'EnumConnections', {});
  await walked(client, connections.ppEnum, IEnumConnections as unknown as typeof IEnumString);
  const points = await ask(group, IConnectionPointContainer, 'EnumConnectionPoints', {});
  await walked(client, points.ppEnum, IEnumConnectionPoints as unknown as typeof IEnumString);

  const answered = async (kind: string, begin: (dwTransactionID: number) => Promise<unknown>): Promise<void> => {
    const done = until(kind);
    await begin(told.length + 1);
    await done;
  };
  await answered('read', (id) => ask(group, IOPCAsyncIO3, 'Read', { ...two, dwTransactionID: id }));
  await answered('read', (id) =>
    ask(group, IOPCAsyncIO3, 'ReadMaxAge', { ...two, pdwMaxAge: [0, 0], dwTransactionID: id }),
  );
  await answered('written', (id) => ask(group, IOPCAsyncIO3, 'Write', { ...two, pItemValues, dwTransactionID: id }));
  await answered('written', (id) => ask(group, IOPCAsyncIO3, 'WriteVQT', { ...two, pItemVQT, dwTransactionID: id }));
  await answered('changed', (id) => ask(group, IOPCAsyncIO3, 'Refresh2', { dwSource: 2, dwTransactionID: id }));
  await answered('changed', (id) => ask(group, IOPCAsyncIO3, 'RefreshMaxAge', { dwMaxAge: 0, dwTransactionID: id }));
  await ask(group, IOPCAsyncIO3, 'Cancel2', { dwCancelID: 0xffff });
  space.fault({ at: 0, items: ['*'], delay: 60_000 });
  await answered('cancelled', async (id) => {
    const { pdwCancelID } = await ask(group, IOPCAsyncIO3, 'Read', { ...two, dwTransactionID: id });
    await ask(group, IOPCAsyncIO3, 'Cancel2', { dwCancelID: pdwCancelID });
  });
  await ask(group, IOPCAsyncIO3, 'SetEnable', { bEnable: false });
  await ask(group, IOPCAsyncIO3, 'GetEnable', {});
  await ask(point, IConnectionPoint, 'Unadvise', { dwCookie });
}

/** A session with a plant that makes every call of OPC Data Access that the server answers, and gets every call back. */
export async function everyOpcCall(plant: Plant, client: PlantClient): Promise<void> {
  await listsServers(client, plant.space.data.clsid);
  const opc = await client.dcom.activate(plant.space.data.clsid, IOPCServer.uuid);
  await ask(opc, IOPCServer, 'GetStatus', {});
  await ask(opc, IOPCServer, 'GetErrorString', { dwError: 0xc0040007, dwLocale: LCID });
  await ask(opc, IOPCCommon, 'SetLocaleID', { dwLcid: LCID });
  await ask(opc, IOPCCommon, 'GetLocaleID', {});
  await ask(opc, IOPCCommon, 'QueryAvailableLocaleIDs', {});
  await ask(opc, IOPCCommon, 'GetErrorString', { dwError: 0xc0040007 });
  await ask(opc, IOPCCommon, 'SetClientName', { szName: 'tests' });
  await browses(client, opc);
  await managesGroups(client, opc);
  await readsAndWrites(plant, client, opc);
  const told = new Promise<void>((resolve, reject) => {
    onShutdown(client, opc, () => resolve()).then(
      () => plant.space.fault({ at: 0, items: ['*'], shutdown: 'maintenance' }),
      reject,
    );
  });
  await told;
  await opc.release();
}

/** The recording of such a session: of both ways, as the server sees them. */
export async function recordedOpcSession(
  how: Partial<DcomClientOptions> = {},
  options: ServerOptions = {},
  exported: ExportOptions = {},
): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const plant = await servePlant(PLANT, { record: (block) => blocks.push(Buffer.from(block)), ...options });
  const client = await PlantClient.at(plant, how, exported);
  try {
    await everyOpcCall(plant, client);
  } finally {
    await client.close();
    await plant.server.close();
  }
  return Buffer.concat(blocks);
}
