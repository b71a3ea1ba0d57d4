import { interfaceName } from '../../codec/interfaces.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { bindNakReasonName } from '../../codec/status/pdu.js';
import type { ObservedPresentation } from '../../rpc/index.js';
import type { SeenUser } from './events.js';
import type { NewFinding } from './findings.js';

/** The server of an activation is the client of the objects that it was given ([MS-DCOM] 1.3.1). */
export const callbackFinding = (client: string, server: string): NewFinding => ({
  finding: 'callback',
  severity: 'info',
  detail: `a call back: ${client}, at which ${server} has activated an object, calls it`,
});

export const UNIDENTIFIED_CALLS: NewFinding = {
  finding: 'unidentified-calls',
  severity: 'info',
  detail: 'calls whose bind is not in the capture: whether they are activations cannot be told',
};

export const UNAUTHENTICATED_ACTIVATION: NewFinding = {
  finding: 'anonymous',
  severity: 'warning',
  detail: 'an activation without authentication: access lists that allow nobody refuse it',
};

/** `called` is the name or UUID of the interface. */
export const lowLevelFinding = (called: string, level: number, user: SeenUser): NewFinding => ({
  finding: 'orpc-low-level',
  severity: 'warning',
  user,
  detail: `calls of ${called} at ${authnLevelName(level)}: the hardening lets them pass, and nothing protects them`,
  facts: { interface: called, auth_level: level },
});

export function bindRefusedFinding(proposed: ObservedPresentation | undefined, reason: number): NewFinding {
  const name = proposed === undefined ? 'an interface' : interfaceName(proposed.interface.uuid);
  const detail = `the bind to ${name} was refused: ${bindNakReasonName(reason)}`;
  return { finding: 'bind-refused', severity: 'info', detail, facts: { interface: name, reason } };
}
