/** [MS-DCOM] 2.2.11: what ORPCTHIS begins with. */
const COM_MAJOR = 5;
const COM_MINOR = 7;

/**
 * Whether ORPCTHIS ([MS-DCOM] 2.2.13.3) stands at `at` of a request, a stub in plain: its version is 5.1 to 5.7, and its
 * reserved1 is zero.
 */
export function hasOrpcThisAt(bytes: Buffer, at: number): boolean {
  if (bytes.length < at + 12) return false;
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const u16 = (offset: number): number => (little ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset));
  const minor = u16(at + 2);
  return u16(at) === COM_MAJOR && minor >= 1 && minor <= COM_MINOR && bytes.readUInt32LE(at + 8) === 0;
}
