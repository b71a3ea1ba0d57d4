import type { SmartBuffer } from 'smart-buffer';
import { asBuffer, padding } from '../bytes.js';
import { f, fixedHeader } from '../fixed.js';
import type { Endian } from '../uuid.js';
import { PFC } from './constants.js';
import type { Cursor } from './cursor.js';
import { commonHeader } from './header.js';
import type {
  Auth3Body,
  BindAckBody,
  BindBody,
  BindNakBody,
  ContextElement,
  ContextResult,
  FaultBody,
  RequestBody,
  ResponseBody,
  SyntaxId,
} from './pdu.js';

/** How the body of one PDU type is read and written; `pfcFlags` says whether a request has an object. */
export interface BodyCodec<T> {
  readonly section: string;
  decode(cursor: Cursor, pfcFlags: number): T;
  encode(writer: SmartBuffer, body: T, endian: Endian): void;
}

export const p_syntax_id_t = fixedHeader('p_syntax_id_t', 'C706 12.6.3.1', [
  f('uuid', 'uuid', 'interface or transfer syntax'),
  f('version', 'u32', 'major in the low half, minor in the high half'),
]);

export const bindHead = fixedHeader('bind', 'C706 12.6.4.3', [
  f('max_xmit_frag', 'u16', 'largest fragment that the client sends'),
  f('max_recv_frag', 'u16', 'largest fragment that the client takes'),
  f('assoc_group_id', 'u32', '0 asks for a new association'),
  f('n_context_elem', 'u8', 'p_cont_list_t: number of elements'),
  f('reserved', 'u8', '0'),
  f('reserved2', 'u16', '0'),
]);
/** Octets of `reserved` and `reserved2`. */
const RESERVED = 3;

export const p_cont_elem_t = fixedHeader('p_cont_elem_t', 'C706 12.6.3.1', [
  f('p_cont_id', 'u16', 'presentation context'),
  f('n_transfer_syn', 'u8', 'number of transfer syntaxes'),
  f('reserved', 'u8', '0'),
]);

function decodeElement(cursor: Cursor): ContextElement {
  const { p_cont_id, n_transfer_syn, reserved } = cursor.header(p_cont_elem_t);
  const abstract_syntax: SyntaxId = cursor.header(p_syntax_id_t);
  const transfer_syntaxes: SyntaxId[] = [];
  for (let i = 0; i < n_transfer_syn; i++) transfer_syntaxes.push(cursor.header(p_syntax_id_t));
  return reserved === 0
    ? { p_cont_id, abstract_syntax, transfer_syntaxes }
    : { p_cont_id, reserved, abstract_syntax, transfer_syntaxes };
}

/** Three reserved octets as the one number that a value carries. */
const reservedOf = (one: number, two: number): { reserved: number } | undefined =>
  one === 0 && two === 0 ? undefined : { reserved: one + two * 0x100 };

/** A list of no elements that ends with its count, as Samba writes it. */
function emptyBind(cursor: Cursor): BindBody {
  const whole = Buffer.concat([cursor.octets(cursor.remaining, 'bind', bindHead.section), Buffer.alloc(RESERVED)]);
  const { max_xmit_frag, max_recv_frag, assoc_group_id } = bindHead.decode(whole, 0, cursor.endian);
  return { max_xmit_frag, max_recv_frag, assoc_group_id, reserved: 'absent', p_context_elem: [] };
}

/** bind and alter_context. */
export const bindBody: BodyCodec<BindBody> = {
  section: 'C706 12.6.4.3',
  decode(cursor) {
    if (cursor.remaining === bindHead.size - RESERVED && cursor.bytes[cursor.end - 1] === 0) return emptyBind(cursor);
    const { max_xmit_frag, max_recv_frag, assoc_group_id, n_context_elem, reserved, reserved2 } =
      cursor.header(bindHead);
    const p_context_elem: ContextElement[] = [];
    for (let i = 0; i < n_context_elem; i++) p_context_elem.push(decodeElement(cursor));
    return reserved === 0 && reserved2 === 0
      ? { max_xmit_frag, max_recv_frag, assoc_group_id, p_context_elem }
      : { max_xmit_frag, max_recv_frag, assoc_group_id, ...reservedOf(reserved, reserved2), p_context_elem };
  },
  encode(writer, body, endian) {
    const { p_context_elem, n_context_elem = p_context_elem.length, reserved = 0, ...head } = body;
    const octets = reserved === 'absent' ? 0 : reserved;
    const row = { ...head, n_context_elem, reserved: octets & 0xff, reserved2: octets >>> 8 };
    if (reserved === 'absent') {
      writer.writeBuffer(bindHead.encode(row, endian).subarray(0, bindHead.size - RESERVED));
      return;
    }
    bindHead.encodeInto(writer, row, endian);
    for (const { p_cont_id, reserved: octet = 0, abstract_syntax, transfer_syntaxes } of p_context_elem) {
      p_cont_elem_t.encodeInto(
        writer,
        { p_cont_id, n_transfer_syn: transfer_syntaxes.length, reserved: octet },
        endian,
      );
      p_syntax_id_t.encodeInto(writer, abstract_syntax, endian);
      for (const syntax of transfer_syntaxes) p_syntax_id_t.encodeInto(writer, syntax, endian);
    }
  },
};

export const bindAckHead = fixedHeader('bind_ack', 'C706 12.6.4.4', [
  f('max_xmit_frag', 'u16', 'largest fragment that the server sends'),
  f('max_recv_frag', 'u16', 'largest fragment that the server takes'),
  f('assoc_group_id', 'u32', 'the association that the connection now belongs to'),
  f('sec_addr_length', 'u16', 'port_any_t: octets of the secondary address with its zero'),
]);

export const p_result_list_t = fixedHeader('p_result_list_t', 'C706 12.6.3.1', [
  f('n_results', 'u8', 'as many as the client proposed'),
  f('reserved', 'u8', '0'),
  f('reserved2', 'u16', '0'),
]);

export const p_result_t = fixedHeader('p_result_t', 'C706 12.6.3.1', [
  f('result', 'u16', 'p_cont_def_result_t'),
  f('reason', 'u16', 'p_provider_reason_t, or the bitmask of negotiate_ack'),
  f('uuid', 'uuid', 'the accepted transfer syntax, or zeros'),
  f('version', 'u32', 'its version'),
]);

/** bind_ack and alter_context_resp. */
export const bindAckBody: BodyCodec<BindAckBody> = {
  section: 'C706 12.6.4.4',
  decode(cursor) {
    const { max_xmit_frag, max_recv_frag, assoc_group_id, sec_addr_length } = cursor.header(bindAckHead);
    const sec_addr = cursor.octets(sec_addr_length, 'sec_addr');
    const pad = cursor.octets(padding(cursor.offset, 4), 'pad');
    const { n_results, reserved, reserved2 } = cursor.header(p_result_list_t);
    const results: ContextResult[] = [];
    for (let i = 0; i < n_results; i++) {
      const { result, reason, uuid, version } = cursor.header(p_result_t);
      results.push({ result, reason, transfer_syntax: { uuid, version } });
    }
    return {
      max_xmit_frag,
      max_recv_frag,
      assoc_group_id,
      sec_addr,
      ...(pad.some((octet) => octet !== 0) && { pad }),
      ...reservedOf(reserved, reserved2),
      results,
    };
  },
  encode(writer, body, endian) {
    const { sec_addr, results, n_results = results.length, reserved = 0 } = body;
    bindAckHead.encodeInto(writer, { ...body, sec_addr_length: sec_addr.length }, endian);
    writer.writeBuffer(asBuffer(sec_addr));
    writer.writeBuffer(asBuffer(body.pad ?? new Uint8Array(padding(writer.length, 4))));
    p_result_list_t.encodeInto(writer, { n_results, reserved: reserved & 0xff, reserved2: reserved >>> 8 }, endian);
    for (const { result, reason, transfer_syntax } of results) {
      p_result_t.encodeInto(writer, { result, reason, ...transfer_syntax }, endian);
    }
  },
};

export const bindNakHead = fixedHeader('bind_nak', '[MS-RPCE] 2.2.2.9', [
  f('provider_reject_reason', 'u16', 'p_reject_reason_t'),
  f('n_protocols', 'u8', 'p_rt_versions_supported_t: number of versions'),
]);

export const version_t = fixedHeader('version_t', 'C706 12.6.3.1', [
  f('major', 'u8', 'protocol version'),
  f('minor', 'u8', 'and revision'),
]);

/** bind_nak; a Signature and its extended error information stay in `trailing`. */
export const bindNakBody: BodyCodec<BindNakBody> = {
  section: '[MS-RPCE] 2.2.2.9',
  decode(cursor) {
    const { provider_reject_reason, n_protocols } = cursor.header(bindNakHead);
    const versions: BindNakBody['versions'] = [];
    for (let i = 0; i < n_protocols; i++) versions.push(cursor.header(version_t));
    return { provider_reject_reason, versions };
  },
  encode(writer, body, endian) {
    bindNakHead.encodeInto(writer, { ...body, n_protocols: body.versions.length }, endian);
    for (const version of body.versions) version_t.encodeInto(writer, version, endian);
  },
};

export const requestHead = fixedHeader('request', 'C706 12.6.4.9', [
  f('alloc_hint', 'u32', 'octets of stub still to come with this fragment, or 0'),
  f('p_cont_id', 'u16', 'presentation context'),
  f('opnum', 'u16', 'operation'),
]);

export const object_t = fixedHeader('object', 'C706 12.6.4.9', [
  f('object', 'uuid', 'object UUID; the IPID of an ORPC call'),
]);

export const requestBody: BodyCodec<RequestBody> = {
  section: 'C706 12.6.4.9',
  decode(cursor, pfcFlags) {
    const { alloc_hint, p_cont_id, opnum } = cursor.header(requestHead);
    if ((pfcFlags & PFC.OBJECT_UUID) === 0) return { alloc_hint, p_cont_id, opnum, stub: cursor.rest() };
    const { object } = cursor.header(object_t);
    return { alloc_hint, p_cont_id, opnum, object, stub: cursor.rest() };
  },
  encode(writer, body, endian) {
    requestHead.encodeInto(writer, body, endian);
    if (body.object !== undefined) object_t.encodeInto(writer, { object: body.object }, endian);
    writer.writeBuffer(asBuffer(body.stub));
  },
};

export const responseHead = fixedHeader('response', 'C706 12.6.4.10', [
  f('alloc_hint', 'u32', 'octets of stub still to come with this fragment, or 0'),
  f('p_cont_id', 'u16', 'presentation context'),
  f('cancel_count', 'u8', 'cancels received'),
  f('reserved', 'u8', '0'),
]);

export const responseBody: BodyCodec<ResponseBody> = {
  section: 'C706 12.6.4.10',
  decode(cursor) {
    const { alloc_hint, p_cont_id, cancel_count, reserved } = cursor.header(responseHead);
    return reserved === 0
      ? { alloc_hint, p_cont_id, cancel_count, stub: cursor.rest() }
      : { alloc_hint, p_cont_id, cancel_count, reserved, stub: cursor.rest() };
  },
  encode(writer, body, endian) {
    responseHead.encodeInto(writer, { ...body, reserved: body.reserved ?? 0 }, endian);
    writer.writeBuffer(asBuffer(body.stub));
  },
};

export const faultTail = fixedHeader('fault', 'C706 12.6.4.7', [
  f('status', 'u32', 'why the call failed'),
  f('reserved2', 'u32', '0'),
]);

export const faultBody: BodyCodec<FaultBody> = {
  section: '[MS-RPCE] 2.2.2.8',
  decode(cursor) {
    const { reserved, ...head } = cursor.header(responseHead);
    const { status, reserved2 } = cursor.header(faultTail);
    return {
      ...head,
      ...(reserved === 0 ? {} : { reserved }),
      status,
      ...(reserved2 === 0 ? {} : { reserved2 }),
      stub: cursor.rest(),
    };
  },
  encode(writer, body, endian) {
    responseHead.encodeInto(writer, { ...body, reserved: body.reserved ?? 0 }, endian);
    faultTail.encodeInto(writer, { status: body.status, reserved2: body.reserved2 ?? 0 }, endian);
    writer.writeBuffer(asBuffer(body.stub));
  },
};

/** The pad of an auth3 is four octets; a sender that leaves it out is read as well. */
export const auth3Body: BodyCodec<Auth3Body> = {
  section: '[MS-RPCE] 2.2.2.10',
  decode: (cursor) => ({ pad: cursor.octets(Math.min(4, cursor.remaining), 'pad') }),
  encode: (writer, body) => {
    writer.writeBuffer(asBuffer(body.pad));
  },
};

/** shutdown, co_cancel, orphaned: nothing but the header. */
export const noBody: BodyCodec<object> = { section: 'C706 12.6.4.6', decode: () => ({}), encode: () => {} };

/** Where the stub of a request or response begins, from the PDU's first octet. */
export const stubOffset = (pdu: { PTYPE: 'request' | 'response'; object?: string }): number =>
  commonHeader.size +
  (pdu.PTYPE === 'request' ? requestHead.size + (pdu.object === undefined ? 0 : 16) : responseHead.size);
