import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnLevelName, effectiveAuthnLevel } from '../../codec/status/authn.js';
import { causesOf } from '../../codec/status/causes.js';
import { hexStatus } from '../../codec/status/hex.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { RefusedAnswer } from './answers.js';
import type { SeenUser } from './events.js';
import type { NewFinding } from './findings.js';

/** What is known of a call that was refused. */
export interface RefusedCallFacts {
  readonly activation: boolean;
  /** It is no call, but an alter_context with a token. */
  readonly handshake?: boolean;
  /** Undefined where the capture does not say it. */
  readonly level: number | undefined;
  /** An earlier call under the same security context was answered, so its handshake did not fail. */
  readonly answeredBefore: boolean;
  /** The last leg of the handshake was an auth3, which a server never answers ([MS-RPCE] 3.3.1.5.2.1). */
  readonly auth3: boolean;
  /** NTLM without a name: nobody has logged on, so no logon has failed. */
  readonly anonymous?: boolean;
  /** By a pipe of SMB, whose session authenticates where RPC does not ([MS-RPCE] 2.1.1.2). */
  readonly inPipe?: boolean;
  /** Seconds since 1970 at which the answer was captured; 0 where the capture holds no time. */
  readonly seconds: number;
}

/** How a call was answered that was refused. */
export type RefusedStatus = Pick<RefusedAnswer, 'answer' | 'status'>;

export interface LikelyCause {
  /** `fault` or `result` where nothing is known but the answer. */
  readonly refusedBy: RefusedBy;
  /** Empty where the answer says all that is known. */
  readonly text: string;
}

const DENIED = new Set([0x00000005, 0x80070005]);
const E_ACCESSDENIED = 0x80070005;
/** RPC_S_SERVER_UNAVAILABLE, as itself and as an HRESULT: of a client's own; a server that sends it was reached. */
const UNREACHABLE = new Set([0x6ba, 0x800706ba]);
/** C706 N.2: the upper halves of the nca_s_* statuses. */
const PROTOCOL = new Set([0x1c00, 0x1c01]);
/** The day of the first update of KB5004442: no server refused an activation for its level before. */
const FIRST_UPDATE = Date.UTC(2021, 5, 8) / 1000;

/** What was called, as far as the capture says it. */
interface CalledOperation {
  readonly interface: string | undefined;
  readonly operationName: string | undefined;
  readonly opnum: number | undefined;
}

/** Refusals that are a client's own mistake, or of which nothing is known. */
const MERE: ReadonlySet<RefusedBy> = new Set(['fault', 'result', 'protocol', 'codec', 'class']);

export function refusalFinding(
  call: CalledOperation | undefined,
  refused: RefusedAnswer,
  facts: RefusedCallFacts,
  user: SeenUser,
): NewFinding {
  const { refusedBy, text } = likelyCause(refused, facts);
  const { level } = facts;
  const unnamed = facts.handshake ? 'alter_context' : 'a call';
  const name = call === undefined ? unnamed : `${call.interface ?? 'unknown'}::${call.operationName ?? call.opnum}`;
  return {
    finding: 'refusal',
    severity: MERE.has(refusedBy) ? 'info' : 'warning',
    user,
    detail: `${name}: ${refused.outcome}${causeText({ refusedBy, text })}`,
    refusedBy,
    facts: { call: name, status: hexStatus(refused.status), ...(level === undefined ? {} : { auth_level: level }) },
  };
}

/** `; likely access control: …`; nothing where the answer says all that is known. */
function causeText({ refusedBy, text }: LikelyCause): string {
  if (text === '') return '';
  return refusedBy === 'fault' || refusedBy === 'result' ? `; ${text}` : `; likely ${refusedBy}: ${text}`;
}

/** Why a call was probably refused, with what speaks for it. One answer can have several causes: the likeliest. */
export function likelyCause(refused: RefusedStatus, call: RefusedCallFacts): LikelyCause {
  const { answer, status } = refused;
  if (DENIED.has(status)) return denied(refused, call);
  if (UNREACHABLE.has(status))
    return {
      refusedBy: answer,
      text: 'the server was reached, and says so of something that it could not reach itself',
    };
  if (PROTOCOL.has(status >>> 16)) return { refusedBy: 'protocol', text: 'the call is not one that the server takes' };
  const [cause] = causesOf(status);
  if (cause === undefined) return { refusedBy: answer, text: '' };
  return { refusedBy: cause.refusedBy, text: `${cause.text}; check: ${cause.check}` };
}

function denied(
  { answer, status }: RefusedStatus,
  { activation, handshake, level, answeredBefore, auth3, anonymous, inPipe, seconds }: RefusedCallFacts,
): LikelyCause {
  // [MS-RPCE] 3.3.1.5.2.1
  if (handshake) return { refusedBy: 'authentication', text: 'a step of the handshake was refused: the logon failed' };
  if (level === undefined)
    return { refusedBy: answer, text: 'denied, and the authentication level is not in the capture' };
  const name = authnLevelName(effectiveAuthnLevel(level));
  const unproved = auth3 && !answeredBefore && !anonymous;
  if (anonymous) return { refusedBy: 'access control', text: 'a null session, which the access lists do not allow' };
  if (level === RPC_C_AUTHN_LEVEL.NONE) {
    const who = inPipe ? 'the user of the SMB session, whom' : 'an unauthenticated call, which';
    return { refusedBy: 'access control', text: `${who} the access lists do not allow` };
  }
  if (effectiveAuthnLevel(level) >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) {
    return unproved
      ? {
          refusedBy: 'authentication',
          text: `${name} is enough; it is the first call after auth3, so the logon failed`,
        }
      : {
          refusedBy: 'access control',
          text: `${name} is enough and the logon worked; the access lists do not allow it`,
        };
  }
  if (!activation) {
    // A logon that failed is refused by RPC, with 5; an HRESULT is the exporter's.
    return unproved && status !== E_ACCESSDENIED
      ? { refusedBy: 'authentication', text: 'the first call after auth3: the logon failed' }
      : { refusedBy: 'exporter level', text: `${name} may be below the exporter's own level ([MS-DCOM] 3.1.1.5.4)` };
  }
  const before = seconds > 0 && seconds < FIRST_UPDATE;
  if (before) {
    const refusedBy = unproved ? 'authentication' : 'access control';
    return { refusedBy, text: 'captured before 2021-06-08, when no server refused for the level' };
  }
  const doubt = unproved ? '; a failed logon looks the same, and only event 10036 tells them apart' : '';
  return { refusedBy: 'activation policy', text: `an activation at ${name} (KB5004442)${doubt}` };
}
