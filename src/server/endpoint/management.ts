import {
  forNameOf,
  inq_if_ids,
  inq_princ_name,
  inq_stats,
  is_server_listening,
  mgmt,
  STATISTICS,
  stop_server_listening,
} from '../../codec/mgmt/index.js';
import type { RpcInterface } from '../../rpc/index.js';
import { HRESULT } from '../com.js';
import { method, type Service, service } from './service.js';

/** Counters of an endpoint since it began, C706 3.1.23. */
export interface EndpointStatistics {
  calls_in: number;
  calls_out: number;
  pkts_in: number;
  pkts_out: number;
}

export interface ManagementOptions {
  /** The interfaces of the endpoint that is managed. */
  readonly interfaces: () => readonly RpcInterface[];
  readonly statistics: EndpointStatistics;
  /** Names that the server is known by, by authentication type. */
  readonly principals: ReadonlyMap<number, string>;
}

/** RPC_S_UNKNOWN_AUTHN_SERVICE: [MS-ERREF] 2.2. */
const UNKNOWN_AUTHN_SERVICE = 0x000006d3;
/** ERROR_INSUFFICIENT_BUFFER: [MS-ERREF] 2.2. */
const BUFFER_TOO_SMALL = 0x0000007a;
/** Octets that a caller can have for a name; no principal here is longer. */
const MAX_NAME = 4096;

/** The management interface of an endpoint: C706 Q, [MS-RPCE] 2.2.1.3. Nobody can stop the server with it. */
export function management({ interfaces, statistics, principals }: ManagementOptions): Service {
  return service(mgmt, [
    method(inq_if_ids, () => {
      const IfId = interfaces().map(({ uuid, version }) => ({
        Uuid: uuid,
        VersMajor: version & 0xffff,
        VersMinor: version >>> 16,
      }));
      return { if_id_vector: { IfId }, status: 0 };
    }),
    method(inq_stats, ({ count }) => ({
      statistics: STATISTICS.slice(0, count).map((name) => statistics[name] >>> 0),
      status: 0,
    })),
    method(is_server_listening, () => ({ status: 0, ReturnValue: 1 })),
    method(stop_server_listening, () => ({ status: HRESULT.ERROR_ACCESS_DENIED })),
    method(
      inq_princ_name,
      ({ authn_proto, princ_name_size }) => {
        const name = principals.get(authn_proto);
        if (name === undefined) return { princ_name: '', status: UNKNOWN_AUTHN_SERVICE };
        const fits = Buffer.byteLength(name, 'latin1') < princ_name_size;
        return fits ? { princ_name: name, status: 0 } : { princ_name: '', status: BUFFER_TOO_SMALL };
      },
      { layout: ({ princ_name_size }) => forNameOf(Math.min(princ_name_size, MAX_NAME)) },
    ),
  ]);
}
