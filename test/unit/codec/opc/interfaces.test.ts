import { describe, expect, test } from 'vitest';
import { interfaceByUuid } from '../../../../src/codec/interfaces.js';
import { OPC_INTERFACES } from '../../../../src/codec/opc/index.js';

/** The tables of opcda.idl, opccomn.idl, OpcEnum.idl, comcat.idl and ocidl.idl, by IID; the methods from opnum 3 on. */
const IDL: Readonly<Record<string, string>> = {
  '13486d50-4821-11d2-a494-3cb306c10000': 'IOPCServerList EnumClassesOfCategories GetClassDetails CLSIDFromProgID',
  '9dd0b56c-ad9e-43ee-8305-487f3188bf7a': 'IOPCServerList2 EnumClassesOfCategories GetClassDetails CLSIDFromProgID',
  '55c382c8-21c7-4e88-96c1-becfb1e3f483': 'IOPCEnumGUID Next Skip Reset Clone',
  '0002e000-0000-0000-c000-000000000046': 'IEnumGUID Next Skip Reset Clone',
  '0002e013-0000-0000-c000-000000000046':
    'ICatInformation EnumCategories GetCategoryDesc RemoteEnumClassesOfCategories RemoteIsClassOfCategories EnumImplCategoriesOfClass EnumReqCategoriesOfClass',
  'f31dfde2-07b6-11d2-b2d8-0060083ba1fb':
    'IOPCCommon SetLocaleID GetLocaleID QueryAvailableLocaleIDs GetErrorString SetClientName',
  'f31dfde1-07b6-11d2-b2d8-0060083ba1fb': 'IOPCShutdown ShutdownRequest',
  '39c13a4d-011e-11d0-9675-0020afd8adb3':
    'IOPCServer AddGroup GetErrorString GetGroupByName GetStatus RemoveGroup CreateGroupEnumerator',
  '39c13a4e-011e-11d0-9675-0020afd8adb3': 'IOPCServerPublicGroups GetPublicGroupByName RemovePublicGroup',
  '39c13a4f-011e-11d0-9675-0020afd8adb3':
    'IOPCBrowseServerAddressSpace QueryOrganization ChangeBrowsePosition BrowseOPCItemIDs GetItemID BrowseAccessPaths',
  '39c13a50-011e-11d0-9675-0020afd8adb3': 'IOPCGroupStateMgt GetState SetState SetName CloneGroup',
  '39c13a51-011e-11d0-9675-0020afd8adb3': 'IOPCPublicGroupStateMgt GetState MoveToPublic',
  '39c13a52-011e-11d0-9675-0020afd8adb3': 'IOPCSyncIO Read Write',
  '39c13a53-011e-11d0-9675-0020afd8adb3': 'IOPCAsyncIO Read Write Refresh Cancel',
  '39c13a54-011e-11d0-9675-0020afd8adb3':
    'IOPCItemMgt AddItems ValidateItems RemoveItems SetActiveState SetClientHandles SetDatatypes CreateEnumerator',
  '39c13a55-011e-11d0-9675-0020afd8adb3': 'IEnumOPCItemAttributes Next Skip Reset Clone',
  '39c13a70-011e-11d0-9675-0020afd8adb3':
    'IOPCDataCallback OnDataChange OnReadComplete OnWriteComplete OnCancelComplete',
  '39c13a71-011e-11d0-9675-0020afd8adb3': 'IOPCAsyncIO2 Read Write Refresh2 Cancel2 SetEnable GetEnable',
  '39c13a72-011e-11d0-9675-0020afd8adb3': 'IOPCItemProperties QueryAvailableProperties GetItemProperties LookupItemIDs',
  '5946da93-8b39-4ec8-ab3d-aa73df5bc86f': 'IOPCItemDeadbandMgt SetItemDeadband GetItemDeadband ClearItemDeadband',
  '3e22d313-f08b-41a5-86c8-95e95cb49ffc':
    'IOPCItemSamplingMgt SetItemSamplingRate GetItemSamplingRate ClearItemSamplingRate SetItemBufferEnable GetItemBufferEnable',
  '39227004-a18f-4b57-8b0a-5235670f4468': 'IOPCBrowse GetProperties Browse',
  '85c0b427-2893-4cbc-bd78-e5fc5146f08f': 'IOPCItemIO Read WriteVQT',
  '730f5f0f-55b1-4c81-9e18-ff8a0904e1fa': 'IOPCSyncIO2 Read Write ReadMaxAge WriteVQT',
  '0967b97b-36ef-423e-b6f8-6bff1e40d39d':
    'IOPCAsyncIO3 Read Write Refresh2 Cancel2 SetEnable GetEnable ReadMaxAge WriteVQT RefreshMaxAge',
  '8e368666-d72e-4f78-87ed-647611c61c9f':
    'IOPCGroupStateMgt2 GetState SetState SetName CloneGroup SetKeepAlive GetKeepAlive',
  'b196b284-bab4-101a-b69c-00aa00341d07': 'IConnectionPointContainer EnumConnectionPoints FindConnectionPoint',
  'b196b285-bab4-101a-b69c-00aa00341d07': 'IEnumConnectionPoints RemoteNext Skip Reset Clone',
  'b196b286-bab4-101a-b69c-00aa00341d07':
    'IConnectionPoint GetConnectionInterface GetConnectionPointContainer Advise Unadvise EnumConnections',
  'b196b287-bab4-101a-b69c-00aa00341d07': 'IEnumConnections RemoteNext Skip Reset Clone',
  '00000101-0000-0000-c000-000000000046': 'IEnumString RemoteNext Skip Reset Clone',
  '00000100-0000-0000-c000-000000000046': 'IEnumUnknown RemoteNext Skip Reset Clone',
};

describe('the interfaces of OPC Data Access', () => {
  test.each(Object.entries(IDL))('%s has its methods at the opnums of its IDL', (uuid, line) => {
    const found = interfaceByUuid(uuid);
    const [name, ...methods] = line.split(' ');
    expect(found?.name).toBe(name);
    expect([...(found?.operations ?? [])].map(([opnum, operation]) => [opnum, operation.name])).toEqual(
      methods.map((method, index) => [index + 3, method]),
    );
  });

  test('are all in that table', () => {
    expect(OPC_INTERFACES.map(({ uuid }) => uuid).sort()).toEqual(Object.keys(IDL).sort());
  });
});
