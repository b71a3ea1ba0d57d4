export { conformant, conformantVarying, fixedArray, varying } from './arrays.js';
export { type ContextHandle, contextHandle, NULL_CONTEXT_HANDLE } from './context-handle.js';
export { counted, countedBytes } from './counted.js';
export { type Json, toJson } from './json.js';
export type { Deviation, Layout } from './layout.js';
export { type Mapping, mapped } from './mapped.js';
export { conformantBytes, conformantVaryingBytes, fixedBytes, varyingBytes } from './octets.js';
export {
  type InterfaceDef,
  type InterfaceVersion,
  interfaceDef,
  type Operation,
  operation,
  parameters,
} from './operation.js';
export { full, lazy, optional, type Pointee, ref, unique } from './pointers.js';
export {
  boolean,
  char,
  double,
  enum16,
  enum32,
  error_status_t,
  float,
  HRESULT,
  i8,
  i16,
  i32,
  i64,
  u8,
  u16,
  u32,
  u64,
  uuid,
  wchar,
} from './primitives.js';
export { type Holder, type Mode, NdrReader, type Span, type Syntax } from './reader.js';
export { typeSerialization1 } from './serialization.js';
export { cstring, readText, varyingCstring, varyingWstring, writeText, wstring } from './strings.js';
export { type Fields, reserved, type StructOf, sizeOf, struct, switchOf } from './struct.js';
export { type Decoded, type DecodeOptions, type EncodeOptions, type FieldRow, type Infer, NdrType } from './type.js';
export { union } from './union.js';
export { describe as describeValue, NdrWriter, type Place } from './writer.js';
