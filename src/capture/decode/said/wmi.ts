import type { InterfacePointer } from '../../../codec/dcom/index.js';
import { type BSTR, bstrText } from '../../../codec/oaut/index.js';
import { hresultName } from '../../../codec/status/explain.js';
import {
  type CimObject,
  CreateClassEnum,
  CreateClassEnumAsync,
  CreateInstanceEnum,
  CreateInstanceEnumAsync,
  DeleteClass,
  DeleteClassAsync,
  DeleteInstance,
  DeleteInstanceAsync,
  ExecMethod,
  ExecMethodAsync,
  ExecNotificationQuery,
  ExecNotificationQueryAsync,
  ExecQuery,
  ExecQueryAsync,
  GetObject,
  GetObjectAsync,
  GetResultObject,
  Indicate,
  isCimObject,
  Next,
  NTLMLogin,
  type ObjectArray,
  OpenNamespace,
  PutClass,
  PutClassAsync,
  PutInstance,
  PutInstanceAsync,
  SetClientInfo,
  SetStatus,
  SmartNext,
} from '../../../codec/wmi/index.js';
import { objectText, pointedText, valuesText } from './cim.js';
import { says } from './says.js';
import { counted } from './text.js';

type Pointer = CimObject | InterfacePointer | null | undefined;

/** A parameter that names what is meant; an empty one means all of it, or the topmost. */
const named = (text: BSTR): string => bstrText(text) || '(none)';

const query = { request: ({ strQuery }: { strQuery: BSTR }) => named(strQuery) };
const path = { request: ({ strObjectPath }: { strObjectPath: BSTR }) => named(strObjectPath) };

const invocation = {
  request: ({
    strObjectPath,
    strMethodName,
    pInParams,
  }: {
    strObjectPath: BSTR;
    strMethodName: BSTR;
    pInParams: Pointer;
  }) => `${bstrText(strObjectPath)}.${bstrText(strMethodName)}(${parameters(pInParams) ?? ''})`,
};

const parameters = (pointer: Pointer): string | undefined =>
  isCimObject(pointer) && pointer.kind === 'instance' ? valuesText(pointer) : undefined;

const objects = (pointers: readonly Pointer[]): string =>
  counted('object', pointers, (pointer) => pointedText(pointer) ?? '(no object)');

/** The buffer has been opened, or could not be. */
function smartObjects({ pBuffer }: { readonly pBuffer: Uint8Array | ObjectArray | null }): string | undefined {
  if (pBuffer === null) return objects([]);
  if (pBuffer instanceof Uint8Array) return undefined;
  return counted('object', pBuffer.objects, (item) =>
    'object' in item ? objectText(item.object) : '(of a class that came before)',
  );
}

/** What the calls of [MS-WMI] are about. */
export const WMI = [
  says(SetClientInfo, {
    request: ({ wszClientMachine, lClientProcId }) => `${wszClientMachine ?? ''}, process ${lClientProcId}`,
  }),
  says(NTLMLogin, { request: ({ wszNetworkResource }) => wszNetworkResource ?? '' }),
  says(OpenNamespace, { request: ({ strNamespace }) => named(strNamespace) }),
  says(GetObject, { ...path, answer: ({ ppObject }) => pointedText(ppObject) }),
  says(GetObjectAsync, path),
  says(PutClass, { request: ({ pObject }) => pointedText(pObject) }),
  says(PutClassAsync, { request: ({ pObject }) => pointedText(pObject) }),
  says(DeleteClass, { request: ({ strClass }) => named(strClass) }),
  says(DeleteClassAsync, { request: ({ strClass }) => named(strClass) }),
  says(CreateClassEnum, { request: ({ strSuperclass }) => named(strSuperclass) }),
  says(CreateClassEnumAsync, { request: ({ strSuperclass }) => named(strSuperclass) }),
  says(PutInstance, { request: ({ pInst }) => pointedText(pInst) }),
  says(PutInstanceAsync, { request: ({ pInst }) => pointedText(pInst) }),
  says(DeleteInstance, path),
  says(DeleteInstanceAsync, path),
  says(CreateInstanceEnum, { request: ({ strSuperClass }) => named(strSuperClass) }),
  says(CreateInstanceEnumAsync, { request: ({ strSuperClass }) => named(strSuperClass) }),
  says(ExecQuery, query),
  says(ExecQueryAsync, query),
  says(ExecNotificationQuery, query),
  says(ExecNotificationQueryAsync, query),
  says(ExecMethod, { ...invocation, answer: ({ ppOutParams }) => parameters(ppOutParams) }),
  says(ExecMethodAsync, invocation),
  says(Next, { answer: ({ apObjects }) => objects(apObjects) }),
  says(SmartNext, { answer: smartObjects }),
  says(GetResultObject, { answer: ({ ppResultObject }) => parametersOrObject(ppResultObject) }),
  says(Indicate, { request: ({ apObjArray }) => objects(apObjArray) }),
  says(SetStatus, { request: ({ hResult }) => hresultName(hResult) }),
];

/** [MS-WMIO] 2.3.3: what a method gave is an instance of __PARAMETERS. */
function parametersOrObject(pointer: Pointer): string | undefined {
  if (!isCimObject(pointer)) return undefined;
  return pointer.kind === 'instance' && pointer.className === '__PARAMETERS'
    ? valuesText(pointer)
    : objectText(pointer);
}
