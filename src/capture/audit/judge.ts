import { serverDecision } from '../../hardening/decision.js';
import type { PolicyProfile } from '../../hardening/profile.js';
import type { Registry } from '../../hardening/registry.js';
import type { PatchLevel } from '../../hardening/timeline.js';
import type { Judgement, SeenActivation } from './events.js';

/** The server that activations are held against. */
export interface JudgedServer {
  /** What is installed there. */
  readonly patchLevel: PatchLevel;
  /** What an administrator has set; the defaults where absent. */
  readonly registry?: Registry | undefined;
  /** Decisions that no source confirms, where they are to differ. */
  readonly profile?: Partial<PolicyProfile> | undefined;
}

/** What such a server makes of an activation. */
export function judgementOf(
  { operation, auth_type, auth_level, anonymous }: SeenActivation,
  { patchLevel, registry, profile }: JudgedServer,
): Judgement {
  const { date } = patchLevel;
  if (auth_level === null || auth_type === null) {
    const reason = 'its authentication level is not in the capture';
    return { as_of: date, decision: 'unknown', rule: 'no level', reason, event: null, unconfirmed: false };
  }
  const decision = serverDecision({
    asOf: patchLevel,
    authType: auth_type,
    level: auth_level,
    anonymous,
    method: operation,
    ...(registry && { registry }),
    ...(profile && { profile }),
  });
  return {
    as_of: date,
    decision: decision.outcome,
    rule: decision.rule,
    reason: decision.reason,
    event: decision.event ?? null,
    unconfirmed: decision.unconfirmed === true,
  };
}
