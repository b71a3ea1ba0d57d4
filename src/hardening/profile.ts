/** How a refused activation looks on the wire. */
export type RefusalForm =
  | { readonly form: 'fault'; readonly status: number; readonly didNotExecute: boolean; readonly disconnect: boolean }
  | { readonly form: 'response'; readonly hresult: number };

/** What no source confirms: each an option with a default, none of them a claim about Windows. */
export interface PolicyProfile {
  readonly refusal: RefusalForm;
  /** Log 10036 for an activation that would be refused, although enforcement is disabled. */
  readonly auditWhileDisabled: boolean;
  /** An NTLM null session counts as anonymous, so that the policy does not cover it. */
  readonly nullSessionIsAnonymous: boolean;
  /** RequireIntegrityActivationAuthenticationLevel holds neither 0 nor 1. */
  readonly requireOther: 'as absent' | 'enabled' | 'disabled';
  /** RaiseActivationAuthenticationLevel holds 0. */
  readonly raiseZero: 'none' | 'as absent';
  /** RaiseActivationAuthenticationLevel holds a number above 2. */
  readonly raiseOther: 'as absent' | 'none' | 'all';
  /** Log 10037 or 10038 also where the client raises the level by itself. */
  readonly clientEventsWhenRaised: boolean;
  /** What a server that is not Windows does with an activation below PKT_INTEGRITY. */
  readonly otherServers: 'accept' | 'enforce';
  /** The Windows version, which decides since when events are logged: an id or name of `EVENT_BUILDS`. */
  readonly windows?: string;
}

export const DEFAULT_POLICY: PolicyProfile = {
  refusal: { form: 'fault', status: 0x00000005, didNotExecute: false, disconnect: true },
  auditWhileDisabled: true,
  nullSessionIsAnonymous: true,
  requireOther: 'as absent',
  raiseZero: 'none',
  raiseOther: 'as absent',
  clientEventsWhenRaised: false,
  otherServers: 'accept',
};

/** One row a default: why it is this one. The docs print this table. */
export const POLICY_OPTIONS: Readonly<Record<keyof PolicyProfile, string>> = {
  refusal:
    'several clients report a fault with status 5; captured refusals by access control look like this, with pfc_flags 0x03, and the server closes the connection',
  auditWhileDisabled:
    'KB5004442 says that the events find applications that may fail later; a report of October 2021 agrees, another ties the events to enforcement',
  nullSessionIsAnonymous: 'the policy speaks of connections that are not anonymous; no source tests a null session',
  requireOther: 'KB5004442 defines only 0, 1 and not defined',
  raiseZero: 'KB5004442 defines only 1, 2 and not defined; 0 is taken literally: raise nothing',
  raiseOther: 'KB5004442 defines only 1, 2 and not defined',
  clientEventsWhenRaised: 'the article expects no event if clients work with the hardening by themselves',
  otherServers: 'KB5004442 is about Windows; only the maker of another server can say what it does',
  windows: 'without a version, events exist from September 2021 on',
};

/** A profile of which only some options are given. */
export const policyProfile = (options: Partial<PolicyProfile> = {}): PolicyProfile => ({
  ...DEFAULT_POLICY,
  ...options,
});
