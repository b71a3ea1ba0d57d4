import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { Endpoint } from '../../net/channel.js';
import type { Identity, Milliseconds } from '../../security/index.js';
import type { CallContext } from '../endpoint/service.js';

/** A call to an object, or to the resolver, that was refused before its method ran, or by the method itself. */
export interface RefusedCall {
  readonly time: Milliseconds;
  readonly interface: string;
  readonly opnum: number;
  readonly client: Endpoint;
  readonly identity: Identity | undefined;
  readonly level: number;
  readonly refusedBy: RefusedBy;
  readonly reason: string;
  /** Of the fault, or the result in the answer. */
  readonly status: number;
}

export type CallRefusal = Pick<RefusedCall, 'refusedBy' | 'reason'> & { readonly hresult: number };

/** A refusal with the call that it is of, for the log. */
export const refusedCall = (
  { call, client }: CallContext,
  { refusedBy, reason, hresult }: CallRefusal,
  time: Milliseconds,
): RefusedCall => ({
  time,
  interface: call.interface.name,
  opnum: call.opnum,
  client,
  identity: call.security?.identity,
  level: call.security?.level ?? RPC_C_AUTHN_LEVEL.NONE,
  refusedBy,
  reason,
  status: hresult,
});
