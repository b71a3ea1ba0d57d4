import { shortAuthnLevelName } from '../codec/status/authn.js';
import type { RefusedBy } from '../codec/status/refused-by.js';

/** What came of an activation, or has to. */
export interface ActivationVerdict {
  /** RPC_C_AUTHN_LEVEL_* on the wire. */
  readonly level: number;
  /** Undefined where nobody did. */
  readonly refusedBy: RefusedBy | undefined;
  /** The server logs 10036. */
  readonly event: boolean;
}

/** `at CONNECT: refused by activation policy, event 10036`. Whether an accepted one is logged too no source settles. */
export const verdictText = ({ level, refusedBy, event }: ActivationVerdict): string =>
  `at ${shortAuthnLevelName(level)}: ${refusedBy === undefined ? 'accepted' : `refused by ${refusedBy}`}${event && refusedBy !== undefined ? ', event 10036' : ''}`;

/** The refusals that KB5004442 and the access checks decide; a scenario has to expect any other by itself. */
export const POLICY_LAYERS: ReadonlySet<RefusedBy> = new Set(['activation policy', 'access control', 'authentication']);
