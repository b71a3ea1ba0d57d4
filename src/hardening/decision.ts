import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
import { authnLevelName, effectiveAuthnLevel } from '../codec/status/authn.js';
import { logsEvents } from './builds.js';
import { coverageOf } from './coverage.js';
import { type PolicyProfile, policyProfile, type RefusalForm } from './profile.js';
import type { Registry } from './registry.js';
import { type AsOf, patchLevel, type ServerRule } from './timeline.js';

/** An activation as the server's policy sees it. */
export interface ServerRequest {
  readonly asOf: AsOf;
  readonly registry?: Registry;
  /** RPC_C_AUTHN_* of the sec_trailer; 0 where the call carries no authentication. */
  readonly authType: number;
  /** RPC_C_AUTHN_LEVEL_* of the security context. */
  readonly level: number;
  /** The identity behind the context is the anonymous one (an NTLM null session). */
  readonly anonymous: boolean;
  /** `RemoteCreateInstance`, `IObjectExporter::ServerAlive2`, `IRemUnknown2`, … */
  readonly method: string;
  /** Windows unless given; the update is Windows's own. */
  readonly platform?: 'windows' | 'other';
  readonly profile?: Partial<PolicyProfile>;
}

/** Stable names of the rules, for programs. */
export type ServerRuleId =
  | 'no activation'
  | 'no such level'
  | 'unauthenticated'
  | 'null session'
  | 'integrity'
  | 'below integrity'
  | 'enforcement disabled'
  | 'not Windows';

/**
 * What the policy makes of a call. `not covered`: the policy has no say; like an accepted call it still meets the
 * access checks of the server.
 */
export interface ServerDecision {
  readonly outcome: 'accepted' | 'refused' | 'not covered';
  readonly rule: ServerRuleId;
  readonly reason: string;
  readonly event?: 10036;
  /** How to say no, for `refused`. */
  readonly refusal?: RefusalForm;
  /** An option of the profile decided, not a source. */
  readonly unconfirmed?: true;
}

/** The activation policy of a server (KB5004442, [MS-DCOM] 3.1.2.5.2.3 and note <81>). */
export function serverDecision(request: ServerRequest): ServerDecision {
  const profile = policyProfile(request.profile);
  const level = effectiveAuthnLevel(request.level);
  const name = authnLevelName(level);
  const coverage = coverageOf(request.method);

  if (!coverage.covered) {
    return { outcome: 'not covered', rule: 'no activation', reason: `${request.method}: ${coverage.rule}` };
  }
  if (level > RPC_C_AUTHN_LEVEL.PKT_PRIVACY) {
    return { outcome: 'not covered', rule: 'no such level', reason: `there is no authentication level ${level}` };
  }
  if (request.authType === RPC_C_AUTHN.NONE || level === RPC_C_AUTHN_LEVEL.NONE) {
    const reason =
      'the policy covers authenticated activations; this one is unauthenticated and meets the access lists';
    return { outcome: 'not covered', rule: 'unauthenticated', reason };
  }
  if (level >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) {
    return { outcome: 'accepted', rule: 'integrity', reason: `${name} is at least PKT_INTEGRITY` };
  }
  if (request.anonymous && profile.nullSessionIsAnonymous) {
    const reason = 'a null session counts as anonymous, which the policy does not cover; it meets the access lists';
    return { outcome: 'not covered', rule: 'null session', reason, unconfirmed: true };
  }
  return belowIntegrity(request, profile, name);
}

function belowIntegrity(request: ServerRequest, profile: PolicyProfile, level: string): ServerDecision {
  const { enabled, why, unconfirmed } = enforcement(request);
  const logs = request.platform !== 'other' && logsEvents(request.asOf, profile.windows, request.registry);
  const event = logs ? { event: 10036 as const } : {};
  const doubt = unconfirmed || request.anonymous ? { unconfirmed: true as const } : {};
  const reason = `${level} is below PKT_INTEGRITY, and ${why}`;
  if (enabled) {
    return { outcome: 'refused', rule: 'below integrity', reason, refusal: profile.refusal, ...event, ...doubt };
  }
  if (request.platform === 'other') return { outcome: 'accepted', rule: 'not Windows', reason, ...doubt };
  // An unhardened system has no event to log, whatever the profile says.
  const audit = profile.auditWhileDisabled ? { ...event, unconfirmed: true as const } : {};
  return { outcome: 'accepted', rule: 'enforcement disabled', reason, ...doubt, ...audit };
}

/** Whether a server requires PKT_INTEGRITY of activations, and why. */
export interface Enforcement {
  readonly enabled: boolean;
  readonly why: string;
  readonly unconfirmed?: true;
}

type State = 'absent' | '0' | '1' | 'other';
type Verdict = readonly [enabled: boolean, why: string];

const SETTING = 'RequireIntegrityActivationAuthenticationLevel';
const notPresent: Verdict = [false, 'no server enforces before the update of 2021-06-08'];
const always: Verdict = [true, 'every server enforces since 2023-03-14'];
const ignored: Verdict = [true, `every server enforces since 2023-03-14, ${SETTING} is ignored`];
const zero: Verdict = [false, `${SETTING} is 0, which disables enforcement`];
const one: Verdict = [true, `${SETTING} is 1, which enables enforcement`];
const offByDefault: Verdict = [false, `${SETTING} is not defined, which disables enforcement before 2022-06-14`];
const onByDefault: Verdict = [true, `${SETTING} is not defined, which enables enforcement since 2022-06-14`];

/** KB5004442: the final text calls 0 the default and then says that "not defined" enables; "not defined" decides. */
const ENFORCEMENT: Readonly<Record<ServerRule, Readonly<Record<Exclude<State, 'other'>, Verdict>>>> = {
  'not present': { absent: notPresent, 0: notPresent, 1: notPresent },
  'opt in': { absent: offByDefault, 0: zero, 1: one },
  'opt out': { absent: onByDefault, 0: zero, 1: one },
  always: { absent: always, 0: ignored, 1: always },
};

/** Which state the profile gives a number that is neither 0 nor 1. */
const OTHER = { 'as absent': 'absent', enabled: '1', disabled: '0' } as const;

/** Whether a server enforces PKT_INTEGRITY for activations, and why. */
export function enforcement(server: {
  readonly asOf: AsOf;
  readonly registry?: Registry | undefined;
  readonly platform?: 'windows' | 'other' | undefined;
  readonly profile?: Partial<PolicyProfile> | undefined;
}): Enforcement {
  if (server.platform === 'other') return NOT_WINDOWS[policyProfile(server.profile).otherServers];
  const rule = patchLevel(server.asOf).phase.server;
  const value = server.registry?.[SETTING];
  const state = stateOf(value);
  if (state !== 'other') return verdict(ENFORCEMENT[rule][state]);
  // Where the registry has no say, neither has an odd number in it.
  if (rule === 'not present') return verdict(notPresent);
  if (rule === 'always') return verdict(ignored);
  const taken = policyProfile(server.profile).requireOther;
  const [enabled] = ENFORCEMENT[rule][OTHER[taken]];
  return { enabled, why: `${SETTING} is ${value}, which this profile takes ${TAKEN[taken]}`, unconfirmed: true };
}

/** The behaviour of a server that is not Windows is its maker's own decision. */
const NOT_WINDOWS: Readonly<Record<PolicyProfile['otherServers'], Enforcement>> = {
  accept: { enabled: false, why: 'KB5004442 does not apply to a server that is not Windows', unconfirmed: true },
  enforce: { enabled: true, why: 'the maker of this server has it require PKT_INTEGRITY', unconfirmed: true },
};

const TAKEN = { 'as absent': 'as not defined', enabled: 'as 1', disabled: 'as 0' } as const;

const verdict = ([enabled, why]: Verdict): Enforcement => ({ enabled, why });

function stateOf(value: number | undefined): State {
  if (value === undefined) return 'absent';
  if (value === 0) return '0';
  return value === 1 ? '1' : 'other';
}
