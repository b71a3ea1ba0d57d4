import { asBuffer } from '../../bytes.js';
import { CodecError } from '../../error.js';
import { conformant, fixedBytes, mapped, type NdrType, sizeOf, struct, u8, u32 } from '../../ndr/index.js';

const MAX_SUB_AUTHORITIES = 15;

function textOf(revision: number, authority: Uint8Array, subAuthorities: readonly number[]): string {
  const number = asBuffer(authority).readUIntBE(0, 6);
  return ['S', revision, number, ...subAuthorities].join('-');
}

interface Parts {
  readonly revision: number;
  readonly authority: Buffer;
  readonly subAuthorities: readonly number[];
}

function partsOf(text: string): Parts {
  const numbers = /^S(-\d{1,15}){2,17}$/.test(text) ? text.split('-').slice(1).map(Number) : [];
  const [revision = 256, authority = 0, ...subAuthorities] = numbers;
  if (revision > 255 || authority >= 2 ** 48 || subAuthorities.some((value) => value >= 2 ** 32))
    throw new CodecError('UNENCODABLE', 'SID', 0, `not a security identifier: ${text}`);
  const octets = Buffer.alloc(6);
  octets.writeUIntBE(authority, 0, 6);
  return { revision, authority: octets, subAuthorities };
}

/** [MS-DTYP] 2.4.2.2, as it stands in a buffer of its own. */
export function decodeSid(bytes: Uint8Array): string {
  const count = bytes[1] ?? MAX_SUB_AUTHORITIES;
  if (bytes.length < 8 || bytes.length < 8 + 4 * count)
    throw new CodecError('SHORT', 'SID', 0, `${bytes.length} octets are too few for a security identifier`);
  const view = asBuffer(bytes);
  const subAuthorities = Array.from({ length: count }, (_, i) => view.readUInt32LE(8 + 4 * i));
  return textOf(view.readUInt8(0), bytes.subarray(2, 8), subAuthorities);
}

export function encodeSid(text: string): Buffer {
  const { revision, authority, subAuthorities } = partsOf(text);
  const bytes = Buffer.alloc(8 + 4 * subAuthorities.length);
  bytes.set([revision, subAuthorities.length]);
  bytes.set(authority, 2);
  for (const [i, value] of subAuthorities.entries()) bytes.writeUInt32LE(value, 8 + 4 * i);
  return bytes;
}

const wire = struct('RPC_SID', '[MS-DTYP] 2.4.2.3', {
  Revision: u8,
  SubAuthorityCount: sizeOf('SubAuthority', u8),
  IdentifierAuthority: fixedBytes(6),
  SubAuthority: conformant(u32),
});

/** As text, `S-1-5-21-…`. */
export const RPC_SID: NdrType<string> = mapped(wire, {
  fromWire: ({ Revision, SubAuthorityCount, IdentifierAuthority, SubAuthority }) => {
    if (SubAuthorityCount !== undefined)
      throw new CodecError(
        'BAD_LENGTH',
        'RPC_SID',
        1,
        `SubAuthorityCount ${SubAuthorityCount} of ${SubAuthority.length}`,
      );
    return textOf(Revision, IdentifierAuthority, SubAuthority);
  },
  toWire: (text) => {
    const { revision, authority, subAuthorities } = partsOf(text);
    return { Revision: revision, IdentifierAuthority: authority, SubAuthority: [...subAuthorities] };
  },
});
