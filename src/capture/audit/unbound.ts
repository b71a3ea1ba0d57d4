import {
  CLSID_ActivationPropertiesIn,
  CLSID_ActivationPropertiesOut,
  IActivation,
  IRemoteSCMActivator,
} from '../../codec/dcom/index.js';
import { uuidToBytes } from '../../codec/uuid.js';

/** [MS-DCOM] 1.9: what the activation properties of a request and of its answer are marshalled by. */
const ACTIVATION_PROPERTIES_IN = uuidToBytes(CLSID_ActivationPropertiesIn);
const ACTIVATION_PROPERTIES_OUT = uuidToBytes(CLSID_ActivationPropertiesOut);

/** C706 12.6.4.9: where the stub of a request without an object begins. */
const STUB = 24;
const COM_MAJOR = 5;
const COM_MINOR = 7;
const REMOTE_ACTIVATION = 0;
const REMOTE_GET_CLASS_OBJECT = 3;
const REMOTE_CREATE_INSTANCE = 4;

/**
 * The activator that a request calls whose bind was not captured, as its stub in plain gives it away: ORPCTHIS
 * ([MS-DCOM] 2.2.13.3) for RemoteActivation, the class id of the activation properties for the methods that replaced it.
 */
export function unboundActivator(bytes: Buffer, opnum: number | undefined): string | undefined {
  if (opnum === REMOTE_ACTIVATION) return beginsWithOrpcThis(bytes) ? IActivation.uuid : undefined;
  if (opnum !== REMOTE_GET_CLASS_OBJECT && opnum !== REMOTE_CREATE_INSTANCE) return undefined;
  return bytes.includes(ACTIVATION_PROPERTIES_IN) ? IRemoteSCMActivator.uuid : undefined;
}

/** The answer of a RemoteCreateInstance or RemoteGetClassObject, likewise. */
export const isUnboundReply = (bytes: Buffer): boolean => bytes.includes(ACTIVATION_PROPERTIES_OUT);

function beginsWithOrpcThis(bytes: Buffer): boolean {
  if (bytes.length < STUB + 12) return false;
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const minor = u16(STUB + 2);
  return u16(STUB) === COM_MAJOR && minor >= 1 && minor <= COM_MINOR && bytes.readUInt32LE(STUB + 8) === 0;
}
