import { asBuffer } from '../../bytes.js';
import { CodecError } from '../../error.js';
import { f, fixedHeader } from '../../fixed.js';
import { decodeSid, encodeSid } from './sid.js';

export const PAC_CLIENT_INFO_HEADER = fixedHeader('PAC_CLIENT_INFO', '[MS-PAC] 2.7', [
  f('ClientId', 'u64', 'authentication time of the TGT, as FILETIME'),
  f('NameLength', 'u16', 'octets of Name'),
]);

/** [MS-PAC] 2.7. */
export interface PAC_CLIENT_INFO {
  readonly ClientId: bigint;
  readonly Name: string;
}

export function decodeClientInfo(bytes: Uint8Array): PAC_CLIENT_INFO {
  const { ClientId, NameLength } = PAC_CLIENT_INFO_HEADER.decode(bytes);
  return { ClientId, Name: textAt('PAC_CLIENT_INFO.Name', bytes, PAC_CLIENT_INFO_HEADER.size, NameLength) };
}

export const encodeClientInfo = ({ ClientId, Name }: PAC_CLIENT_INFO): Buffer =>
  Buffer.concat([
    PAC_CLIENT_INFO_HEADER.encode({ ClientId, NameLength: 2 * Name.length }),
    Buffer.from(Name, 'utf16le'),
  ]);

/** [MS-PAC] 2.8; a read-only domain controller's identifier may follow the signature. */
export interface PAC_SIGNATURE_DATA {
  readonly SignatureType: number;
  readonly Signature: Uint8Array;
}

/** Octets of a signature by its type, as numbers without sign. */
const SIGNATURE_LENGTH: Readonly<Record<number, number>> = { 15: 12, 16: 12, 19: 16, 20: 24, [-138 >>> 0]: 16 };

export function decodeSignature(bytes: Uint8Array): PAC_SIGNATURE_DATA {
  if (bytes.length < 4) throw new CodecError('SHORT', 'PAC_SIGNATURE_DATA', 0, 'ends within SignatureType');
  const type = asBuffer(bytes).readUInt32LE(0);
  const length = SIGNATURE_LENGTH[type] ?? bytes.length - 4;
  if (bytes.length < 4 + length)
    throw new CodecError('SHORT', 'PAC_SIGNATURE_DATA.Signature', 4, `${bytes.length - 4} octets of ${length}`);
  return { SignatureType: type | 0, Signature: bytes.subarray(4, 4 + length) };
}

export function encodeSignature({ SignatureType, Signature }: PAC_SIGNATURE_DATA): Buffer {
  const type = Buffer.alloc(4);
  type.writeInt32LE(SignatureType);
  return Buffer.concat([type, Signature]);
}

export const UPN_DNS_INFO_HEADER = fixedHeader('UPN_DNS_INFO', '[MS-PAC] 2.10', [
  f('UpnLength', 'u16', 'octets of the UPN'),
  f('UpnOffset', 'u16', 'where it stands'),
  f('DnsDomainNameLength', 'u16', 'octets of the domain name'),
  f('DnsDomainNameOffset', 'u16', 'where it stands'),
  f('Flags', 'u32', 'U: the UPN was made up; S: SAM name and SID follow'),
]);

export const UPN_DNS_INFO_EXTENSION = fixedHeader('UPN_DNS_INFO extension', '[MS-PAC] 2.10', [
  f('SamNameLength', 'u16', 'octets of the account name'),
  f('SamNameOffset', 'u16', 'where it stands'),
  f('SidLength', 'u16', 'octets of the SID'),
  f('SidOffset', 'u16', 'where it stands'),
]);

/** [MS-PAC] 2.10, Flags. */
export const UPN_FLAGS = { NO_UPN: 1, HAS_SAM_NAME_AND_SID: 2 } as const;

export interface UPN_DNS_INFO {
  readonly Upn: string;
  readonly DnsDomainName: string;
  readonly Flags: number;
  readonly SamName?: string;
  readonly Sid?: string;
}

function textAt(path: string, bytes: Uint8Array, offset: number, length: number): string {
  return asBuffer(octetsAt(path, bytes, offset, length)).toString('utf16le');
}

function octetsAt(path: string, bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > bytes.length)
    throw new CodecError(
      'BAD_LENGTH',
      path,
      offset,
      `${length} octets, ${Math.max(0, bytes.length - offset)} are left`,
    );
  return bytes.subarray(offset, offset + length);
}

export function decodeUpnDnsInfo(bytes: Uint8Array): UPN_DNS_INFO {
  const head = UPN_DNS_INFO_HEADER.decode(bytes);
  const base = {
    Upn: textAt('UPN_DNS_INFO.Upn', bytes, head.UpnOffset, head.UpnLength),
    DnsDomainName: textAt('UPN_DNS_INFO.DnsDomainName', bytes, head.DnsDomainNameOffset, head.DnsDomainNameLength),
    Flags: head.Flags,
  };
  if ((head.Flags & UPN_FLAGS.HAS_SAM_NAME_AND_SID) === 0) return base;
  const more = UPN_DNS_INFO_EXTENSION.decode(bytes, UPN_DNS_INFO_HEADER.size);
  return {
    ...base,
    SamName: textAt('UPN_DNS_INFO.SamName', bytes, more.SamNameOffset, more.SamNameLength),
    Sid: decodeSid(octetsAt('UPN_DNS_INFO.Sid', bytes, more.SidOffset, more.SidLength)),
  };
}

/** Each part starts on a multiple of eight octets, as Windows lays it out. */
export function encodeUpnDnsInfo({ Upn, DnsDomainName, Flags, SamName, Sid }: UPN_DNS_INFO): Buffer {
  const extended = SamName !== undefined && Sid !== undefined;
  const wide = (text: string) => Buffer.from(text, 'utf16le');
  const parts = [wide(Upn), wide(DnsDomainName), ...(extended ? [wide(SamName), encodeSid(Sid)] : [])];
  let next = 8 * Math.ceil((UPN_DNS_INFO_HEADER.size + (extended ? UPN_DNS_INFO_EXTENSION.size : 0)) / 8);
  const places = parts.map((part) => {
    const offset = next;
    next += 8 * Math.ceil(part.length / 8);
    return { offset, length: part.length };
  });
  const bytes = Buffer.alloc(next);
  for (const [i, part] of parts.entries()) bytes.set(part, places[i]?.offset);
  for (const [i, { offset, length }] of places.entries()) {
    const at = i < 2 ? 4 * i : UPN_DNS_INFO_HEADER.size + 4 * (i - 2);
    bytes.writeUInt16LE(length, at);
    bytes.writeUInt16LE(offset, at + 2);
  }
  bytes.writeUInt32LE(Flags, 8);
  return bytes;
}
