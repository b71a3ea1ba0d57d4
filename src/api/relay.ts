export type { Stage, WantedClass } from '../relay/attacker.js';
export { STAGES } from '../relay/attacker.js';
export type { SceneOutcome } from '../relay/between.js';
export type { RequestClaim } from '../relay/claims.js';
export {
  LEFT_OPEN,
  RELAY_VARIANTS,
  type RelayEvidence,
  type RelayOptions,
  type RelayOutcome,
  RelayRefused,
  type RelayVariant,
  relay,
} from '../relay/index.js';
export type { Tampering } from '../relay/tamper.js';
export type { Verdict } from '../relay/verdict.js';
