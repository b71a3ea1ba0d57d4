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

/** `; did you mean …?` where a known name is near, or has the name for one of its words; nothing where none is. */
export function didYouMean(name: string, known: readonly string[]): string {
  const most = Math.max(1, Math.floor(name.length / 4));
  const wanted = name.toLowerCase();
  let [best, least] = ['', most + 1];
  for (const each of known) {
    const distance = Math.abs(each.length - name.length) > most ? least : distanceOf(wanted, each.toLowerCase());
    if (distance < least) [best, least] = [each, distance];
  }
  if (best === '')
    best =
      known.find((each) =>
        each
          .toLowerCase()
          .split(/[^a-z0-9]/)
          .includes(wanted),
      ) ?? '';
  return best === '' ? '' : `; did you mean ${best}?`;
}

/** Edits that make one text of the other: a letter more, less, or another one. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const same = to[at - 1] === letter ? 0 : 1;
      next[at] = Math.min((row[at - 1] as number) + same, (row[at] as number) + 1, (next[at - 1] as number) + 1);
    }
    row = next;
  }
  return row[to.length] as number;
}
