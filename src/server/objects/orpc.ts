import { ORPCTHIS } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName } from '../../codec/status/authn.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { type AccessPermissions, accessRefusal, admitsAnonymous } from '../access.js';
import { HRESULT, versionRefusal } from '../com.js';
import { type CallContext, LoggedFault } from '../endpoint/service.js';
import type { DcomProfile } from '../profile.js';
import { notLetIn } from './caller.js';

/** A call to an object that was refused before its method ran. */
export interface OrpcRefusal {
  readonly refusedBy: RefusedBy;
  /** Sent as the status of a fault. */
  readonly hresult: number;
  readonly reason: string;
}

export interface OrpcPolicy {
  /** The exporter's own least level; not raised by the hardening of activations ([MS-DCOM] note <41>). */
  readonly exporterLevel: number;
  readonly access: AccessPermissions;
  readonly minorVersionsBelow7: DcomProfile['minorVersionsBelow7'];
}

/** What a call names by its IPID. */
export interface OrpcTarget {
  /** Whether there is such an interface. */
  readonly known: boolean;
  /** Of the object, where there is one. */
  readonly clsid: string | undefined;
  /** It is the remote unknown. */
  readonly remote: boolean;
  /** Of its class, where that asks for more than the exporter does. */
  readonly leastLevel?: number | undefined;
}

/**
 * [MS-DCOM] 3.1.1.5.4, in its order: version, level, permissions, header, and last whether there is such an object.
 * Throws `CodecError` for a stub without an ORPCTHIS.
 */
export function orpcRefusal(
  { call }: Pick<CallContext, 'call'>,
  policy: OrpcPolicy,
  object: OrpcTarget,
): OrpcRefusal | undefined {
  const { version, flags } = ORPCTHIS.decode(call.stub, { little: call.littleEndian }).value;
  const other = versionRefusal(version, policy.minorVersionsBelow7);
  if (other !== undefined) return { ...other, refusedBy: 'version' };
  const outside = admissionRefusal({ call }, policy, object);
  if (outside !== undefined) return outside;
  if (flags !== 0)
    return { refusedBy: 'header', hresult: HRESULT.RPC_E_INVALID_HEADER, reason: `ORPCTHIS.flags is ${flags}, not 0` };
  if (!object.known)
    return {
      refusedBy: 'object',
      hresult: HRESULT.RPC_E_DISCONNECTED,
      reason: `there is no interface ${call.object ?? '(no IPID)'}`,
    };
  return undefined;
}

/** Whether a caller has to do with an object at all: by its level, and by the permissions of its class. */
export function admissionRefusal(
  { call }: Pick<CallContext, 'call'>,
  policy: OrpcPolicy,
  object: Omit<OrpcTarget, 'known'>,
): OrpcRefusal | undefined {
  const { remote } = object;
  const level = call.security?.level ?? RPC_C_AUTHN_LEVEL.NONE;
  const least = Math.max(policy.exporterLevel, object.leastLevel ?? RPC_C_AUTHN_LEVEL.NONE);
  if (level < least) {
    const whose = least > policy.exporterLevel ? 'what its class asks for,' : "the exporter's own";
    const reason = `${authnLevelName(level)} is below ${whose} ${authnLevelName(least)}`;
    // Note <40>: the remote unknown answers with the HRESULT, every other interface with the Win32 error.
    return {
      refusedBy: 'exporter level',
      hresult: remote ? HRESULT.E_ACCESSDENIED : HRESULT.ERROR_ACCESS_DENIED,
      reason,
    };
  }
  const list = accessRefusal(policy.access, object.clsid, call.security?.identity);
  if (list !== undefined) {
    // Note <42>: so it is here, but only where callers without a name could have got in.
    const hresult = remote && admitsAnonymous(policy.access) ? HRESULT.E_ACCESSDENIED : HRESULT.ERROR_ACCESS_DENIED;
    return { refusedBy: 'access control', hresult, reason: notLetIn(list, call) };
  }
  return undefined;
}

/** A refusal that is in the log, as the fault that carries it. */
export const refusalFault = ({ hresult, reason }: OrpcRefusal): LoggedFault =>
  new LoggedFault(hresult, { detail: reason });
