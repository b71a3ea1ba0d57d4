import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import type { Protection } from '../../../rpc/core/protection.js';
import type { Association, Handshake, Interface } from '../association.js';
import type { Target } from '../target.js';

/** A connection that is bound to the interface of the simple call, and authenticated. Throws as `authenticate` does. */
export async function authenticated(
  target: Target,
  level: number = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY,
  {
    authType = target.authType,
    wanted = target.simple.interface,
    ...more
  }: Partial<Handshake> & { readonly authType?: number; readonly wanted?: Interface } = {},
): Promise<{ readonly association: Association; readonly protection: Protection }> {
  const association = await target.connect();
  const context = await target.logon(authType, level);
  return { association, protection: await association.authenticate(wanted, { context, level, ...more }) };
}
