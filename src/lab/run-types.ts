import type { CallOutcome } from '../client/outcome.js';
import type { RefusedBy } from '../codec/status/refused-by.js';
import type { ClientEvent, Event10036, LoggedEvent } from '../hardening/events.js';
import type { Machine } from '../hardening/machine.js';
import type { Trace } from '../hardening/trace.js';
import type { RelayVariant, SceneOutcome } from '../relay/index.js';
import type { Milliseconds } from '../security/index.js';
import type { Activation } from '../server/activation/log.js';

/** One activation of a lab: what the client wanted, what went over the wire, what came of it at both ends. */
export interface LabActivation {
  readonly time: Milliseconds;
  readonly client: string;
  readonly server: string;
  /** Without the port. */
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly clsid: string;
  readonly requested: number | 'default';
  readonly anonymous: boolean;
  /** RPC_C_AUTHN_* and RPC_C_AUTHN_LEVEL_* that went over the wire. */
  readonly authType: number;
  readonly level: number;
  /** What the server authenticated it by: NTLM or Kerberos, also inside SPNEGO. */
  readonly mechanism?: string | undefined;
  /** Windows raised the level by itself. */
  readonly raised: boolean;
  readonly outcome: 'accepted' | 'refused';
  /** As the server says it, and as the client saw it where the server says nothing. */
  readonly refusedBy: RefusedBy | undefined;
  readonly reason: string;
  /** As the client saw it. */
  readonly seen: CallOutcome;
  readonly event: Event10036 | undefined;
  readonly clientEvent: ClientEvent | undefined;
}

/** One activation as a server reports it: those of attackers too. */
export interface ServedActivation {
  readonly server: string;
  readonly serverAddress: string;
  readonly activation: Activation;
}

/** One activation of the timeline, and the server that it met. */
export interface TimelineCell {
  readonly phase: string;
  /** RequireIntegrityActivationAuthenticationLevel. */
  readonly registry: number | 'absent';
  readonly client: string;
  /** What the application asked for: a level, `default`, or `anonymous` for a null session. */
  readonly asked: string;
  /** How the client was told to authenticate: `ntlm`, `spnego` or `kerberos`; absent where it did as it does by itself. */
  readonly auth?: string;
  readonly activation: LabActivation;
}

/** One relay of a lab, and what has to come of it. */
export interface LabRelay {
  readonly variant: RelayVariant;
  readonly server: string;
  /** The patch level of the server. */
  readonly asOf: string;
  readonly outcome: SceneOutcome;
  /** What KB5004442 and the specifications have stop it; `succeeded` where nothing does. */
  readonly expected: string;
}

/** One trace of a lab. */
export interface LabTrace {
  readonly server: string;
  readonly trace: Trace;
}

/** The event log of one host of a lab. */
export interface HostLog {
  readonly machine: Machine;
  readonly entries: readonly LoggedEvent[];
  /** As the Windows event viewer saves a log. */
  readonly xml: string;
  readonly json: readonly object[];
}

/** Something that was expected, and what came. */
export interface LabFinding {
  /** By the clock of the lab, in milliseconds since 1970-01-01 UTC. */
  readonly time: Milliseconds;
  /** Begins with the name of the scenario. */
  readonly id: string;
  readonly title: string;
  readonly section: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
}
