import type { Field, FixedHeader } from '../fixed.js';
import { sizeOf } from '../generated-reader.js';
import * as inet from '../inet/headers.js';
import * as pacBuffers from '../kerberos/pac/buffers.js';
import * as pac from '../kerberos/pac/pac.js';
import type { FieldRow } from '../ndr/index.js';
import * as authenticate from '../ntlm/authenticate.js';
import * as avPairs from '../ntlm/av-pairs.js';
import * as challenge from '../ntlm/challenge.js';
import * as negotiate from '../ntlm/negotiate.js';
import * as responses from '../ntlm/responses.js';
import { VERSION } from '../ntlm/shape.js';
import * as pcap from '../pcap/pcap.js';
import * as pcapng from '../pcap/pcapng.js';
import * as bodies from '../rpce/bodies.js';
import * as connectionless from '../rpce/connectionless.js';
import * as header from '../rpce/header.js';
import * as verification from '../rpce/verification-trailer.js';
import * as smb from '../smb/headers.js';
import * as smb1 from '../smb/smb1.js';
import * as smb1Session from '../smb/smb1-session.js';
import * as smb2 from '../smb/smb2.js';
import * as smb2Session from '../smb/smb2-session.js';
import type { Structure } from './structure.js';

type Header = FixedHeader<readonly Field[]>;

const MODULES: readonly object[] = [
  header,
  bodies,
  connectionless,
  verification,
  negotiate,
  challenge,
  authenticate,
  avPairs,
  responses,
  { VERSION },
  pcap,
  pcapng,
  inet,
  pac,
  pacBuffers,
  smb,
  smb1,
  smb1Session,
  smb2,
  smb2Session,
];

/** Every header of fixed size. */
export const headers = (): Structure[] =>
  MODULES.flatMap((module) => Object.values(module))
    .filter(isHeader)
    .map(structureOf);

const isHeader = (value: unknown): value is Header =>
  typeof value === 'object' && value !== null && 'encodeInto' in value && 'fields' in value;

const structureOf = (each: Header): Structure => ({
  kind: 'header',
  name: each.name,
  section: each.section,
  fields: rowsOf(each),
  forms: (['little', 'big'] as const).map((endian) => ({
    name: `${endian}-endian`,
    decode: (octets) => {
      const value = each.decode(octets, 0, endian);
      return () => ({ taken: octets.subarray(0, each.size), made: each.encode(value, endian) });
    },
  })),
});

/** The place of each field goes before its name. */
function rowsOf({ fields }: Header): FieldRow[] {
  let offset = 0;
  return fields.map(({ name, kind, doc }) => {
    const row = { name, offset, type: typeof kind === 'number' ? `octets[${kind}]` : kind, note: doc };
    offset += sizeOf(kind);
    return row;
  });
}
