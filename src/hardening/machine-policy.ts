import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
import { type ClientDecision, clientRaise, type ProcessDefault, processDefaultLevel } from './client.js';
import { orpcLevel } from './coverage.js';
import { type Enforcement, enforcement, type ServerDecision, serverDecision } from './decision.js';
import type { ClientEvent, Event10036 } from './events.js';
import { type Account, type Application, isWindows, type Machine, patchLevelOf } from './machine.js';
import { registryFor } from './machine-registry.js';
import type { PolicyProfile } from './profile.js';

/** An activation as it arrives. */
export interface IncomingActivation {
  /** RPC_C_AUTHN_LEVEL_* of the security context. */
  readonly level: number;
  /** RPC_C_AUTHN_* of the sec_trailer; NTLM unless given, none where the level is NONE. */
  readonly authType?: number;
  readonly anonymous?: boolean;
  /** RemoteCreateInstance unless given. */
  readonly method?: string;
}

/**
 * What a machine that acts as a server makes of an activation. A client version of Windows is judged as a server version
 * is: KB5004442 and the article speak of the role, not of the product.
 */
export function activationAsServer(m: Machine, activation: IncomingActivation): ServerDecision {
  const { level, anonymous = false, method = 'RemoteCreateInstance' } = activation;
  const authType = level === RPC_C_AUTHN_LEVEL.NONE ? RPC_C_AUTHN.NONE : RPC_C_AUTHN.WINNT;
  return serverDecision({ ...policyOf(m), authType: activation.authType ?? authType, level, anonymous, method });
}

/** Whether a machine that acts as a server enforces PKT_INTEGRITY, and why. */
export const enforcementOf = (m: Machine): Enforcement => enforcement(policyOf(m));

/** What an application says in an activation. */
export interface OutgoingActivation {
  /** The level in COAUTHINFO, or `default`; that of the application unless given. */
  readonly requested?: number | 'default';
  readonly anonymous?: boolean;
}

/** The level at which an application of a machine activates, and the event that this machine logs for it. */
export function activationAsClient(
  m: Machine,
  application: Application,
  { requested = application.activationLevel ?? 'default', anonymous = false }: OutgoingActivation = {},
): ClientDecision {
  const { coInitializeSecurity } = application;
  return clientRaise({
    ...policyOf(m, application),
    requested,
    anonymous,
    ...(coInitializeSecurity === undefined ? {} : { coInitializeSecurity }),
  });
}

/** The default authentication level of a process: of its calls as a client, of its exporter as a server. */
export function processDefaultOf(m: Machine, application?: Application): ProcessDefault {
  const { coInitializeSecurity } = application ?? {};
  return processDefaultLevel({
    registry: registryFor(m.effective, application?.appId),
    ...(coInitializeSecurity === undefined ? {} : { coInitializeSecurity }),
  });
}

/** The level that calls of objects in a process need, [MS-DCOM] 3.1.1.5.4 and note <41>; KB5004442 does not raise it. */
export const exporterLevelOf = (m: Machine, application?: Application): number =>
  processDefaultOf(m, application).level;

/** The level at which an application calls an object, [MS-DCOM] 3.2.4.2 and note <37>. */
export const callLevelOf = (
  m: Machine,
  application: Application,
  { authnHint, requested }: { readonly authnHint: number; readonly requested?: number },
): number => {
  const { asOf, platform } = policyOf(m);
  return orpcLevel({ asOf, platform, authnHint, requested, processDefault: processDefaultOf(m, application).level });
};

/** Event 10036 for a decision of a server, where the decision logs one. */
export const serverEventOf = (
  decision: ServerDecision,
  { domain, user, sid }: Account,
  clientAddress: string,
): Event10036 | undefined =>
  decision.event === undefined ? undefined : { id: decision.event, domain, user, sid, clientAddress };

/** Event 10037 or 10038 for a decision of a client, where the decision logs one. */
export function clientEventOf(
  decision: ClientDecision,
  { path, pid, account }: Application,
  { clsid, target }: { readonly clsid: string; readonly target: string },
): ClientEvent | undefined {
  if (decision.event === undefined) return undefined;
  const user = account === undefined ? {} : { userSid: account.sid };
  return { id: decision.event, application: path, pid, clsid, target, level: decision.asked, ...user };
}

interface MachinePolicy {
  readonly asOf: ReturnType<typeof patchLevelOf>;
  readonly registry: ReturnType<typeof registryFor>;
  readonly platform: 'windows' | 'other';
  readonly profile: Partial<PolicyProfile>;
}

function policyOf(m: Machine, application?: Application): MachinePolicy {
  return {
    asOf: patchLevelOf(m),
    registry: registryFor(m.effective, application?.appId),
    platform: isWindows(m) ? 'windows' : 'other',
    profile: 'windows' in m.platform ? { ...m.profile, windows: m.platform.windows } : m.profile,
  };
}
