// What stands at fixed places of a PDU (C706 12.6.3, [MS-RPCE] 2.2.2): read here by hand, so that a decoder has something
// to be compared with.
import { interfaceName, operationName } from '../../dist/codec/interfaces.js';

const PTYPES = {
  0: 'request',
  2: 'response',
  3: 'fault',
  11: 'bind',
  12: 'bind_ack',
  13: 'bind_nak',
  14: 'alter_context',
  15: 'alter_context_resp',
  16: 'auth3',
  17: 'shutdown',
  18: 'co_cancel',
  19: 'orphaned',
};
const [FIRST, LAST, OBJECT] = [1, 2, 0x80];
const [SPNEGO, PKT] = [9, 4];
const CALLS = ['request', 'response', 'fault'];

/** The PDUs that one end of a stream has sent, each with the frame in which its last octet came. */
export function pdusOf(pieces) {
  const octets = Buffer.concat(pieces.map(({ data }) => data));
  const ends = [];
  for (const { data } of pieces) ends.push((ends.at(-1) ?? 0) + data.length);
  const pdus = [];
  for (let at = 0; at < octets.length; ) {
    const little = (octets[at + 4] & 0xf0) !== 0;
    const length = little ? octets.readUInt16LE(at + 8) : octets.readUInt16BE(at + 8);
    const end = at + length;
    const piece = ends.findIndex((each) => each >= end);
    if (octets[at] !== 5 || piece < 0) throw new Error(`no PDU at octet ${at} of a stream`);
    pdus.push({ ...pieces[piece], end, pdu: new Pdu(octets.subarray(at, end), little) });
    at = end;
  }
  return pdus;
}

/** One PDU, and the members of it that rows tell. */
class Pdu {
  constructor(octets, little) {
    this.octets = octets;
    this.little = little;
    this.ptype = PTYPES[octets[2]] ?? octets[2];
    this.callId = this.u32(12);
    this.authLength = this.u16(10);
  }

  u16 = (at) => (this.little ? this.octets.readUInt16LE(at) : this.octets.readUInt16BE(at));
  u32 = (at) => (this.little ? this.octets.readUInt32LE(at) : this.octets.readUInt32BE(at));

  uuid(at) {
    const hex = (value, digits) => value.toString(16).padStart(digits, '0');
    const tail = this.octets.toString('hex', at + 8, at + 16);
    return `${hex(this.u32(at), 8)}-${hex(this.u16(at + 4), 4)}-${hex(this.u16(at + 6), 4)}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }

  get isFirst() {
    return (this.octets[3] & FIRST) !== 0;
  }

  get isLast() {
    return (this.octets[3] & LAST) !== 0;
  }

  get contextId() {
    return this.u16(20);
  }

  get opnum() {
    return this.u16(22);
  }

  /** [MS-RPCE] 2.2.2.11. */
  get trailer() {
    if (this.authLength === 0) return undefined;
    const at = this.octets.length - this.authLength - 8;
    return { auth_type: this.octets[at], auth_level: this.octets[at + 1], auth_context_id: this.u32(at + 4) };
  }

  /** The interfaces that a bind or alter_context proposes, by their p_cont_id. */
  get proposals() {
    const proposed = [];
    let at = 28;
    for (let count = this.octets[24]; count > 0; count--) {
      const transfers = this.octets[at + 2];
      proposed.push({ id: this.u16(at), uuid: this.uuid(at + 4) });
      at += 24 + 20 * transfers;
    }
    return proposed;
  }

  /** What stands for a signature inside SPNEGO and is none of NTLM ([MS-NLMP] 2.2.2.9) or Kerberos (RFC 4121 4.2.6). */
  get isForged() {
    const { auth_type: type, auth_level: level } = this.trailer ?? {};
    const token = this.octets.toString('hex', this.octets.length - this.authLength);
    // At PKT and below Wireshark does not look at it.
    return type === SPNEGO && level > PKT && CALLS.includes(this.ptype) && !/^(01000000|040[45]|050[45])/.test(token);
  }

  row() {
    const { little, ptype, callId, trailer } = this;
    return {
      ptype,
      pfc_flags: this.octets[3],
      frag_length: this.octets.length,
      call_id: callId,
      ...(!little && { little_endian: false }),
      ...trailer,
      ...(this.isForged && { forged: true }),
    };
  }

  /** What only this kind of PDU has; of a request, what the context of its connection makes of it. */
  body(contexts) {
    const { ptype } = this;
    if (ptype === 'bind' || ptype === 'alter_context')
      return { proposes: this.proposals.map(({ uuid }) => interfaceName(uuid)) };
    if (ptype === 'bind_nak') return { reject_reason: this.u16(16) };
    if (ptype === 'fault') return { p_cont_id: this.contextId, status: this.u32(24) };
    if (ptype === 'response') return { p_cont_id: this.contextId };
    if (ptype !== 'request') return {};
    const uuid = contexts.get(this.contextId);
    return {
      p_cont_id: this.contextId,
      opnum: this.opnum,
      ...(uuid !== undefined && { uuid, interface: interfaceName(uuid), operation: operationName(uuid, this.opnum) }),
      ...((this.octets[3] & OBJECT) !== 0 && { object: this.uuid(24) }),
    };
  }
}
