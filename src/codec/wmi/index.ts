export * from './cim-type.js';
export { IWbemClassObject, isCimObject } from './class-object.js';
export * from './constants.js';
export {
  type ContextProperty,
  type ContextValue,
  IWbemContext,
  IWbemContextBuffer,
  type WbemContext,
} from './context.js';
export * from './enumerator.js';
export { WMI_INTERFACES } from './interfaces.js';
export * from './login.js';
export * from './object.js';
export * from './object-array.js';
export { EncodingUnit, OBJECT_IS_PROTOTYPE, OBJECT_LACKS_KEY } from './object-block.js';
export * from './services.js';
