export {
  IActivation,
  IRemoteSCMActivator,
  isActivation,
  isActivator,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
} from './activation.js';
export { ActivationProperties, type ActivationProperty, CustomHeader, propertyOf } from './activation-blob.js';
export * from './activation-properties.js';
export * from './activation-reply.js';
export * from './activation-request.js';
export * from './constants.js';
export * from './context.js';
export {
  type Bindings,
  bindingsOf,
  DUALSTRINGARRAY,
  DUALSTRINGARRAY_packet,
  type RawBindings,
  type SECURITYBINDING,
  type STRINGBINDING,
} from './dual-string-array.js';
export { ErrorInformation, errorExtension, withErrorExtension } from './error-information.js';
export { type InterfacePointer, MInterfacePointer, marshaledByValue } from './minterface-pointer.js';
export * from './object-exporter.js';
export * from './objref.js';
export { type CustomObjrefHead, OBJREF_CUSTOM, type OBJREF_CUSTOM_DATA } from './objref-custom.js';
export { COMVERSION, ORPC_EXTENT, ORPC_EXTENT_ARRAY, ORPCTHAT, ORPCTHIS, orpcOperation } from './orpc.js';
export * from './rem-unknown.js';
export { type Vtable, vtable } from './vtable.js';
