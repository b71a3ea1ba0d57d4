import { PFC } from '../../codec/rpce/index.js';

/** C706 12.6.4.9: where the stub of a call with an object UUID begins. */
const OBJECT_STUB = 40;
const COM_MAJOR = 5;
const COM_MINOR = 7;

/**
 * Whether the first fragment of a request is a call of an object, [MS-DCOM] 2.2.13: it has an object UUID, which is the
 * IPID, and its stub begins with ORPCTHIS, whose version is 5.1 to 5.7 and whose reserved1 is zero. For stubs in plain.
 */
export function isObjectCall(bytes: Buffer): boolean {
  if (((bytes[3] as number) & PFC.OBJECT_UUID) === 0 || bytes.length < OBJECT_STUB + 12) return false;
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const [major, minor] = little
    ? [bytes.readUInt16LE(OBJECT_STUB), bytes.readUInt16LE(OBJECT_STUB + 2)]
    : [bytes.readUInt16BE(OBJECT_STUB), bytes.readUInt16BE(OBJECT_STUB + 2)];
  return major === COM_MAJOR && minor >= 1 && minor <= COM_MINOR && bytes.readUInt32LE(OBJECT_STUB + 8) === 0;
}
