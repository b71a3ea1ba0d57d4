import { describe, expect, test } from 'vitest';
import { readDecoded } from '../../src/capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../src/capture/decode/record.js';
import { type Pdu, PTYPE } from '../../src/codec/rpce/index.js';
import { corpus, corpusMissing, knownKey } from '../support/corpus.js';
import { CAPTURE_OPTIONS, PDUS, tshark } from '../support/tshark.js';
import { textsOf, treesOf, tsharkJson } from '../support/tshark-json.js';

type Row = Readonly<Record<string, readonly string[]>>;

const hex = (number: number, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;
const octets = (bytes: Uint8Array): string => [...bytes].map((octet) => octet.toString(16).padStart(2, '0')).join(':');

/** What the JSON of this project has, by the fields of tshark; those of `record` are those of `decode --json`. */
const FIELDS: Readonly<Record<string, (pdu: Pdu, record: PduRecord) => readonly (number | string | undefined)[]>> = {
  'dcerpc.ver': (pdu) => [pdu.rpc_vers],
  'dcerpc.ver_minor': (pdu) => [pdu.rpc_vers_minor],
  'dcerpc.pkt_type': (_pdu, { ptype }) => [typeof ptype === 'number' ? ptype : PTYPE[ptype as keyof typeof PTYPE]],
  'dcerpc.cn_flags': (_pdu, { pfc_flags = -1 }) => [hex(pfc_flags, 2)],
  'dcerpc.drep': ({ packed_drep = new Uint8Array() }) => [octets(packed_drep)],
  'dcerpc.cn_frag_len': (_pdu, { frag_length }) => [frag_length],
  'dcerpc.cn_auth_len': ({ auth, auth_length }) => [auth_length ?? auth?.auth_value.length ?? 0],
  'dcerpc.cn_call_id': (_pdu, { call_id }) => [call_id],
  'dcerpc.cn_max_xmit': (pdu) => ('max_xmit_frag' in pdu ? [pdu.max_xmit_frag] : []),
  'dcerpc.cn_max_recv': (pdu) => ('max_recv_frag' in pdu ? [pdu.max_recv_frag] : []),
  'dcerpc.cn_assoc_group': (pdu) => ('assoc_group_id' in pdu ? [hex(pdu.assoc_group_id, 8)] : []),
  'dcerpc.cn_ctx_id': (pdu) =>
    'p_cont_id' in pdu ? [pdu.p_cont_id] : elementsOf(pdu).map(({ p_cont_id }) => p_cont_id),
  'dcerpc.cn_bind_to_uuid': (pdu) => elementsOf(pdu).map(({ abstract_syntax }) => abstract_syntax.uuid),
  'dcerpc.cn_bind_if_ver': (pdu) => elementsOf(pdu).map(({ abstract_syntax }) => abstract_syntax.version & 0xffff),
  'dcerpc.cn_bind_if_ver_minor': (pdu) => elementsOf(pdu).map(({ abstract_syntax }) => abstract_syntax.version >>> 16),
  'dcerpc.cn_bind_trans_id': (pdu) => elementsOf(pdu).flatMap((e) => e.transfer_syntaxes.map(({ uuid }) => uuid)),
  'dcerpc.cn_bind_trans_ver': (pdu) =>
    elementsOf(pdu).flatMap((e) => e.transfer_syntaxes.map(({ version }) => version)),
  'dcerpc.cn_sec_addr': (_pdu, { value }) => {
    const { sec_addr = '' } = (value ?? {}) as { sec_addr?: string };
    return sec_addr === '' ? [] : [sec_addr];
  },
  'dcerpc.cn_ack_result': (pdu) => resultsOf(pdu).map(({ result }) => result),
  'dcerpc.cn_ack_trans_id': (pdu) => resultsOf(pdu).map(({ transfer_syntax }) => transfer_syntax.uuid),
  'dcerpc.cn_ack_trans_ver': (pdu) => resultsOf(pdu).map(({ transfer_syntax }) => transfer_syntax.version),
  'dcerpc.cn_reject_reason': (pdu) => ('provider_reject_reason' in pdu ? [pdu.provider_reject_reason] : []),
  'dcerpc.cn_alloc_hint': (pdu) => ('alloc_hint' in pdu ? [pdu.alloc_hint] : []),
  'dcerpc.cn_cancel_count': (pdu) => ('cancel_count' in pdu ? [pdu.cancel_count] : []),
  'dcerpc.opnum': (_pdu, record) => [record.ptype === 'request' ? record.opnum : paired(record)?.opnum],
  'dcerpc.obj_id': (_pdu, record) => [record.ptype === 'request' ? record.object : paired(record)?.object],
  'dcerpc.cn_status': (_pdu, { status }) => (status === undefined ? [] : [hex(status, 8)]),
  'dcerpc.auth_type': ({ auth }, { auth_type }) => (auth === undefined ? [] : [auth_type]),
  'dcerpc.auth_level': ({ auth }, { auth_level }) => (auth === undefined ? [] : [auth_level]),
  'dcerpc.auth_pad_len': ({ auth }) => [auth?.auth_pad_length ?? auth?.auth_pad?.length],
  'dcerpc.auth_ctx_id': ({ auth }, { auth_context_id }) => (auth === undefined ? [] : [auth_context_id]),
  'dcerpc.request_in': (_pdu, record) => [paired(record)?.request_frame],
  'dcerpc.time': (_pdu, record) => [paired(record)?.elapsed?.toFixed(9)],
};

/** tshark pairs no call whose bind was not captured. */
const paired = (record: PduRecord): PduRecord | undefined => (record.interface === undefined ? undefined : record);

const elementsOf = (pdu: Pdu) => ('p_context_elem' in pdu ? pdu.p_context_elem : []);
const resultsOf = (pdu: Pdu) => ('results' in pdu ? pdu.results : []);

async function ours(path: string): Promise<Map<number, Row[]>> {
  const frames = new Map<number, Row[]>();
  for await (const decoded of readDecoded(path)) {
    const { pdu } = decoded.observed;
    if (pdu === undefined) continue;
    const { frame } = decoded.captured;
    const record = pduRecord('f', decoded);
    const row: Record<string, string[]> = {};
    for (const [field, of] of Object.entries(FIELDS))
      row[field] = of(pdu, record).flatMap((value) => (value === undefined ? [] : [String(value)]));
    frames.set(frame, [...(frames.get(frame) ?? []), row]);
  }
  return frames;
}

async function theirs(file: string, path: string): Promise<Map<number, Row[]>> {
  const frames = new Map<number, Row[]>();
  for (const frame of await tsharkJson(path, PDUS, ['dcerpc'], CAPTURE_OPTIONS[file])) {
    const rows = treesOf(frame, 'dcerpc').map((tree) =>
      Object.fromEntries(Object.keys(FIELDS).map((field) => [field, textsOf(tree, field)])),
    );
    frames.set(frame.frame, rows);
  }
  return frames;
}

const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  // bind_acks of an exploit that end behind an empty sec_addr, where a result list belongs (C706 12.6.4.4), likewise.
  'corelight-26809__cve-2022-26809-4.pcap': [75, 89, 97, 105, 113, 121, 129, 137].map(
    (frame) => `frame ${frame}: 0 PDUs, 1`,
  ),
  // The request came by another connection of the same session (SMB3 multichannel), where tshark does not look for it.
  'zeek__smb_v2_only_non_zero_reserved1.pcap': ['opnum: 16', 'request_in: 102', 'time: 0.000484000'].map(
    (field) => `frame 103 PDU 0 dcerpc.${field}, `,
  ),
  // A fault of 28 octets, where the shortest has 32 (C706 12.6.4.7): tshark shows what there is of it, `decode` a malformed PDU.
  'arkime__dcerpc_synthetic.pcap': ['frame 14: 0 PDUs, 1'],
  // A sec_trailer without a token ends a handshake; tshark shows none where auth_length is 0.
  'corelight-petitpotam__PatchedDCAuthenticatedTryWithRpcEncryptFileSrv.pcapng': [15, 25].flatMap((frame) =>
    ['auth_type: 16', 'auth_level: 6', 'auth_pad_len: 0', 'auth_ctx_id: 0'].map(
      (field) => `frame ${frame} PDU 0 dcerpc.${field}, `,
    ),
  ),
};

/** Every field that differs, as `frame 3 PDU 0 field: ours, theirs`. */
function differences(own: Map<number, Row[]>, other: Map<number, Row[]>): string[] {
  const odd: string[] = [];
  for (const frame of new Set([...own.keys(), ...other.keys()])) {
    const [a = [], b = []] = [own.get(frame), other.get(frame)];
    if (a.length !== b.length) odd.push(`frame ${frame}: ${a.length} PDUs, ${b.length}`);
    for (const [index, row] of a.entries())
      for (const field of Object.keys(FIELDS)) {
        const [mine, its] = [String(row[field]), String(b[index]?.[field])];
        if (mine !== its) odd.push(`frame ${frame} PDU ${index} ${field}: ${mine}, ${its}`);
      }
  }
  return odd;
}

describe.skipIf(tshark.skip || corpusMissing)(
  'tshark -T json reads the headers of every PDU as this project does',
  () => {
    test.each([...corpus, ...knownKey])('$file: all fields of all PDUs', async ({ file, path }) => {
      const odd = differences(await ours(path), await theirs(file, path));
      expect(odd).toEqual(DIFFERENCES[file] ?? []);
    });
  },
);
