import { shortAuthnLevelName } from '../codec/status/authn.js';

/** What came of an activation, or has to. */
export interface ActivationVerdict {
  /** RPC_C_AUTHN_LEVEL_* on the wire. */
  readonly level: number;
  /** Which layer refused; undefined where none did. */
  readonly by: string | undefined;
  /** The server logs 10036. */
  readonly event: boolean;
}

/** `at CONNECT: refused by activation policy, event 10036`. */
export const verdictText = ({ level, by, event }: ActivationVerdict): string =>
  `at ${shortAuthnLevelName(level)}: ${by === undefined ? 'accepted' : `refused by ${by}`}${event ? ', event 10036' : ''}`;

/** Layers that KB5004442 and the access checks decide; what another refuses, a scenario has to expect by itself. */
export const POLICY_LAYERS: ReadonlySet<string> = new Set(['activation policy', 'access control', 'authentication']);
