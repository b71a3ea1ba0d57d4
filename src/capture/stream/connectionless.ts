import { isActivator } from '../../codec/dcom/index.js';
import { type Endpoint, endpointOf } from '../../codec/inet/address.js';
import { interfaceName } from '../../codec/interfaces.js';
import { CL_PTYPES, dc_rpc_cl_pkt_hdr_t, readClHeader } from '../../codec/rpce/index.js';
import type { Datagram } from './ip.js';

/** A PDU of connectionless RPC (`ncadg_ip_udp`), of which only the header is read. */
export interface ConnectionlessPdu {
  readonly file: string;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly header: ReturnType<typeof readClHeader>;
}

const UDP_HEADER = 8;

/** The header in a datagram of UDP; undefined where what stands there is none. */
export function connectionlessHeader(datagram: Datagram): ConnectionlessPdu['header'] | undefined {
  const at = datagram.start + UDP_HEADER;
  if (!isHeader(datagram.bytes, at, datagram.end)) return undefined;
  const header = readClHeader(datagram.bytes, at);
  const body = datagram.end + datagram.missing - at - dc_rpc_cl_pkt_hdr_t.size;
  // The protection of a PDU stands behind its body.
  const fits = header.auth_proto === 0 ? header.len === body : header.len <= body;
  return fits ? header : undefined;
}

/** C706 12.5.1: version 4, a type that there is, a data representation that C706 14.2 knows. */
const isHeader = (bytes: Buffer, at: number, end: number): boolean =>
  end - at >= dc_rpc_cl_pkt_hdr_t.size &&
  bytes[at] === 4 &&
  (bytes[at + 1] as number) < CL_PTYPES.length &&
  ((bytes[at + 4] as number) & 0xee) === 0 &&
  (bytes[at + 5] as number) <= 3 &&
  bytes[at + 6] === 0;

/** Source and destination, with their ports. */
export const endsOf = (d: Datagram): { readonly src: Endpoint; readonly dst: Endpoint } => ({
  src: endpointOf(d.version, [d.source0, d.source1, d.source2, d.source3], d.bytes.readUInt16BE(d.start)),
  dst: endpointOf(
    d.version,
    [d.destination0, d.destination1, d.destination2, d.destination3],
    d.bytes.readUInt16BE(d.start + 2),
  ),
});

/** The note on one that was passed over; all interfaces without a name share one, as a capture may hold any. */
export function passedOver(header: ConnectionlessPdu['header']): readonly [what: string, uncertain: boolean] {
  const name = interfaceName(header.if_id);
  const known = name === header.if_id ? 'interfaces that are not known' : name;
  return [
    `PDUs of RPC over UDP (ncadg_ip_udp) of ${known}, of which the header alone is read`,
    isActivator(header.if_id),
  ];
}
