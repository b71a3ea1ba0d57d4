import { type RequestPdu, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { SecurityError, UnknownAccount } from '../../security/error.js';
import type { RpcProfile } from '../core/profile.js';
import { unprotect } from '../core/protection.js';
import type { Refusal } from './events.js';
import { accessDenied, protocolError } from './refusals.js';
import type { ServerSecurityContext, ServerSecurityContexts } from './security.js';
import { isMisaligned, MISALIGNED } from './trailer-checks.js';

/** Which security context a request stands under: [MS-RPCE] 3.3.1.5.4. */
export function securityOf(
  pdu: RequestPdu,
  contexts: ServerSecurityContexts,
  profile: Pick<RpcProfile, 'failedAuthenticationStatus' | 'unknownAccountStatus'>,
): ServerSecurityContext | Refusal | undefined {
  const context = contexts.of(pdu);
  if (context === undefined) {
    if (pdu.auth === undefined) return undefined;
    return accessDenied('known security context', `security context ${pdu.auth.auth_context_id} does not exist`);
  }
  if (pdu.auth !== undefined) {
    contexts.noteExplicit(context);
    if (!context.matches(pdu.auth)) context.invalid = true;
  }
  if (context.invalid) {
    return accessDenied(
      'unchanged security context',
      `type or level of security context ${context.id} was changed on the way`,
    );
  }
  if (context.unfinished) return accessDenied('last leg', `authentication failed: ${context.failure?.message}`);
  if (context.failure !== undefined) {
    return {
      check: 'logon',
      status: unknownAccountStatus(context.failure, profile) ?? profile.failedAuthenticationStatus,
      why: `authentication failed: ${context.failure.message}`,
      close: true,
    };
  }
  return context;
}

/** What a profile says of a name that nobody has; undefined for any other failure, and where it makes no difference. */
export const unknownAccountStatus = (
  failure: SecurityError,
  { unknownAccountStatus: status }: Pick<RpcProfile, 'unknownAccountStatus'>,
): number | undefined => (failure instanceof UnknownAccount ? status : undefined);

/** A request under a handshake that has not ended; the fault names no presentation context. */
export function unfinished(pdu: RequestPdu, contexts: ServerSecurityContexts): Refusal | undefined {
  const context = contexts.of(pdu);
  if (context === undefined || context.ended) return undefined;
  const why = `security context ${context.id} is not complete`;
  return { ...protocolError('complete security context', why), didNotExecute: true, contextId: 0 };
}

/** How a fragment has to be protected. */
interface Protected {
  /** Of the call's first fragment; undefined for a call without authentication. */
  readonly security: ServerSecurityContext | undefined;
  readonly signHeader: boolean;
  readonly badSignatureStatus: number;
}

/** Every fragment of a protected call is checked by itself: [MS-RPCE] 2.2.2.11. */
export function unprotectRequest(
  pdu: RequestPdu,
  bytes: Buffer,
  { security, signHeader, badSignatureStatus }: Protected,
): Refusal | undefined {
  if (security === undefined) return undefined;
  if (isMisaligned(bytes, pdu)) return protocolError('sec_trailer alignment', MISALIGNED);
  if (security.level < RPC_C_AUTHN_LEVEL.PKT) return undefined;
  if (pdu.auth === undefined) return protocolError('signature', 'a fragment without authentication information');
  try {
    unprotect(bytes, pdu, security.protection(signHeader));
    return undefined;
  } catch (error) {
    if (!(error instanceof SecurityError)) throw error;
    return { check: 'signature', status: badSignatureStatus, why: error.message, close: true };
  }
}
