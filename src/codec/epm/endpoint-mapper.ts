import {
  conformant,
  conformantVarying,
  contextHandle,
  error_status_t,
  full,
  type Infer,
  interfaceDef,
  type Layout,
  operation,
  sizeOf,
  struct,
  u16,
  u32,
  uuid,
  varyingCstring,
} from '../ndr/index.js';
import { twr_t } from './tower.js';

const MAX_ANNOTATION = 64;

export const EPT_S_NOT_REGISTERED = 0x16c9a0d6;
/** [MS-RPCE] 2.2.1.2.1. */
export const EPT_S_CANT_PERFORM_OP = 0x6d8;

/** [MS-RPCE] 2.2.1.2.4: inquiry_type. */
export const RPC_C_EP_ALL_ELTS = 0;
export const RPC_C_EP_MATCH_BY_IF = 1;
export const RPC_C_EP_MATCH_BY_OBJ = 2;
export const RPC_C_EP_MATCH_BY_BOTH = 3;

/** [MS-RPCE] 2.2.1.2.4: vers_option. */
export const RPC_C_VERS_ALL = 1;
export const RPC_C_VERS_COMPATIBLE = 2;
export const RPC_C_VERS_EXACT = 3;
export const RPC_C_VERS_MAJOR_ONLY = 4;
export const RPC_C_VERS_UPTO = 5;

export const RPC_IF_ID = struct('RPC_IF_ID', 'C706 N', { Uuid: uuid, VersMajor: u16, VersMinor: u16 });
export type RPC_IF_ID = Infer<typeof RPC_IF_ID>;

export const ept_entry_t = struct('ept_entry_t', 'C706 O', {
  object: uuid,
  tower: full(twr_t),
  annotation: varyingCstring(MAX_ANNOTATION),
});
export type ept_entry_t = Infer<typeof ept_entry_t>;

export const ept_insert = operation({
  name: 'ept_insert',
  opnum: 0,
  section: 'C706 O, [MS-RPCE] 2.2.1.2.6',
  in: { num_ents: sizeOf('entries', u32), entries: conformant(ept_entry_t), replace: u32 },
  out: { status: error_status_t },
});

export const ept_delete = operation({
  name: 'ept_delete',
  opnum: 1,
  section: 'C706 O, [MS-RPCE] 2.2.1.2.7',
  in: { num_ents: sizeOf('entries', u32), entries: conformant(ept_entry_t) },
  out: { status: error_status_t },
});

export const ept_lookup = operation({
  name: 'ept_lookup',
  opnum: 2,
  section: '[MS-RPCE] 2.2.1.2.4',
  in: {
    inquiry_type: u32,
    object: full(uuid),
    Ifid: full(RPC_IF_ID),
    vers_option: u32,
    entry_handle: contextHandle,
    max_ents: u32,
  },
  out: {
    entry_handle: contextHandle,
    num_ents: sizeOf('entries', u32),
    entries: conformantVarying(ept_entry_t),
    status: error_status_t,
  },
});

export const ept_map = operation({
  name: 'ept_map',
  opnum: 3,
  section: '[MS-RPCE] 2.2.1.2.5',
  in: { obj: full(uuid), map_tower: full(twr_t), entry_handle: contextHandle, max_towers: u32 },
  out: {
    entry_handle: contextHandle,
    num_towers: sizeOf('ITowers', u32),
    ITowers: conformantVarying(full(twr_t)),
    status: error_status_t,
  },
});

export const ept_lookup_handle_free = operation({
  name: 'ept_lookup_handle_free',
  opnum: 4,
  section: '[MS-RPCE] 2.2.1.2.8',
  in: { entry_handle: contextHandle },
  out: { entry_handle: contextHandle, status: error_status_t },
});

export const ept_inq_object = operation({
  name: 'ept_inq_object',
  opnum: 5,
  section: 'C706 O, [MS-RPCE] 2.2.1.2.9',
  in: {},
  out: { ept_object: uuid, status: error_status_t },
});

export const ept_mgmt_delete = operation({
  name: 'ept_mgmt_delete',
  opnum: 6,
  section: 'C706 O, [MS-RPCE] 2.2.1.2.10',
  in: { object_speced: u32, object: full(uuid), tower: full(twr_t) },
  out: { status: error_status_t },
});

export const ept = interfaceDef({
  name: 'ept',
  uuid: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa',
  version: { major: 3, minor: 0 },
  section: 'C706 O, [MS-RPCE] 2.2.1.2',
  operations: [ept_insert, ept_delete, ept_lookup, ept_map, ept_lookup_handle_free, ept_inq_object, ept_mgmt_delete],
});

/**
 * The layout of an ept_lookup or ept_map response to a request for at most `max` elements: size_is is a parameter of
 * the request, so the response's own value does not tell its max_count.
 */
export const forAtMost = (max: number): Layout => ({ words: [[0, max]] });
