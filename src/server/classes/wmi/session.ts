import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { authnLevelName } from '../../../codec/status/authn.js';
import type { Identity } from '../../../security/index.js';
import { type AccessList, allows } from '../../access.js';
import type { ObjectCall } from '../class.js';
import { hresultOf, WmiError } from './error.js';
import type { CimNamespace } from './namespace.js';

const EVERYBODY_WITH_A_NAME: AccessList = [{ trustee: 'authenticated', allow: true }];

/**
 * [MS-WMI] 3.1.4 and 2.2.30.3: whether a namespace serves calls of this level. Throws `WmiError`. Logging in to it is no
 * such call: impacket logs in at PKT_INTEGRITY, raises the level then, and Windows serves it.
 */
export function serveAt({ name, requiresEncryption }: CimNamespace, call: ObjectCall): void {
  const level = call.security?.level ?? RPC_C_AUTHN_LEVEL.NONE;
  if (requiresEncryption && level < RPC_C_AUTHN_LEVEL.PKT_PRIVACY)
    throw denied(call, `${name} requires PKT_PRIVACY, and the call is at ${authnLevelName(level)}`);
}

/** The error of a caller who may not, once it is written down. */
function denied(call: ObjectCall, reason: string): WmiError {
  const error = new WmiError('WBEM_E_ACCESS_DENIED', reason);
  call.refused({ refusedBy: 'access control', reason, hresult: error.hresult });
  return error;
}

/** [MS-WMI] 5.2: whether a caller may use a namespace. Throws `WmiError`. */
export function admit(namespace: CimNamespace, call: ObjectCall, right: 'enable' | 'execute'): void {
  const { security } = call;
  const { access = EVERYBODY_WITH_A_NAME, execute = access } = namespace;
  const mayConnect = allows(access, security?.identity);
  if (!mayConnect || (right === 'execute' && !allows(execute, security?.identity)))
    throw denied(call, `${namespace.name} does not let this caller ${right}`);
}

/** Runs a method: what it throws becomes the result, and the other parameters those of a failure. */
export type Guarded = <F extends object, R extends object>(
  call: ObjectCall,
  failure: F,
  run: () => (R & { ReturnValue: number }) | Promise<R & { ReturnValue: number }>,
) => Promise<(R | F) & { ReturnValue: number }>;

/** Errors of the run, and of the check before it, as results. */
export async function resulting<F extends object, R extends object>(
  failure: F,
  run: () => (R & { ReturnValue: number }) | Promise<R & { ReturnValue: number }>,
): Promise<(R | F) & { ReturnValue: number }> {
  try {
    return await run();
  } catch (error) {
    return { ...failure, ReturnValue: hresultOf(error) };
  }
}

/** For an enumerator and what belongs to it: its namespace is checked again, and that its maker calls (3.1.4.4). */
export function guardedFor(namespace: CimNamespace, maker: Identity | undefined): Guarded {
  return (call, failure, run) =>
    resulting(failure, () => {
      serveAt(namespace, call);
      admit(namespace, call, 'enable');
      if (call.security?.identity.sid !== maker?.sid) throw denied(call, 'another user made this enumerator');
      return run();
    });
}
