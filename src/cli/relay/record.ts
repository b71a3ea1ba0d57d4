import type { AsOf } from '../../hardening/timeline.js';
import type { RelayVariant, SceneOutcome } from '../../relay/index.js';

/** What came of a variant of the relay, for programs. */
export const relayRecord = (
  { id, title, section }: RelayVariant,
  asOf: AsOf,
  { stage, outcome, refusedBy, reason, evidence }: SceneOutcome,
  expected: string,
) => ({
  variant: id,
  title,
  section,
  as_of: asOf,
  stage,
  outcome,
  refused_by: refusedBy ?? null,
  expected,
  reason,
  evidence,
});
