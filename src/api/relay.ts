export type { AP_REQ } from '../codec/kerberos/index.js';
export type { Stage, WantedClass } from '../relay/attacker.js';
export { STAGES } from '../relay/attacker.js';
export type { SceneOutcome } from '../relay/between.js';
export type { RequestClaim } from '../relay/claims.js';
export {
  ALL_VARIANTS,
  KERBEROS_LEFT_OPEN,
  KERBEROS_VARIANTS,
  LEFT_OPEN,
  RELAY_VARIANTS,
  type RelayEvidence,
  type RelayOptions,
  type RelayOutcome,
  RelayRefused,
  type RelayVariant,
  relay,
  type TicketFor,
} from '../relay/index.js';
export type { Tampering } from '../relay/tamper.js';
export type { ApReqChange, ServiceOfTarget } from '../relay/tamper-ap-req.js';
export type { Verdict } from '../relay/verdict.js';
