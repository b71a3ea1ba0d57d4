import { vtable } from '../dcom/vtable.js';
import { conformant, u32, unique, uuid, wstring } from '../ndr/index.js';
import { countOf, pointer, text } from './parameters.js';

/** Both arrays may be empty; they are no pointers. */
const categories = {
  cImplemented: countOf('rgcatidImpl'),
  rgcatidImpl: conformant(uuid),
  cRequired: countOf('rgcatidReq'),
  rgcatidReq: conformant(uuid),
};

export const IOPCServerList = vtable({
  name: 'IOPCServerList',
  uuid: '13486d50-4821-11d2-a494-3cb306c10000',
  idl: 'OpcEnum.idl',
  methods: {
    EnumClassesOfCategories: { in: categories, out: { ppenumClsid: pointer } },
    GetClassDetails: { in: { clsid: uuid }, out: { ppszProgID: text, ppszUserType: text } },
    CLSIDFromProgID: { in: { szProgId: wstring }, out: { clsid: uuid } },
  },
});

export const IOPCServerList2 = vtable({
  name: 'IOPCServerList2',
  uuid: '9dd0b56c-ad9e-43ee-8305-487f3188bf7a',
  idl: 'OpcEnum.idl',
  methods: {
    EnumClassesOfCategories: { in: categories, out: { ppenumClsid: pointer } },
    GetClassDetails: { in: { clsid: uuid }, out: { ppszProgID: text, ppszUserType: text, ppszVerIndProgID: text } },
    CLSIDFromProgID: { in: { szProgId: wstring }, out: { clsid: uuid } },
  },
});

const anyCategories = unique(conformant(uuid));

/** cImplemented of -1 with no array: a class of any category. */
const optionalCategories = {
  cImplemented: countOf('rgcatidImpl'),
  rgcatidImpl: anyCategories,
  cRequired: countOf('rgcatidReq'),
  rgcatidReq: anyCategories,
};

export const ICatInformation = vtable({
  name: 'ICatInformation',
  uuid: '0002e013-0000-0000-c000-000000000046',
  idl: 'comcat.idl',
  methods: {
    EnumCategories: { in: { lcid: u32 }, out: { ppenumCategoryInfo: pointer } },
    GetCategoryDesc: { in: { rcatid: uuid, lcid: u32 }, out: { pszDesc: text } },
    RemoteEnumClassesOfCategories: { in: optionalCategories, out: { ppenumClsid: pointer } },
    RemoteIsClassOfCategories: { in: { rclsid: uuid, ...optionalCategories }, out: {} },
    EnumImplCategoriesOfClass: { in: { rclsid: uuid }, out: { ppenumCatid: pointer } },
    EnumReqCategoriesOfClass: { in: { rclsid: uuid }, out: { ppenumCatid: pointer } },
  },
});
