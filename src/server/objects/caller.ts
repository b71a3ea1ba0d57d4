import { authnLevelName } from '../../codec/status/authn.js';
import type { ServerCall } from '../../rpc/index.js';

type Caller = Pick<ServerCall, 'security' | 'unusedSecurity'>;

/** A call without authentication on a connection that has some: its sec_trailer was left out, so it proves nothing. */
export function leftOut({ unusedSecurity }: Caller): string | undefined {
  if (unusedSecurity === undefined) return undefined;
  const { authContextId, level } = unusedSecurity;
  return `the request has no sec_trailer, though security context ${authContextId} is at ${authnLevelName(level)}`;
}

/** Why an access list refuses a call. */
export function notLetIn(list: string, call: Caller): string {
  if (call.security !== undefined) return `${list} does not let this caller in`;
  const unsigned = leftOut(call);
  return `${list} does not let a caller without authentication in${unsigned === undefined ? '' : `: ${unsigned}`}`;
}
