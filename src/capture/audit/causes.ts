import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName, effectiveAuthnLevel } from '../../codec/status/authn.js';
import { causesOf } from '../../codec/status/causes.js';

/** What is known of a call that was refused. */
export interface RefusedCallFacts {
  readonly status: number;
  readonly activation: boolean;
  /** Undefined where the capture does not say it. */
  readonly level: number | undefined;
  /** An earlier call under the same security context was answered, so its handshake did not fail. */
  readonly answeredBefore: boolean;
  /** The last leg of the handshake was an auth3, which a server never answers ([MS-RPCE] 3.3.1.5.2.1). */
  readonly auth3: boolean;
  /** Seconds since 1970 at which the answer was captured; 0 where the capture holds no time. */
  readonly seconds: number;
}

export interface LikelyCause {
  readonly cause: 'level' | 'access control' | 'version' | 'authentication' | 'protocol' | 'network' | 'other';
  readonly text: string;
}

const DENIED = new Set([0x00000005, 0x80070005]);
/** C706 N.2: the upper halves of the nca_s_* statuses. */
const PROTOCOL = new Set([0x1c00, 0x1c01]);
/** The day of the first update of KB5004442: no server refused an activation for its level before. */
const FIRST_UPDATE = Date.UTC(2021, 5, 8) / 1000;

/** Why a call was probably refused, with what speaks for it. One answer can have several causes: the likeliest. */
export function likelyCause(call: RefusedCallFacts): LikelyCause {
  if (DENIED.has(call.status)) return denied(call);
  if (PROTOCOL.has(call.status >>> 16)) return { cause: 'protocol', text: 'the call is not one that the server takes' };
  const [cause] = causesOf(call.status);
  if (cause === undefined) return { cause: 'other', text: 'no cause of this status is known here' };
  const text = `${cause.text}; check: ${cause.check}`;
  const { topic } = cause;
  if (topic === 'header') return { cause: 'version', text };
  if (topic === 'hardening') return { cause: 'level', text };
  return { cause: topic === 'activation' ? 'other' : topic, text };
}

function denied({ activation, level, answeredBefore, auth3, seconds }: RefusedCallFacts): LikelyCause {
  if (level === undefined)
    return { cause: 'other', text: 'denied, and the authentication level is not in the capture' };
  const name = authnLevelName(effectiveAuthnLevel(level));
  const unproved = auth3 && !answeredBefore;
  if (level === RPC_C_AUTHN_LEVEL.NONE) {
    return { cause: 'access control', text: 'an unauthenticated call, which the access lists do not allow' };
  }
  if (effectiveAuthnLevel(level) >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) {
    return unproved
      ? { cause: 'authentication', text: `${name} is enough; it is the first call after auth3, so the logon failed` }
      : { cause: 'access control', text: `${name} is enough and the logon worked; the access lists do not allow it` };
  }
  if (!activation) {
    return unproved
      ? { cause: 'authentication', text: 'the first call after auth3: the logon failed' }
      : { cause: 'level', text: `${name} may be below the exporter's own level ([MS-DCOM] 3.1.1.5.4)` };
  }
  const before = seconds > 0 && seconds < FIRST_UPDATE;
  if (before) {
    const cause = unproved ? 'authentication' : 'access control';
    return { cause, text: 'captured before 2021-06-08, when no server refused for the level' };
  }
  const doubt = unproved ? '; a failed logon looks the same, and only event 10036 tells them apart' : '';
  return { cause: 'level', text: `an activation at ${name} (KB5004442)${doubt}` };
}
