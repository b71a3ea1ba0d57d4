import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
import { authnLevelName, effectiveAuthnLevel } from '../codec/status/authn.js';
import { logsEvents } from './builds.js';
import { type PolicyProfile, policyProfile } from './profile.js';
import type { Registry } from './registry.js';
import { type AsOf, type ClientRule, patchLevel } from './timeline.js';

/** An activation that an application asks its machine's COM for. */
export interface ClientRequest {
  readonly asOf: AsOf;
  readonly registry?: Registry;
  /** The level the application put into the activation, or `default` where it left that to the process. */
  readonly requested: number | 'default';
  /** dwAuthnLevel of CoInitializeSecurity, where the application calls it. */
  readonly coInitializeSecurity?: number;
  /** The application asks to activate anonymously. */
  readonly anonymous: boolean;
  /** Only Windows raises; every other client sends what it is told to. */
  readonly platform: 'windows' | 'other';
  readonly profile?: Partial<PolicyProfile>;
}

/** Which rule of KB5004442 decided the level of a client. */
export type ClientRuleId =
  | 'not Windows'
  | 'anonymous'
  | 'integrity'
  | 'nothing raised'
  | 'default raised'
  | 'explicit level kept'
  | 'all raised';

/** The level that a client activates at, and by which rule. */
export interface ClientDecision {
  /** The level that goes on the wire. */
  readonly level: number;
  /** The level before anything was raised. */
  readonly asked: number;
  readonly raised: boolean;
  readonly rule: ClientRuleId;
  readonly reason: string;
  /** 10037 for a level that the application set, 10038 for a default. */
  readonly event?: 10037 | 10038;
  readonly unconfirmed?: true;
}

/** Which level a client activates at (KB5004442, [MS-DCOM] 3.2.4.1.1.2 and notes <80>, <81>). */
export function clientRaise(request: ClientRequest): ClientDecision {
  const profile = policyProfile(request.profile);
  const explicit = request.requested !== 'default';
  const asked = explicit ? { level: effectiveAuthnLevel(request.requested), unconfirmed: false } : ofProcess(request);
  const doubt = asked.unconfirmed ? { unconfirmed: true as const } : {};
  const kept = (rule: ClientRuleId, reason: string): ClientDecision => ({
    level: asked.level,
    asked: asked.level,
    raised: false,
    rule,
    reason,
    ...doubt,
  });

  if (request.platform === 'other') return kept('not Windows', 'only Windows clients raise the level by themselves');
  // A default of NONE is raised (note <81> takes the higher of the two); an explicit NONE asks for no authentication.
  if (request.anonymous || (explicit && asked.level === RPC_C_AUTHN_LEVEL.NONE)) {
    return kept('anonymous', 'anonymous activations are not raised');
  }
  if (asked.level >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) {
    return kept('integrity', `${authnLevelName(asked.level)} is at least PKT_INTEGRITY`);
  }

  const mode = raiseMode(request, profile);
  const raised = RAISES[mode.raises][explicit ? 'explicit' : 'default'];
  const logs =
    (!raised || profile.clientEventsWhenRaised) && logsEvents(request.asOf, profile.windows, request.registry);
  const event = logs ? { event: explicit ? (10037 as const) : (10038 as const) } : {};
  const unsure = mode.unconfirmed || asked.unconfirmed || (raised && logs) ? { unconfirmed: true as const } : {};
  return {
    level: raised ? RPC_C_AUTHN_LEVEL.PKT_INTEGRITY : asked.level,
    asked: asked.level,
    raised,
    rule: RULES[mode.raises][explicit ? 'explicit' : 'default'],
    reason: `${authnLevelName(asked.level)} ${explicit ? 'set by the application' : 'by default'}, and ${mode.why}`,
    ...event,
    ...unsure,
  };
}

function ofProcess(request: ClientRequest): { level: number; unconfirmed: boolean } {
  const { level, unconfirmed = false } = processDefaultLevel(request);
  return { level, unconfirmed };
}

const RAISES: Readonly<Record<ClientRule, Readonly<Record<'explicit' | 'default', boolean>>>> = {
  none: { explicit: false, default: false },
  default: { explicit: false, default: true },
  all: { explicit: true, default: true },
};

const RULES: Readonly<Record<ClientRule, Readonly<Record<'explicit' | 'default', ClientRuleId>>>> = {
  none: { explicit: 'nothing raised', default: 'nothing raised' },
  default: { explicit: 'explicit level kept', default: 'default raised' },
  all: { explicit: 'all raised', default: 'all raised' },
};

const SETTING = 'RaiseActivationAuthenticationLevel';

const BY_DEFAULT: Readonly<Record<ClientRule, string>> = {
  none: 'clients raise nothing before the update of 2021-06-08',
  default: `${SETTING} is not defined, which raises only the default level before 2022-11-08`,
  all: `${SETTING} is not defined, which raises every activation that is not anonymous since 2022-11-08`,
};

interface RaiseMode {
  readonly raises: ClientRule;
  readonly why: string;
  readonly unconfirmed?: true;
}

function raiseMode({ asOf, registry }: ClientRequest, profile: PolicyProfile): RaiseMode {
  const byDefault = patchLevel(asOf).phase.client;
  const value = registry?.[SETTING];
  if (value === undefined || byDefault === 'none') return { raises: byDefault, why: BY_DEFAULT[byDefault] };
  if (value === 1) return { raises: 'default', why: `${SETTING} is 1, which raises only the default level` };
  if (value === 2)
    return { raises: 'all', why: `${SETTING} is 2, which raises every activation that is not anonymous` };
  const taken = value === 0 ? profile.raiseZero : profile.raiseOther;
  return {
    raises: taken === 'as absent' ? byDefault : taken,
    why: `${SETTING} is ${value}, which this profile takes as ${taken === 'as absent' ? 'not defined' : `raising ${taken}`}`,
    unconfirmed: true,
  };
}

/** The default authentication level of a process, and what it comes from. */
export interface ProcessDefault {
  readonly level: number;
  readonly source: 'CoInitializeSecurity' | 'AuthenticationLevel' | 'LegacyAuthenticationLevel' | 'not defined';
  /** A registry value that is no level was passed over; what Windows does then is not documented. */
  readonly unconfirmed?: true;
}

/**
 * The process's default authentication level: CoInitializeSecurity, else AuthenticationLevel of the AppID, else
 * LegacyAuthenticationLevel, else CONNECT. It serves clients as the level of their calls and servers as that of their
 * exporter ([MS-DCOM] notes <41>, <86>).
 */
export function processDefaultLevel(process: {
  readonly coInitializeSecurity?: number;
  readonly registry?: Registry;
}): ProcessDefault {
  const values = {
    CoInitializeSecurity: process.coInitializeSecurity,
    AuthenticationLevel: process.registry?.AuthenticationLevel,
    LegacyAuthenticationLevel: process.registry?.LegacyAuthenticationLevel,
  };
  const passedOver = SOURCES.some((source) => values[source] !== undefined && !isLevel(source, values[source]));
  const source = SOURCES.find((candidate) => isLevel(candidate, values[candidate])) ?? 'not defined';
  const level = source === 'not defined' ? RPC_C_AUTHN_LEVEL.CONNECT : (values[source] as number);
  return { level: effectiveAuthnLevel(level), source, ...(passedOver ? { unconfirmed: true } : {}) };
}

/** Strongest first. */
const SOURCES = ['CoInitializeSecurity', 'AuthenticationLevel', 'LegacyAuthenticationLevel'] as const;

// The registry values begin at NONE; a call may also pass DEFAULT, which [MS-RPCE] 2.2.1.1.8 makes CONNECT.
const isLevel = (source: (typeof SOURCES)[number], value: number | undefined): boolean =>
  value !== undefined && value >= (source === 'CoInitializeSecurity' ? 0 : 1) && value <= RPC_C_AUTHN_LEVEL.PKT_PRIVACY;
