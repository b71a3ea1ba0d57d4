import { counted, countedBytes, type Infer, reserved, sizeOf, struct, u16, u32, uuid } from '../ndr/index.js';

/** [MS-DCOM] 2.2.20.1: `ctxProperty` is an OBJREF where clsid is GUID_NULL, and opaque otherwise. */
export const PROPMARSHALHEADER = struct('PROPMARSHALHEADER', '[MS-DCOM] 2.2.20.1', {
  clsid: uuid,
  policyId: uuid,
  flags: u32,
  cb: sizeOf('ctxProperty', u32),
  ctxProperty: countedBytes('cb'),
});

export const CPFLAG_PROPAGATE = 1;
export const CPFLAG_EXPOSE = 2;
export const CPFLAG_ENVOY = 4;
export const CTXMSHLFLAGS_BYVAL = 2;

/** [MS-DCOM] 2.2.20: packed, little-endian. */
export const Context = struct('Context', '[MS-DCOM] 2.2.20', {
  MajorVersion: reserved(u16, 1),
  MinVersion: reserved(u16, 1),
  ContextId: uuid,
  Flags: u32,
  Reserved: reserved(u32, 0),
  dwNumExtents: reserved(u32, 0),
  cbExtents: reserved(u32, 0),
  MshlFlags: u32,
  Count: sizeOf('PropMarshalHeader', u32),
  Frozen: reserved(u32, 1),
  PropMarshalHeader: counted('Count', PROPMARSHALHEADER),
});
export type Context = Infer<typeof Context>;

const HEADER = 48;
const COUNT_AT = 40;
const ENTRY_HEADER = 40;
const CB_AT = 36;

/** Whether octets hold a Context that can be read; a server refuses another one by its own rules (3.1.2.5.2.3). */
export function isContext(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = HEADER;
  for (let left = view.getUint32(COUNT_AT, true); left > 0; left--) {
    if (at + ENTRY_HEADER > bytes.length) return false;
    at += ENTRY_HEADER + view.getUint32(at + CB_AT, true);
  }
  return at <= bytes.length;
}
