import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { isSignedLevel } from '../codec/status/authn.js';
import type { RefusedBy } from '../codec/status/refused-by.js';
import { enforcement } from '../hardening/decision.js';
import type { Registry } from '../hardening/registry.js';
import { type AsOf, patchLevel } from '../hardening/timeline.js';
import type { RelayVariant } from './variants.js';

/** What an expectation follows from, beside the variant. */
export interface RelaySetting {
  readonly asOf: AsOf;
  readonly registry?: Registry;
  /** What the victim's application activates at; CONNECT where absent. */
  readonly victimLevel?: number;
}

/** What KB5004442 and the specifications have stop a variant on such a server; undefined where nothing does. */
export function expectedStop(
  { stopped, bindLevel }: RelayVariant,
  { asOf, registry = {}, victimLevel = RPC_C_AUTHN_LEVEL.CONNECT }: RelaySetting,
): RefusedBy | undefined {
  if (isSignedLevel(victimLevel) && stopped.signingVictim !== undefined) return stopped.signingVictim;
  const { before } = stopped;
  if (before !== undefined && patchLevel(asOf).date < before.update.from) return before.refusedBy;
  const stop = enforcement({ asOf, registry }).enabled ? stopped.hardened : stopped.unhardened;
  // [MS-DCOM] note <41>: LegacyAuthenticationLevel is the exporter's own level, which no update raises.
  return stop ?? ((registry.LegacyAuthenticationLevel ?? 0) > bindLevel ? 'exporter level' : undefined);
}
