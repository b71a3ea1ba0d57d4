import { expect, test } from 'vitest';
import { isReference } from '../../../src/client/references.js';
import { Context, type OBJREF, packed } from '../../../src/codec/dcom/index.js';

const IID = '00020400-0000-0000-c000-000000000046';
const std = { flags: 0, cPublicRefs: 5, oxid: 1n, oid: 2n, ipid: IID };
const saResAddr = { stringBindings: [], securityBindings: [] };
const standard: OBJREF = { flags: 1, iid: IID, std, saResAddr };

const context = (changes: Partial<Context>) =>
  packed(Context).encode(
    { ContextId: IID, Flags: 0, MshlFlags: 2, PropMarshalHeader: [], ...changes },
    { syntax: 'ndr20' },
  );
const extended = (Data: Uint8Array): OBJREF => ({
  ...standard,
  flags: 8,
  ElmArray: [{ dataID: IID, Data }],
});

test.each([
  ['OBJREF_STANDARD', standard, true],
  ['OBJREF_HANDLER, by the STDOBJREF that it holds', { ...standard, flags: 2, clsid: IID } as OBJREF, true],
  ['OBJREF_EXTENDED with a context', extended(context({})), true],
  ['not OBJREF_EXTENDED whose context has extents', extended(context({ dwNumExtents: 1 })), false],
  ['not OBJREF_EXTENDED whose context has octets of extents', extended(context({ cbExtents: 8 })), false],
  ['not OBJREF_EXTENDED whose context cannot be read', extended(Buffer.alloc(8)), false],
  ['not OBJREF_CUSTOM', { flags: 4, iid: IID, clsid: IID, pObjectData: Buffer.alloc(8) } as OBJREF, false],
  ['not octets that are no OBJREF', Buffer.alloc(8), false],
  ['not a null pointer', null, false],
])('a client calls by %s, [MS-DCOM] 3.2.4.1.2', (_form, pointer, expected) => {
  expect(isReference(pointer)).toBe(expected);
});
