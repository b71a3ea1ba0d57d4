import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { effectiveAuthnLevel, shortAuthnLevelName } from '../../codec/status/authn.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { PHASES } from '../../hardening/timeline.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { classOf } from '../decode/wanted-class.js';
import type { ReplayedCall } from './replay.js';

/** What was compared, in words that a report can show. */
export function replayTitle({ call, level: sent }: ReplayedCall): string {
  const clsid = classOf(call);
  const name = call.operation?.name ?? `opnum ${call.opnum}`;
  return `frame ${call.frame}: ${name}${clsid === undefined ? '' : ` of ${clsid}`} at ${shortAuthnLevelName(sent)}`;
}

/**
 * Whether a captured refusal can be the one that a simulated server has now: KB5004442 refuses authenticated activations
 * below PKT_INTEGRITY, since its first phase. Any other fault 5 was that of an access permission, on the wire the same.
 */
export function refusalFits({ security, time }: CapturedCall, refusedBy: RefusedBy | undefined): boolean {
  if (refusedBy !== 'activation policy') return true;
  const level = effectiveAuthnLevel(security.level ?? RPC_C_AUTHN_LEVEL.NONE);
  if (level === RPC_C_AUTHN_LEVEL.NONE || level >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) return false;
  return time === 0n || time >= FIRST_PHASE;
}

const FIRST_PHASE = BigInt(Date.parse(`${PHASES[1]?.from}T00:00:00Z`)) * 1_000_000n;

/** What to say of a refusal that does not fit. */
export const OTHER_REFUSAL = 'by the activation policy, which the captured one cannot have been';
