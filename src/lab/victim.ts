import { type Application, isWindows, patchLevelOf } from '../hardening/machine.js';
import { activationAsClient } from '../hardening/machine-policy.js';
import { ntlmClientPolicy } from '../hardening/ntlm-updates.js';
import type { Milliseconds } from '../security/index.js';
import type { LabHost } from './host.js';
import type { Lab } from './lab.js';

/** How long victim, attacker and server wait for each other. */
export const RELAY_TIMEOUT: Milliseconds = 10_000;

/** Whom a step lures. */
export interface Lured {
  readonly victim: string;
  readonly application?: string | undefined;
  readonly attacker: string;
}

/** The victim of a lure as a client: where it is, its level, its profile and its account. */
export function victimOf(lab: Lab, given: Lured) {
  const host = lab.host(given.victim);
  const application = lab.applicationOf(host, given.application);
  const level = levelOf(host, application);
  return {
    address: host.address,
    level,
    profile: host.profileOf(application, level),
    credentials: host.credentialsOf(lab.userOf(host, application)),
    ...(isWindows(host.machine) && { ntlm: ntlmClientPolicy(patchLevelOf(host.machine)) }),
  };
}

function levelOf(host: LabHost, application: Application): number {
  if (isWindows(host.machine)) return activationAsClient(host.machine, application).level;
  return host.levelOfOther(application.activationLevel ?? 'default');
}
