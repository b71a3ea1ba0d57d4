import { RPC_IF_ID } from '../epm/endpoint-mapper.js';
import {
  conformant,
  cstring,
  error_status_t,
  interfaceDef,
  type Layout,
  operation,
  sizeOf,
  struct,
  u32,
  unique,
} from '../ndr/index.js';

export const rpc_if_id_vector_t = struct('rpc_if_id_vector_t', '[MS-RPCE] 2.2.1.3.1', {
  Count: sizeOf('IfId', u32),
  IfId: conformant(unique(RPC_IF_ID)),
});

export const inq_if_ids = operation({
  name: 'inq_if_ids',
  opnum: 0,
  section: 'C706 Q',
  in: {},
  out: { if_id_vector: unique(rpc_if_id_vector_t), status: error_status_t },
});

/** The order of `statistics`: C706 3.1.23. */
export const STATISTICS = ['calls_in', 'calls_out', 'pkts_in', 'pkts_out'] as const;

export const inq_stats = operation({
  name: 'inq_stats',
  opnum: 1,
  section: '[MS-RPCE] 2.2.1.3.3',
  in: { count: u32 },
  out: { count: sizeOf('statistics', u32), statistics: conformant(u32), status: error_status_t },
});

export const is_server_listening = operation({
  name: 'is_server_listening',
  opnum: 2,
  section: 'C706 Q',
  in: {},
  out: { status: error_status_t, ReturnValue: u32 },
});

export const stop_server_listening = operation({
  name: 'stop_server_listening',
  opnum: 3,
  section: 'C706 Q',
  in: {},
  out: { status: error_status_t },
});

export const inq_princ_name = operation({
  name: 'inq_princ_name',
  opnum: 4,
  section: '[MS-RPCE] 2.2.1.3.4',
  in: { authn_proto: u32, princ_name_size: u32 },
  out: { princ_name: cstring, status: error_status_t },
});

export const mgmt = interfaceDef({
  name: 'mgmt',
  uuid: 'afa8bd80-7d8a-11c9-bef4-08002b102989',
  version: { major: 1, minor: 0 },
  section: 'C706 Q, [MS-RPCE] 2.2.1.3',
  operations: [inq_if_ids, inq_stats, is_server_listening, stop_server_listening, inq_princ_name],
});

/** The layout of an inq_princ_name response to a request for `princ_name_size` octets, which is its max_count. */
export const forNameOf = (princ_name_size: number): Layout => ({ words: [[0, princ_name_size]] });
