import { type AsOf, patchLevel } from '../../hardening/timeline.js';
import type { RelayVariant, SceneOutcome } from '../../relay/index.js';
import { logRecord } from '../../report/log.js';
import { invocationRecord } from '../../report/served.js';

/** What came of a variant of the relay, for programs. */
export const relayRecord = (
  { id, title, section }: RelayVariant,
  asOf: AsOf,
  outcome: SceneOutcome,
  expected: string,
): object => ({
  variant: id,
  title,
  section,
  as_of: patchLevel(asOf).date,
  ...sceneRecord(outcome),
  expected,
});

/** How far it came, who stopped it, and what there is to show for that. */
export const sceneRecord = ({ stage, outcome, refusedBy, reason, evidence }: SceneOutcome): object => {
  const { event, loggedAt, invocation, ...rest } = evidence;
  return {
    stage,
    outcome,
    refused_by: refusedBy ?? null,
    reason,
    evidence: {
      ...rest,
      ...(event && loggedAt && { log: logRecord(event, loggedAt) }),
      ...(invocation && { invocation: invocationRecord(invocation) }),
    },
  };
};
