import {
  CLSID_ActivationPropertiesIn,
  CLSID_ActivationPropertiesOut,
  IActivation,
  IRemoteSCMActivator,
} from '../../codec/dcom/index.js';
import { uuidToBytes } from '../../codec/uuid.js';
import { hasOrpcThisAt } from './orpc-this.js';

/** [MS-DCOM] 1.9: what the activation properties of a request and of its answer are marshalled by. */
const ACTIVATION_PROPERTIES_IN = uuidToBytes(CLSID_ActivationPropertiesIn);
const ACTIVATION_PROPERTIES_OUT = uuidToBytes(CLSID_ActivationPropertiesOut);

/** C706 12.6.4.9: where the stub of a request without an object begins. */
const STUB = 24;
const REMOTE_ACTIVATION = 0;
const REMOTE_GET_CLASS_OBJECT = 3;
const REMOTE_CREATE_INSTANCE = 4;

/**
 * The activator that a request calls whose bind was not captured, as its stub in plain gives it away: ORPCTHIS
 * ([MS-DCOM] 2.2.13.3) for RemoteActivation, the class id of the activation properties for the methods that replaced it.
 */
export function unboundActivator(bytes: Buffer, opnum: number | undefined): string | undefined {
  if (opnum === REMOTE_ACTIVATION) return hasOrpcThisAt(bytes, STUB) ? IActivation.uuid : undefined;
  if (opnum !== REMOTE_GET_CLASS_OBJECT && opnum !== REMOTE_CREATE_INSTANCE) return undefined;
  return bytes.includes(ACTIVATION_PROPERTIES_IN) ? IRemoteSCMActivator.uuid : undefined;
}

/** The answer of a RemoteCreateInstance or RemoteGetClassObject, likewise. */
export const isUnboundReply = (bytes: Buffer): boolean => bytes.includes(ACTIVATION_PROPERTIES_OUT);
