import { interfaceName, operationName } from '../../codec/interfaces.js';
import { CL_PTYPES, type ClPduType } from '../../codec/rpce/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import type { ConnectionlessPdu } from '../stream/connectionless.js';
import type { Filtered } from './filter-kinds.js';
import { endpointText, isoTime } from './record.js';

/** One PDU of RPC over UDP as a line of JSON: its header; absent members are left out. */
export interface DatagramRecord {
  readonly file: string;
  readonly frame: number;
  readonly time: string;
  readonly src: string;
  readonly dst: string;
  readonly transport: 'ncadg_ip_udp';
  readonly ptype: ClPduType;
  /** Calls of one client thread have it in common; `sequence` tells them apart. */
  readonly activity: string;
  readonly sequence: number;
  readonly fragment: number;
  readonly interface: string;
  readonly opnum: number;
  readonly operation?: string;
  readonly object?: string;
  /** Octets of the body, which is not read. */
  readonly length: number;
  readonly auth_type: number;
}

/** Makes the record of a PDU of RPC over UDP. */
export function datagramRecord({ header, src, dst, ...place }: ConnectionlessPdu): DatagramRecord {
  const operation = operationName(header.if_id, header.opnum);
  return {
    file: place.file,
    frame: place.frame,
    time: isoTime(place.seconds, place.nanoseconds),
    src: endpointText(src),
    dst: endpointText(dst),
    transport: 'ncadg_ip_udp',
    // One of another type is not taken for a PDU.
    ptype: CL_PTYPES[header.ptype] as ClPduType,
    activity: header.act_id,
    sequence: header.seqnum,
    fragment: header.fragnum,
    interface: interfaceName(header.if_id),
    opnum: header.opnum,
    ...(operation !== undefined && { operation }),
    ...(header.object !== UUID_NULL && { object: header.object }),
    length: header.len,
    auth_type: header.auth_proto,
  };
}

/** As the filters see it: it belongs to no stream. */
export const filteredDatagram = (record: DatagramRecord): Filtered =>
  ({ ...record, stream: -1 }) as unknown as Filtered;
