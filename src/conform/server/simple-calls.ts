import { IObjectExporter, ServerAlive2 } from '../../codec/dcom/index.js';
import { EPT_S_NOT_REGISTERED, ept, ept_lookup, RPC_C_EP_ALL_ELTS, RPC_C_VERS_ALL } from '../../codec/epm/index.js';
import { inq_stats, is_server_listening, mgmt } from '../../codec/mgmt/index.js';
import { NULL_CONTEXT_HANDLE } from '../../codec/ndr/index.js';
import { must } from '../core/index.js';
import { decoded } from './association.js';
import type { SimpleCall } from './target.js';

const lookup = {
  inquiry_type: RPC_C_EP_ALL_ELTS,
  object: null,
  Ifid: null,
  vers_option: RPC_C_VERS_ALL,
  entry_handle: NULL_CONTEXT_HANDLE,
  max_ents: 1,
};

const EPT_LOOKUP_CALL: SimpleCall = {
  interface: ept,
  opnum: ept_lookup.opnum,
  stub: ept_lookup.request.encode(lookup),
  check(stub) {
    const { status } = decoded(ept_lookup, stub);
    must(status === 0 || status === EPT_S_NOT_REGISTERED, 'the answer of ept_lookup', `status ${status}`);
  },
};

/** The calls that are tried, the preferred one first. All of them ask, and change nothing. */
export const SIMPLE_CALLS: readonly SimpleCall[] = [
  {
    interface: IObjectExporter,
    opnum: ServerAlive2.opnum,
    stub: ServerAlive2.request.encode({}),
    check(stub) {
      const { ReturnValue, pComVersion } = decoded(ServerAlive2, stub);
      must(ReturnValue === 0 && pComVersion.MajorVersion === 5, 'the answer of ServerAlive2', `result ${ReturnValue}`);
    },
  },
  {
    interface: mgmt,
    opnum: is_server_listening.opnum,
    stub: is_server_listening.request.encode({}),
    check(stub) {
      const { ReturnValue } = decoded(is_server_listening, stub);
      must(ReturnValue === 1, 'is_server_listening to give TRUE', `${ReturnValue}`);
    },
  },
  EPT_LOOKUP_CALL,
];

const STATISTICS = 4;

/** Calls whose in parameters take octets, so that they can be cut into fragments. */
export const STUB_CALLS: readonly SimpleCall[] = [
  EPT_LOOKUP_CALL,
  {
    interface: mgmt,
    opnum: inq_stats.opnum,
    stub: inq_stats.request.encode({ count: STATISTICS }),
    check(stub) {
      const { status, statistics } = decoded(inq_stats, stub);
      must(status === 0 && statistics.length > 0, 'the answer of inq_stats', `status ${status}`);
    },
  },
];
