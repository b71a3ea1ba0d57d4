import { ETHERTYPE, IP_PROTOCOL } from '../../../codec/inet/headers.js';
import type { Datagram } from '../../stream/ip.js';
import { type Frame, keep, replaceMac } from './frame.js';

const [VXLAN_GPE, GENEVE, TZSP] = [4790, 6081, 37_008];
const BRIDGED: ReadonlySet<number> = new Set([ETHERTYPE.BRIDGED, ETHERTYPE.ERSPAN, ETHERTYPE.ERSPAN_III]);
const VLANS: ReadonlySet<number> = new Set([ETHERTYPE.VLAN, ETHERTYPE.SERVICE_VLAN, ETHERTYPE.QINQ]);
const ETHERNET = 14;

/**
 * The octets between the head of a datagram and the one that it carries: addresses of Ethernet are replaced. False
 * where they cannot be told, and nothing of it is left.
 */
export function replaceTunnelHead(frame: Frame, datagram: Datagram, from: number, inner: number): boolean {
  if (isWireless(frame.bytes, datagram)) return false;
  keep(frame, from, inner);
  if (!carriesEthernet(frame.bytes, datagram)) return true;
  let at = inner - ETHERNET;
  // Behind tags the type is that of the datagram; before each tag stands the type of the tag.
  for (let tag = at + 8; tag >= from && VLANS.has(frame.bytes.readUInt16BE(tag)); tag -= 4) at -= 4;
  if (at < from) {
    frame.out.fill(0, from, inner);
    return false;
  }
  replaceMac(frame, at, inner);
  replaceMac(frame, at + 6, inner);
  return true;
}

const isWireless = (bytes: Buffer, { protocol, start, end }: Datagram): boolean =>
  protocol === IP_PROTOCOL.UDP &&
  end - start >= 12 &&
  bytes.readUInt16BE(start + 2) === TZSP &&
  bytes.readUInt16BE(start + 10) !== 1;

function carriesEthernet(bytes: Buffer, { protocol, start, end }: Datagram): boolean {
  if (protocol === IP_PROTOCOL.ETHERIP) return true;
  if (end - start < 12) return false;
  if (protocol === IP_PROTOCOL.GRE) return BRIDGED.has(bytes.readUInt16BE(start + 2));
  if (protocol !== IP_PROTOCOL.UDP) return false;
  const port = bytes.readUInt16BE(start + 2);
  if (port === GENEVE) return bytes.readUInt16BE(start + 10) === ETHERTYPE.BRIDGED;
  if (port === VXLAN_GPE) return ((bytes[start + 8] as number) & 0x04) === 0 || bytes[start + 11] === 3;
  return true;
}
