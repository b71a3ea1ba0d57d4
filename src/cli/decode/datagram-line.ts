import type { DatagramRecord } from '../../capture/decode/datagram.js';
import { printable } from '../../report/printable.js';

/** A PDU of RPC over UDP in one line for people, in the columns of `pduLine`. */
export function datagramLine(record: DatagramRecord): string {
  const { frame, time, src, dst, ptype, sequence, opnum, operation = `opnum ${opnum}` } = record;
  const columns = [
    String(frame).padStart(6),
    'udp ',
    time.slice(11, 26),
    `${src} > ${dst}`.padEnd(43),
    ptype.padEnd(18),
    `call ${sequence}`.padEnd(9),
    ''.padEnd(13),
    printable(`${record.interface}::${operation}, header alone`),
  ];
  return columns.join(' ').trimEnd();
}
