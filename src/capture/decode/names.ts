const FIELDS: Readonly<Record<string, string>> = {
  'frame.number': 'frame',
  'frame.time': 'time',
  'tcp.stream': 'stream',
  'ip.src': 'src',
  'ip.dst': 'dst',
  'ipv6.src': 'src',
  'ipv6.dst': 'dst',
  'dcerpc.pkt_type': 'ptype',
  'dcerpc.cn_call_id': 'call_id',
  'dcerpc.cn_flags': 'pfc_flags',
  'dcerpc.cn_frag_len': 'frag_length',
  'dcerpc.auth_type': 'auth_type',
  'dcerpc.auth_level': 'auth_level',
  'dcerpc.auth_ctx_id': 'auth_context_id',
  'dcerpc.opnum': 'opnum',
  'dcerpc.obj_id': 'object',
  'dcerpc.cn_status': 'status',
  'dcerpc.request_in': 'request_frame',
  'dcerpc.time': 'elapsed',
  'ntlmssp.auth.username': 'user',
  'smb2.tree': 'share',
  'smb2.filename': 'pipe',
  'smb2.fid': 'fid',
};

/** What Wireshark calls the fields of records, for `--fields`. */
export const WIRESHARK_FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(FIELDS));

/** The same for the keys of filters, where some are called otherwise. */
export const WIRESHARK_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...FIELDS,
    'ip.addr': 'address',
    'ipv6.addr': 'address',
    'tcp.port': 'port',
    'dcerpc.auth_level': 'level',
    'dcerpc.opnum': 'operation',
    'dcerpc.cn_bind_to_uuid': 'interface',
  }),
);
