import { pduType, type readCommonHeader } from '../../codec/rpce/index.js';
import type { RpcLimits } from '../core/limits.js';
import type { RpcProfile } from '../core/profile.js';
import type { ServerCheck } from './checks.js';

/** What is wrong with the header of a PDU, told before the rest of it is waited for: [MS-RPCE] 3.3.1.5.1, and lengths that no PDU may have. */
export function headerFault(
  header: ReturnType<typeof readCommonHeader>,
  profile: RpcProfile,
  limits: RpcLimits,
): { readonly check: ServerCheck; readonly why: string } | undefined {
  const { rpc_vers, rpc_vers_minor, frag_length, PTYPE } = header;
  if (rpc_vers !== 5 || rpc_vers_minor !== 0)
    return { check: 'protocol version', why: `protocol version ${rpc_vers}.${rpc_vers_minor} is not 5.0` };
  // bind and alter_context may be longer than the transport's fragments, for the tokens of Kerberos.
  const bounded = ['request', 'auth3'].includes(pduType(PTYPE) ?? '');
  const limit = bounded ? profile.transportMaxFragment : limits.maxBindLength;
  if (frag_length <= limit) return undefined;
  return { check: 'fragment length', why: `a fragment of ${frag_length} octets is longer than ${limit}` };
}
