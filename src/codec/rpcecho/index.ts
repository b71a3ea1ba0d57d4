import {
  conformant,
  conformantBytes,
  enum16,
  enum32,
  interfaceDef,
  operation,
  sizeOf,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  unique,
  wstring,
} from '../ndr/index.js';

/** Samba's interface for tests of an RPC runtime; no specification but its own IDL. */
const SECTION = 'Samba echo.idl';

export const AddOne = operation({
  name: 'AddOne',
  opnum: 0,
  section: SECTION,
  in: { in_data: u32 },
  out: { out_data: u32 },
});

export const EchoData = operation({
  name: 'EchoData',
  opnum: 1,
  section: SECTION,
  in: { len: sizeOf('in_data', u32), in_data: conformantBytes },
  out: { out_data: conformantBytes },
});

export const SinkData = operation({
  name: 'SinkData',
  opnum: 2,
  section: SECTION,
  in: { len: sizeOf('data', u32), data: conformantBytes },
  out: {},
});

export const SourceData = operation({
  name: 'SourceData',
  opnum: 3,
  section: SECTION,
  in: { len: u32 },
  out: { data: conformantBytes },
});

export const TestCall = operation({
  name: 'TestCall',
  opnum: 4,
  section: SECTION,
  in: { s1: wstring },
  out: { s2: unique(wstring) },
});

const echo_info1 = struct('echo_info1', SECTION, { v: u8 });
const echo_info2 = struct('echo_info2', SECTION, { v: u16 });
const echo_info3 = struct('echo_info3', SECTION, { v: u32 });
const echo_info4 = struct('echo_info4', SECTION, { v: u64 });
const echo_info5 = struct('echo_info5', SECTION, { v1: u8, v2: u64 });
const echo_info6 = struct('echo_info6', SECTION, { v1: u8, info1: echo_info1 });
const echo_info7 = struct('echo_info7', SECTION, { v1: u8, info4: echo_info4 });

export const echo_Info = union('echo_Info', SECTION, u16, {
  1: echo_info1,
  2: echo_info2,
  3: echo_info3,
  4: echo_info4,
  5: echo_info5,
  6: echo_info6,
  7: echo_info7,
});

export const TestCall2 = operation({
  name: 'TestCall2',
  opnum: 5,
  section: SECTION,
  in: { level: u16 },
  out: { info: echo_Info, ReturnValue: u32 },
});

export const TestSleep = operation({
  name: 'TestSleep',
  opnum: 6,
  section: SECTION,
  in: { seconds: u32 },
  out: { ReturnValue: u32 },
});

const ECHO_ENUM1 = 1;
const ECHO_ENUM2 = 2;

const echo_Enum2 = struct('echo_Enum2', SECTION, { e1: enum16, e2: enum32 });
const enums = {
  foo1: enum16,
  foo2: echo_Enum2,
  foo3: union('echo_Enum3', SECTION, u16, { [ECHO_ENUM1]: enum16, [ECHO_ENUM2]: echo_Enum2 }),
};

export const TestEnum = operation({ name: 'TestEnum', opnum: 7, section: SECTION, in: enums, out: enums });

const surrounding = {
  data: struct('echo_Surrounding', SECTION, { x: sizeOf('surrounding', u32), surrounding: conformant(u16) }),
};

export const TestSurrounding = operation({
  name: 'TestSurrounding',
  opnum: 8,
  section: SECTION,
  in: surrounding,
  out: surrounding,
});

export const TestDoublePointer = operation({
  name: 'TestDoublePointer',
  opnum: 9,
  section: SECTION,
  in: { data: unique(unique(u16)) },
  out: { ReturnValue: u16 },
});

export const rpcecho = interfaceDef({
  name: 'rpcecho',
  uuid: '60a15ec5-4de8-11d7-a637-005056a20182',
  version: { major: 1, minor: 0 },
  section: SECTION,
  operations: [
    AddOne,
    EchoData,
    SinkData,
    SourceData,
    TestCall,
    TestCall2,
    TestSleep,
    TestEnum,
    TestSurrounding,
    TestDoublePointer,
  ],
});
