import { describe, expect, test } from 'vitest';
import type { RemoteInterface } from '../../../../src/client/remote-interface.js';
import { IID_IUnknown } from '../../../../src/codec/dcom/index.js';
import { fromVariant, variant } from '../../../../src/codec/oaut/index.js';
import {
  IEnumOPCItemAttributes,
  IEnumString,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCCommon,
  IOPCGroupStateMgt,
  IOPCItemDeadbandMgt,
  IOPCItemIO,
  IOPCItemMgt,
  IOPCServer,
  IOPCSyncIO,
  OPC_BROWSE_DIRECTION,
  OPC_QUALITY,
  OPC_RESULT,
} from '../../../../src/codec/opc/index.js';
import { ask, handed, inSimulation, PLANT } from '../../../support/opc.js';
import { advised, definition, filled, group, onShutdown, plain, server, wish } from '../../../support/opc-groups.js';

const [S_OK, S_FALSE] = [0, 1];
const E_FAIL = 0x80004005;
const E_INVALIDARG = 0x80070057;
const E_OUTOFMEMORY = 0x8007000e;
const SECOND = 1_000;

describe('groups', () => {
  test('have names of their own, revised rates, and are found, cloned, listed and removed', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const first = await group(plant.client, opc, { szName: 'One', dwRequestedUpdateRate: 1_234 });
      expect(first.answer).toMatchObject({ pRevisedUpdateRate: 1_240, ReturnValue: OPC_RESULT.OPC_S_UNSUPPORTEDRATE });
      const again = await group(plant.client, opc, { szName: 'One' });
      expect(again.answer).toMatchObject({ ppUnk: null, ReturnValue: OPC_RESULT.OPC_E_DUPLICATENAME });
      const clone = { szName: 'Two', riid: IOPCGroupStateMgt.uuid };
      await ask(first.group as RemoteInterface, IOPCGroupStateMgt, 'CloneGroup', clone);
      const listed = await ask(opc, IOPCServer, 'CreateGroupEnumerator', { dwScope: 6, riid: IEnumString.uuid });
      const names = await ask(await handed(plant.client, listed.ppUnk), IEnumString, 'RemoteNext', { celt: 10 });
      expect(names).toMatchObject({ rgelt: ['One', 'Two'], ReturnValue: S_FALSE });
      const missing = await ask(opc, IOPCServer, 'GetGroupByName', { szName: 'Three', riid: IID_IUnknown });
      expect(missing).toMatchObject({ ppUnk: null, ReturnValue: E_INVALIDARG });
      const hServerGroup = first.answer.phServerGroup;
      const removed = await ask(opc, IOPCServer, 'RemoveGroup', { hServerGroup, bForce: false });
      expect(removed.ReturnValue).toBe(OPC_RESULT.OPC_S_INUSE);
      expect((await ask(opc, IOPCServer, 'RemoveGroup', { hServerGroup, bForce: true })).ReturnValue).toBe(
        OPC_RESULT.OPC_E_INVALIDHANDLE,
      );
    }));

  test('take no name that is taken, when they are renamed or cloned', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const { group: to } = await group(plant.client, opc, { szName: 'One' });
      await group(plant.client, opc, { szName: 'Two' });
      const state = await (to as RemoteInterface).queryInterface(IOPCGroupStateMgt.uuid);
      const renamed = async (szName: string) =>
        (await ask(state, IOPCGroupStateMgt, 'SetName', { szName })).ReturnValue;
      expect(await renamed('Two')).toBe(OPC_RESULT.OPC_E_DUPLICATENAME);
      const clone = await ask(state, IOPCGroupStateMgt, 'CloneGroup', { szName: 'Two', riid: IID_IUnknown });
      expect(clone).toMatchObject({ ppUnk: null, ReturnValue: OPC_RESULT.OPC_E_DUPLICATENAME });
      expect(await renamed('Three')).toBe(S_OK);
      expect(await ask(state, IOPCGroupStateMgt, 'GetState', {})).toMatchObject({ ppName: 'Three' });
    }));

  test('get of a new state what it names, and keep the rest', () =>
    inSimulation(PLANT, async (plant) => {
      const made = { pTimeBias: 60, pPercentDeadband: 5, dwLCID: 0x409 };
      const to = (await group(plant.client, await server(plant), made)).group as RemoteInterface;
      const nothing = { pRequestedUpdateRate: null, pActive: null, pTimeBias: null };
      const wanted = { ...nothing, pPercentDeadband: null, pLCID: null, phClientGroup: null };
      const changed = async (change: object) => {
        await ask(to, IOPCGroupStateMgt, 'SetState', { ...wanted, ...change });
        return ask(to, IOPCGroupStateMgt, 'GetState', {});
      };
      const first = { pUpdateRate: 1_000, pActive: true, pTimeBias: 60, pPercentDeadband: 5, pLCID: 0x409 };
      expect(await changed({})).toMatchObject({ ...first, phClientGroup: 7 });
      const numbers = { pTimeBias: -60, pPercentDeadband: 0, pLCID: 0, phClientGroup: 0 };
      expect(await changed(numbers)).toMatchObject({ ...first, ...numbers });
      const rest = { pRequestedUpdateRate: 500, pActive: false, pTimeBias: 0 };
      expect(await changed(rest)).toMatchObject({ ...numbers, pUpdateRate: 500, pActive: false, pTimeBias: 0 });
    }));

  test('give items the types that these can be had as, among them their own', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['B.List', 'A.Constant']);
      const [list, constant] = handles as [number, number];
      const set = await ask(to, IOPCItemMgt, 'SetDatatypes', {
        phServer: [list, list, list, constant, constant],
        // VT_R4 and VT_BSTR as arrays, VT_I4, VT_BSTR, and VT_EMPTY for its own.
        pRequestedDatatypes: [0x2004, 0x2008, 3, 8, 0],
      });
      expect(set).toMatchObject({ ppErrors: [S_OK, S_OK, OPC_RESULT.OPC_E_BADTYPE, S_OK, S_OK], ReturnValue: S_FALSE });
      const read = await ask(to, IOPCSyncIO, 'Read', { dwSource: 2, phServer: handles });
      expect(read.ppItemValues?.map(({ vDataValue }) => fromVariant(vDataValue))).toEqual([['1', '2.5'], 7]);
    }));

  test('of which there are a thousand are no more', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      let refused: unknown;
      for (let made = 0; made < 1_001; made++)
        refused = (await ask(opc, IOPCServer, 'AddGroup', { ...wish, ...plain })).ReturnValue;
      expect(refused).toBe(E_OUTOFMEMORY);
    }));

  test('of a client that vanishes are gone when its pings have stopped', () =>
    inSimulation(PLANT, async (plant) => {
      const other = await plant.join();
      const { group: to } = await filled(other, await server(plant, other), ['B.Steps']);
      await advised(other, to);
      await plant.time.wait(130 * SECOND);
      const before = plant.server.objects;
      await other.close();
      await plant.time.wait(20 * 60 * SECOND);
      expect(before).toBeGreaterThan(plant.server.objects);
      // What is left is the server object of the client that still pings.
      expect(plant.server.objects).toBe(1);
    }));
});

describe('bad input', () => {
  test('handles that do not exist, and lists that are empty or counted wrong', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['A.Constant']);
      const read = await ask(to, IOPCSyncIO, 'Read', { dwSource: 2, phServer: [...handles, 77] });
      expect(read).toMatchObject({ ppErrors: [S_OK, OPC_RESULT.OPC_E_INVALIDHANDLE], ReturnValue: S_FALSE });
      for (const given of [
        { dwSource: 2, phServer: [] },
        { dwSource: 2, phServer: handles, dwCount: 5 },
        { dwSource: 9, phServer: handles },
      ])
        expect(await ask(to, IOPCSyncIO, 'Read', given)).toMatchObject({
          ppItemValues: null,
          ReturnValue: E_INVALIDARG,
        });
      const clients = { phServer: handles, phClient: [1, 2] };
      expect((await ask(to, IOPCItemMgt, 'SetClientHandles', clients)).ReturnValue).toBe(E_INVALIDARG);
    }));

  test('unknown items, of a wrong type, or with an access path', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await group(plant.client, await server(plant));
      const pItemArray = [
        definition('A.Constant'),
        definition('None'),
        definition(''),
        { ...definition('A.Constant'), szAccessPath: 'COM1' },
        { ...definition('B.List'), vtRequestedDataType: 3 },
        { ...definition('A.Text'), szItemID: null, szAccessPath: null },
      ];
      const added = await ask(to as RemoteInterface, IOPCItemMgt, 'ValidateItems', { pItemArray, bBlobUpdate: false });
      expect(added).toMatchObject({
        ppErrors: [
          S_OK,
          OPC_RESULT.OPC_E_UNKNOWNITEMID,
          OPC_RESULT.OPC_E_INVALIDITEMID,
          OPC_RESULT.OPC_E_UNKNOWNPATH,
          OPC_RESULT.OPC_E_BADTYPE,
          OPC_RESULT.OPC_E_INVALIDITEMID,
        ],
        ReturnValue: S_FALSE,
      });
    }));

  test('a deadband of what has no range, or above 100 percent', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const { group: to, handles } = await filled(plant.client, opc, ['A.Constant', 'B.Ramp']);
      const set = await ask(to, IOPCItemDeadbandMgt, 'SetItemDeadband', {
        phServer: handles,
        pPercentDeadband: [1, 101],
      });
      expect(set.ppErrors).toEqual([OPC_RESULT.OPC_E_DEADBANDNOTSUPPORTED, E_INVALIDARG]);
      const got = await ask(to, IOPCItemDeadbandMgt, 'GetItemDeadband', { phServer: handles });
      expect(got.ppErrors).toEqual([OPC_RESULT.OPC_E_DEADBANDNOTSUPPORTED, OPC_RESULT.OPC_E_DEADBANDNOTSET]);
      expect((await group(plant.client, opc, { pPercentDeadband: 101 })).answer.ReturnValue).toBe(E_INVALIDARG);
    }));

  test('a deadband of an item that the group does not have', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to, handles } = await filled(plant.client, await server(plant), ['B.Ramp']);
      const phServer = [...handles, 77];
      const ppErrors = [S_OK, OPC_RESULT.OPC_E_INVALIDHANDLE];
      const set = await ask(to, IOPCItemDeadbandMgt, 'SetItemDeadband', { phServer, pPercentDeadband: [1, 1] });
      expect(set).toMatchObject({ ppErrors, ReturnValue: S_FALSE });
      const got = await ask(to, IOPCItemDeadbandMgt, 'GetItemDeadband', { phServer });
      expect(got).toMatchObject({ ppPercentDeadband: [1, 0], ppErrors, ReturnValue: S_FALSE });
      const cleared = await ask(to, IOPCItemDeadbandMgt, 'ClearItemDeadband', { phServer });
      expect(cleared).toMatchObject({ ppErrors, ReturnValue: S_FALSE });
    }));
});

describe('the rest of the server', () => {
  test('is browsed from a position, which moves down and up, or to a branch', () =>
    inSimulation(PLANT, async (plant) => {
      const browsing = await (await server(plant)).queryInterface(IOPCBrowseServerAddressSpace.uuid);
      const { UP, DOWN, TO } = OPC_BROWSE_DIRECTION;
      const moved = async (dwBrowseDirection: number, szString = '') => {
        const to = { dwBrowseDirection, szString };
        return (await ask(browsing, IOPCBrowseServerAddressSpace, 'ChangeBrowsePosition', to)).ReturnValue;
      };
      const id = (szItemDataID: string) => ask(browsing, IOPCBrowseServerAddressSpace, 'GetItemID', { szItemDataID });
      expect(await moved(UP)).toBe(E_FAIL);
      expect(await moved(DOWN, 'A')).toBe(S_OK);
      expect(await id('Text')).toMatchObject({ szItemID: 'A.Text', ReturnValue: S_OK });
      expect(await moved(DOWN, 'Text')).toBe(E_INVALIDARG);
      expect(await moved(UP)).toBe(S_OK);
      expect(await id('')).toMatchObject({ szItemID: '', ReturnValue: S_OK });
      expect(await moved(TO, 'B')).toBe(S_OK);
      expect(await id('Ramp')).toMatchObject({ szItemID: 'B.Ramp', ReturnValue: S_OK });
      expect(await id('None.Of.These')).toMatchObject({ szItemID: null, ReturnValue: E_INVALIDARG });
      expect(await moved(9)).toBe(E_INVALIDARG);
    }));

  test('names the locales that it has, and takes no other', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await (await server(plant)).queryInterface(IOPCCommon.uuid);
      const had = await ask(opc, IOPCCommon, 'QueryAvailableLocaleIDs', {});
      expect(had).toMatchObject({ pdwLcid: [0x409, 0, 0x800], ReturnValue: S_OK });
      expect((await ask(opc, IOPCCommon, 'SetLocaleID', { dwLcid: 0x800 })).ReturnValue).toBe(S_OK);
      expect((await ask(opc, IOPCCommon, 'SetLocaleID', { dwLcid: 0x407 })).ReturnValue).toBe(E_INVALIDARG);
      expect(await ask(opc, IOPCCommon, 'GetLocaleID', {})).toMatchObject({ pdwLcid: 0x800 });
    }));

  test('asks its clients to let go', () =>
    inSimulation({ ...PLANT, faults: [{ at: '30s', shutdown: 'maintenance' }] }, async (plant) => {
      const reasons: string[] = [];
      await onShutdown(plant.client, await server(plant), (reason) => reasons.push(reason));
      await plant.time.wait(31 * SECOND);
      expect(reasons).toEqual(['maintenance']);
    }));

  test('asks them too where the fault is added while they are connected', () =>
    inSimulation(PLANT, async (plant) => {
      const reasons: string[] = [];
      await plant.time.wait(5 * SECOND);
      await onShutdown(plant.client, await server(plant), (reason) => reasons.push(reason));
      plant.space.fault({ at: 9 * SECOND, items: ['*'], shutdown: 'maintenance' });
      await plant.time.wait(3 * SECOND);
      expect(reasons).toEqual([]);
      await plant.time.wait(2 * SECOND);
      expect(reasons).toEqual(['maintenance']);
    }));

  test('reads and writes items without a group, with quality and time', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const vqt = {
        bQualitySpecified: true,
        wQuality: 0x44,
        bTimeStampSpecified: true,
        ftTimeStamp: 134_402_976_000_000_000n,
      };
      const pItemVQT = [{ ...vqt, vDataValue: variant(33.5) }];
      const written = await ask(opc, IOPCItemIO, 'WriteVQT', { pszItemIDs: ['A.Setpoint'], pItemVQT });
      expect(written).toMatchObject({ ppErrors: [S_OK], ReturnValue: S_OK });
      const read = await ask(opc, IOPCItemIO, 'Read', { pszItemIDs: ['A.Setpoint', 'None'], pdwMaxAge: [0, 0] });
      expect(read.ppvValues?.map(fromVariant)).toEqual([33.5, undefined]);
      expect(read).toMatchObject({
        ppwQualities: [OPC_QUALITY.LAST_USABLE, 0],
        ppftTimeStamps: [134_402_976_000_000_000n, expect.anything()],
        ppErrors: [S_OK, OPC_RESULT.OPC_E_UNKNOWNITEMID],
      });
    }));

  test('browses page by page, with properties', () =>
    inSimulation(PLANT, async (plant) => {
      const opc = await server(plant);
      const page = (szItemID: string, pszContinuationPoint: string | null, dwBrowseFilter = 1) =>
        ask(opc, IOPCBrowse, 'Browse', {
          ...{ szItemID, pszContinuationPoint, dwBrowseFilter, dwMaxElementsReturned: 2, szElementNameFilter: '' },
          ...{ szVendorFilter: '', bReturnAllProperties: false, bReturnPropertyValues: true, pdwPropertyIDs: [100] },
        });
      const first = await page('', null);
      expect(first.ppBrowseElements?.map(({ szName, dwFlagValue }) => [szName, dwFlagValue])).toEqual([
        ['A', 1],
        ['B', 1],
      ]);
      const second = await page('', first.pszContinuationPoint as string);
      expect(second).toMatchObject({
        pszContinuationPoint: '',
        ppBrowseElements: [{ szName: 'Single', dwFlagValue: 2 }],
      });
      const [setpoint] = (await page('A', '2', 3)).ppBrowseElements ?? [];
      expect(setpoint?.ItemProperties.pItemProperties?.map(({ vValue }) => fromVariant(vValue))).toEqual(['°C']);
      expect((await page('A', 'x')).ReturnValue).toBe(OPC_RESULT.OPC_E_INVALIDCONTINUATIONPOINT);
      expect((await page('None', null)).ReturnValue).toBe(OPC_RESULT.OPC_E_UNKNOWNITEMID);
    }));

  test('lists the attributes of the items of a group', () =>
    inSimulation(PLANT, async (plant) => {
      const { group: to } = await filled(plant.client, await server(plant), ['B.Ramp', 'A.Text']);
      const made = await ask(to, IOPCItemMgt, 'CreateEnumerator', { riid: IEnumOPCItemAttributes.uuid });
      const next = await ask(await handed(plant.client, made.ppUnk), IEnumOPCItemAttributes, 'Next', { celt: 5 });
      expect(next).toMatchObject({
        ppItemArray: [
          { szItemID: 'B.Ramp', dwEUType: 1, vtCanonicalDataType: 5 },
          { szItemID: 'A.Text', dwEUType: 0, vtCanonicalDataType: 8 },
        ],
        pceltFetched: 2,
        ReturnValue: S_FALSE,
      });
    }));
});
