import { SmartBuffer } from 'smart-buffer';
import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import type { SpanTrace } from '../span.js';
import {
  auth3Body,
  type BodyCodec,
  bindAckBody,
  bindBody,
  bindNakBody,
  faultBody,
  noBody,
  requestBody,
  responseBody,
} from './bodies.js';
import { type PduType, PTYPE } from './constants.js';
import { Cursor } from './cursor.js';
import { commonHeader, DREP_LITTLE, endianOf, readCommonHeader, sec_trailer } from './header.js';
import type { AuthVerifier, Pdu, PduHead, UnknownPdu } from './pdu.js';
import { authPadding, bareTrailer, ENDS_BY_ITSELF, placeTrailer } from './trailer.js';

// One row per PDU type: which body it has.
const BODIES: Record<PduType, BodyCodec<object>> = {
  request: requestBody,
  response: responseBody,
  fault: faultBody,
  bind: bindBody,
  bind_ack: bindAckBody,
  bind_nak: bindNakBody,
  alter_context: bindBody,
  alter_context_resp: bindAckBody,
  auth3: auth3Body,
  shutdown: noBody,
  co_cancel: noBody,
  orphaned: noBody,
};
const TYPE_NAMES = new Map<number, PduType>(Object.entries(PTYPE).map(([name, code]) => [code, name as PduType]));

/** The specification's name of a PDU type, or undefined where the connection-oriented protocol has none. */
export const pduType = (ptype: number): PduType | undefined => TYPE_NAMES.get(ptype);

/**
 * Reads one whole PDU: `bytes` begins at its first octet and holds at least frag_length octets. Octet fields are views
 * into `bytes`. Throws `CodecError`. A length in a PDU is kept where `encodePdu` would compute another one, so that the
 * value encodes to the same bytes.
 */
export const decodePdu = (bytes: Uint8Array): Pdu => readPdu(bytes, undefined);

/** The same, and where each field stands. */
export const tracePdu = (bytes: Uint8Array, trace: SpanTrace): Pdu => readPdu(bytes, trace);

function readPdu(bytes: Uint8Array, trace: SpanTrace | undefined): Pdu {
  const header = readCommonHeader(bytes);
  trace?.header(commonHeader, bytes, 0, header);
  const { rpc_vers, rpc_vers_minor, PTYPE: ptype, pfc_flags, packed_drep, frag_length, auth_length, call_id } = header;
  if (frag_length < commonHeader.size) {
    throw new CodecError(
      'BAD_LENGTH',
      'frag_length',
      8,
      `${frag_length} is less than the header's ${commonHeader.size}`,
    );
  }
  if (frag_length > bytes.length)
    throw new CodecError('SHORT', 'frag_length', 8, `says ${frag_length} octets, has ${bytes.length}`);
  const endian = endianOf(packed_drep);
  const name = TYPE_NAMES.get(ptype);
  const endsByItself = name !== undefined && ENDS_BY_ITSELF.has(name);
  const trailer = auth_length === 0 ? undefined : placeTrailer(bytes, frag_length, auth_length);
  const padded = trailer === undefined ? frag_length : trailer.at - trailer.counted;
  const cursor = new Cursor(bytes, commonHeader.size, endsByItself ? (trailer?.at ?? padded) : padded, endian, trace);
  try {
    const body = name === undefined ? { body: cursor.rest('body') } : BODIES[name].decode(cursor, pfc_flags);
    // Captures are decoded by the million: one object is filled, where spreading would make several.
    const head: PduHead & { PTYPE: PduType | number } = {
      PTYPE: name ?? ptype,
      rpc_vers,
      rpc_vers_minor,
      pfc_flags,
      call_id,
      packed_drep,
    };
    const pdu = Object.assign(head, body);
    if (trailer === undefined && endsByItself && ptype !== PTYPE.auth3) setAuth(pdu, bareTrailer(cursor));
    const start = Math.max(cursor.offset, padded);
    if (start > cursor.offset) pdu.trailing = cursor.octets(start - cursor.offset, 'trailing');
    setAuth(pdu, trailer?.verifier(start, trace));
    return pdu as Pdu;
  } catch (error) {
    throw error instanceof CodecError ? error.within(name ?? `PTYPE ${ptype}`) : error;
  }
}

function setAuth(pdu: PduHead, auth: AuthVerifier | undefined): void {
  if (auth !== undefined) pdu.auth = auth;
}

/** Where the parts of an encoded PDU lie, for the signature that is put in afterwards. */
export interface EncodedPdu {
  readonly bytes: Buffer;
  /** First octet of the sec_trailer; the PDU's length where there is none. */
  readonly trailerOffset: number;
}

/** Writes one PDU. Lengths that are given are sent as they are, absent ones are computed. Throws `UNENCODABLE`. */
export const encodePdu = (pdu: Pdu): Buffer => layOutPdu(pdu).bytes;

/** As `encodePdu`, and tells where the security trailer went; `authAlignment` where it is to stand on another boundary. */
export function layOutPdu(pdu: Pdu, authAlignment?: number): EncodedPdu {
  const drep = pdu.packed_drep ?? DREP_LITTLE;
  const endian = endianOf(drep);
  const writer = SmartBuffer.fromSize(128 + ('stub' in pdu ? pdu.stub.length : 0));
  writer.writeBuffer(Buffer.alloc(commonHeader.size));
  if (typeof pdu.PTYPE === 'number') writer.writeBuffer(asBuffer((pdu as UnknownPdu).body));
  else BODIES[pdu.PTYPE].encode(writer, pdu, endian);
  if (pdu.trailing !== undefined) writer.writeBuffer(asBuffer(pdu.trailing));
  if (pdu.auth === undefined) return finish(writer, pdu, drep, writer.length);

  const { auth_pad = new Uint8Array(authPadding(pdu, writer.length, authAlignment)), auth_reserved = 0 } = pdu.auth;
  writer.writeBuffer(asBuffer(auth_pad));
  const trailerOffset = writer.length;
  sec_trailer.encodeInto(writer, { auth_pad_length: auth_pad.length, ...pdu.auth, auth_reserved }, endian);
  writer.writeBuffer(asBuffer(pdu.auth.auth_value));
  return finish(writer, pdu, drep, trailerOffset);
}

function finish(
  writer: SmartBuffer,
  pdu: PduHead & { PTYPE: Pdu['PTYPE'] },
  drep: Uint8Array,
  trailerOffset: number,
): EncodedPdu {
  const bytes = writer.toBuffer();
  const header = commonHeader.encode(
    {
      rpc_vers: pdu.rpc_vers ?? 5,
      rpc_vers_minor: pdu.rpc_vers_minor ?? 0,
      PTYPE: typeof pdu.PTYPE === 'number' ? pdu.PTYPE : PTYPE[pdu.PTYPE],
      pfc_flags: pdu.pfc_flags,
      packed_drep: drep,
      frag_length: pdu.frag_length ?? bytes.length,
      auth_length: pdu.auth_length ?? pdu.auth?.auth_value.length ?? 0,
      call_id: pdu.call_id,
    },
    endianOf(drep),
  );
  header.copy(bytes);
  return { bytes, trailerOffset };
}
