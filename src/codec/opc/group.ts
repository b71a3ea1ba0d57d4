import { vtable } from '../dcom/vtable.js';
import { conformant, float, i32, u16, u32, unique, uuid, wstring } from '../ndr/index.js';
import { countOf, errors, pointer, results, text } from './parameters.js';
import { BOOL } from './scalars.js';
import { OPCITEMDEF, OPCITEMRESULT } from './structures.js';

export const IOPCGroupStateMgt = vtable({
  name: 'IOPCGroupStateMgt',
  uuid: '39c13a50-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    GetState: {
      in: {},
      out: {
        pUpdateRate: u32,
        pActive: BOOL,
        ppName: text,
        pTimeBias: i32,
        pPercentDeadband: float,
        pLCID: u32,
        phClientGroup: u32,
        phServerGroup: u32,
      },
    },
    SetState: {
      in: {
        pRequestedUpdateRate: unique(u32),
        pActive: unique(BOOL),
        pTimeBias: unique(i32),
        pPercentDeadband: unique(float),
        pLCID: unique(u32),
        phClientGroup: unique(u32),
      },
      out: { pRevisedUpdateRate: u32 },
    },
    SetName: { in: { szName: wstring }, out: {} },
    CloneGroup: { in: { szName: wstring, riid: uuid }, out: { ppUnk: pointer } },
  },
});

export const IOPCGroupStateMgt2 = vtable({
  name: 'IOPCGroupStateMgt2',
  uuid: '8e368666-d72e-4f78-87ed-647611c61c9f',
  idl: 'opcda.idl',
  base: IOPCGroupStateMgt,
  methods: {
    SetKeepAlive: { in: { dwKeepAliveTime: u32 }, out: { pdwRevisedKeepAliveTime: u32 } },
    GetKeepAlive: { in: {}, out: { pdwKeepAliveTime: u32 } },
  },
});

export const IOPCPublicGroupStateMgt = vtable({
  name: 'IOPCPublicGroupStateMgt',
  uuid: '39c13a51-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: { GetState: { in: {}, out: { pPublic: BOOL } }, MoveToPublic: { in: {}, out: {} } },
});

const handles = { dwCount: countOf('phServer'), phServer: conformant(u32) };

export const IOPCItemMgt = vtable({
  name: 'IOPCItemMgt',
  uuid: '39c13a54-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    AddItems: {
      in: { dwCount: countOf('pItemArray'), pItemArray: conformant(OPCITEMDEF) },
      out: { ppAddResults: results(OPCITEMRESULT), ppErrors: errors },
    },
    ValidateItems: {
      in: { dwCount: countOf('pItemArray'), pItemArray: conformant(OPCITEMDEF), bBlobUpdate: BOOL },
      out: { ppValidationResults: results(OPCITEMRESULT), ppErrors: errors },
    },
    RemoveItems: { in: handles, out: { ppErrors: errors } },
    SetActiveState: { in: { ...handles, bActive: BOOL }, out: { ppErrors: errors } },
    SetClientHandles: { in: { ...handles, phClient: conformant(u32) }, out: { ppErrors: errors } },
    SetDatatypes: { in: { ...handles, pRequestedDatatypes: conformant(u16) }, out: { ppErrors: errors } },
    CreateEnumerator: { in: { riid: uuid }, out: { ppUnk: pointer } },
  },
});

export const IOPCItemDeadbandMgt = vtable({
  name: 'IOPCItemDeadbandMgt',
  uuid: '5946da93-8b39-4ec8-ab3d-aa73df5bc86f',
  idl: 'opcda.idl',
  methods: {
    SetItemDeadband: { in: { ...handles, pPercentDeadband: conformant(float) }, out: { ppErrors: errors } },
    GetItemDeadband: { in: handles, out: { ppPercentDeadband: results(float), ppErrors: errors } },
    ClearItemDeadband: { in: handles, out: { ppErrors: errors } },
  },
});

export const IOPCItemSamplingMgt = vtable({
  name: 'IOPCItemSamplingMgt',
  uuid: '3e22d313-f08b-41a5-86c8-95e95cb49ffc',
  idl: 'opcda.idl',
  methods: {
    SetItemSamplingRate: {
      in: { ...handles, pdwRequestedSamplingRate: conformant(u32) },
      out: { ppdwRevisedSamplingRate: results(u32), ppErrors: errors },
    },
    GetItemSamplingRate: { in: handles, out: { ppdwSamplingRate: results(u32), ppErrors: errors } },
    ClearItemSamplingRate: { in: handles, out: { ppErrors: errors } },
    SetItemBufferEnable: { in: { ...handles, pbEnable: conformant(BOOL) }, out: { ppErrors: errors } },
    GetItemBufferEnable: { in: handles, out: { ppbEnable: results(BOOL), ppErrors: errors } },
  },
});
