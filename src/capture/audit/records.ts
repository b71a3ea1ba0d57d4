import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { LogonTransport } from '../logon/logon.js';
import type { Transport } from '../pdu/pdu.js';

/** Where something was seen: the same members, in the same order, in activations and findings. */
export interface AuditPlace {
  readonly file: string;
  /** TCP stream, as tshark numbers `tcp.stream`. */
  readonly stream: number;
  readonly frame: number;
  /** ISO 8601 in UTC with nanoseconds. */
  readonly time: string;
  /** `ADDRESS:PORT`. */
  readonly client: string;
  readonly server: string;
  /** Of RPC; or, only of a finding, the other protocol that a client authenticates in. */
  readonly transport: Transport | LogonTransport;
  /** Of a pipe of SMB, where its tree connect and its open were captured; null over TCP itself. */
  readonly share: string | null;
  readonly pipe: string | null;
}

/** Who stands behind a call, as far as a sniffer can tell; null where the capture does not say it. */
export interface AuditUser {
  /** `DOMAIN\user` of the NTLM exchange; null for Kerberos, whose client name is encrypted. */
  readonly user: string | null;
  readonly anonymous: boolean;
  /** NTLM, Kerberos, …: what SPNEGO chose, where it was SPNEGO. */
  readonly mechanism: string | null;
  /** As the NTLM client names its computer. */
  readonly workstation: string | null;
}

/** An activation of a capture, and what a server of the date would make of it. All members are always there. */
export interface AuditedActivation extends AuditPlace, AuditUser {
  readonly kind: 'activation';
  /** `IRemoteSCMActivator::RemoteCreateInstance`, … */
  readonly operation: string;
  readonly clsid: string | null;
  readonly class: string | null;
  /** RPC_C_AUTHN_*, and RPC_C_AUTHN_LEVEL_* as the trailer has it or the association implies it. */
  readonly auth_type: number | null;
  readonly auth_level: number | null;
  readonly level_from: 'trailer' | 'association' | 'none' | 'unknown';
  /** `unreadable`: answered, and the result is encrypted or damaged. */
  readonly answer: 'accepted' | 'fault' | 'result' | 'unreadable' | 'none';
  readonly status: number | null;
  /** The answer in words. */
  readonly outcome: string;
  readonly as_of: string;
  /** `not covered`: the policy has no say, the access lists have; `unknown`: the level is not in the capture. */
  readonly decision: 'accepted' | 'refused' | 'not covered' | 'unknown';
  readonly rule: string;
  readonly reason: string;
  readonly event: number | null;
  /** No source confirms the decision: see `PolicyProfile`. */
  readonly unconfirmed: boolean;
}

/** What an audit finds besides activations; `audit --help` say what each means. */
export type FindingName =
  | 'relay'
  | 'challenge-changed'
  | 'target-name'
  | 'ntlmv1'
  | 'anonymous'
  | 'missing-mic'
  | 'wrong-mic'
  | 'misplaced-mic'
  | 'repeated-av-flags'
  | 'callback'
  | 'unreachable'
  | 'orpc-low-level'
  | 'refusal'
  | 'bind-refused'
  | 'unidentified-calls';

/** Something else that an administrator should know. All members are always there. */
export interface AuditFinding extends AuditPlace {
  readonly kind: 'finding';
  readonly finding: FindingName;
  readonly severity: 'high' | 'warning' | 'info';
  readonly user: string | null;
  /** How often on this stream; `frame` is the first. */
  readonly count: number;
  readonly detail: string;
  /** Of a refusal: the likeliest; null for other findings. */
  readonly refused_by: RefusedBy | null;
  /** Interface, status, level and the like: what `detail` says, for programs. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** One line of an audit. */
export type AuditItem = AuditedActivation | AuditFinding;
