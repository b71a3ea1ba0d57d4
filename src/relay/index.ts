export { asCaptured } from './as-captured.js';
export { STAGES, type Stage, type WantedClass } from './attacker.js';
export type { RequestClaim } from './claims.js';
export { RelayRefused } from './confined.js';
export { expectedStop } from './expectation.js';
export { type RelayOptions, type RelayOutcome, relay } from './relay.js';
export { TAMPERINGS, type Tampering } from './tamper.js';
export { LEFT_OPEN, RELAY_VARIANTS, type RelayVariant, relayVariant, type StoppedAt } from './variants.js';
export type { RelayEvidence } from './verdict.js';
