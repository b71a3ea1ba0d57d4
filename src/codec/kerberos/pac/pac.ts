import { padding } from '../../bytes.js';
import { CodecError } from '../../error.js';
import { f, fixedHeader } from '../../fixed.js';

/** [MS-PAC] 2.4, ulType. */
export const PAC_TYPE = {
  LOGON_INFO: 1,
  CREDENTIALS: 2,
  SERVER_CHECKSUM: 6,
  KDC_CHECKSUM: 7,
  CLIENT_INFO: 10,
  DELEGATION_INFO: 11,
  UPN_DNS_INFO: 12,
  CLIENT_CLAIMS: 13,
  DEVICE_INFO: 14,
  DEVICE_CLAIMS: 15,
  TICKET_CHECKSUM: 16,
  ATTRIBUTES: 17,
  REQUESTOR_SID: 18,
  EXTENDED_KDC_CHECKSUM: 19,
  REQUESTOR_GUID: 20,
} as const;

export const PACTYPE = fixedHeader('PACTYPE', '[MS-PAC] 2.3', [
  f('cBuffers', 'u32', 'entries of Buffers'),
  f('Version', 'u32', '0'),
]);

export const PAC_INFO_BUFFER = fixedHeader('PAC_INFO_BUFFER', '[MS-PAC] 2.4', [
  f('ulType', 'u32', 'what the buffer holds'),
  f('cbBufferSize', 'u32', 'its octets'),
  f('Offset', 'u64', 'where it stands from the start of the PAC, a multiple of 8'),
]);

/** One buffer of a PAC. */
export interface PacBuffer {
  readonly type: number;
  readonly data: Uint8Array;
  /** Where `data` stands in the PAC; computed where absent. */
  readonly offset?: number;
}

/** The buffers of a PAC, whatever they hold: `data` are views. */
export function decodePac(bytes: Uint8Array): readonly PacBuffer[] {
  const { cBuffers, Version } = PACTYPE.decode(bytes);
  if (Version !== 0) throw new CodecError('BAD_VALUE', 'PACTYPE.Version', 4, `version ${Version}`);
  if (cBuffers > (bytes.length - PACTYPE.size) / PAC_INFO_BUFFER.size)
    throw new CodecError('BAD_LENGTH', 'PACTYPE.cBuffers', 0, `${cBuffers} buffers in ${bytes.length} octets`);
  return Array.from({ length: cBuffers }, (_, i) => {
    const at = PACTYPE.size + i * PAC_INFO_BUFFER.size;
    const { ulType, cbBufferSize, Offset } = PAC_INFO_BUFFER.decode(bytes, at);
    if (Offset + BigInt(cbBufferSize) > BigInt(bytes.length)) {
      const detail = `${cbBufferSize} octets at ${Offset} of ${bytes.length}`;
      throw new CodecError('BAD_LENGTH', `PACTYPE.Buffers[${i}]`, at + 4, detail);
    }
    const offset = Number(Offset);
    return { type: ulType, data: bytes.subarray(offset, offset + cbBufferSize), offset };
  });
}

export function encodePac(buffers: readonly PacBuffer[]): Buffer {
  const head = PACTYPE.size + buffers.length * PAC_INFO_BUFFER.size;
  let next = head;
  const rows = buffers.map(({ type, data, offset = next }) => {
    next = Math.max(next, offset + data.length + padding(data.length, 8));
    return { ulType: type, cbBufferSize: data.length, Offset: BigInt(offset) };
  });
  const bytes = Buffer.alloc(next);
  bytes.set(PACTYPE.encode({ cBuffers: buffers.length, Version: 0 }));
  for (const [i, row] of rows.entries()) {
    bytes.set(PAC_INFO_BUFFER.encode(row), PACTYPE.size + i * PAC_INFO_BUFFER.size);
    bytes.set((buffers[i] as PacBuffer).data, Number(row.Offset));
  }
  return bytes;
}
