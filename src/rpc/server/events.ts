import type { Milliseconds } from '../../security/provider.js';
import type { PresentationContext, RpcInterface } from '../core/presentation.js';
import type { RpcProfile, TransferSyntaxName } from '../core/profile.js';
import type { RefusalCause, ServerCheck } from './checks.js';
import type { CallSecurity } from './security.js';

/** When something came: by the time that tokens are judged by, and by the clock of time-outs, which nobody sets. */
export interface Instant {
  readonly time: Milliseconds;
  readonly now: Milliseconds;
}

/** A complete request, checked and reassembled, that waits for `respond` or `fault`. */
export interface ServerCall {
  readonly callId: number;
  readonly contextId: number;
  readonly interface: RpcInterface;
  readonly transferSyntax: TransferSyntaxName;
  readonly opnum: number;
  /** The IPID of an ORPC call. */
  readonly object: string | undefined;
  /** In plain, without padding and verification trailer. */
  readonly stub: Buffer;
  /** Byte order of the stub. */
  readonly littleEndian: boolean;
  /** Undefined for a call without authentication (RPC_C_AUTHN_LEVEL_NONE). */
  readonly security: CallSecurity | undefined;
  /** What the connection has for a call without authentication: a client that left its sec_trailer out. */
  readonly unusedSecurity: CallSecurity | undefined;
  /** By the clock that time-outs count by. */
  readonly receivedAt: Milliseconds;
  /** The client sent co_cancel; the call may still be answered. */
  cancelled: boolean;
  /** The client sent orphaned: nobody waits for the answer. */
  orphaned: boolean;
}

/** What happened on an association, for logs and reports. */
export type AssociationEvent =
  | { readonly type: 'bound'; readonly groupId: number; readonly contexts: readonly PresentationContext[] }
  | { readonly type: 'altered'; readonly contexts: readonly PresentationContext[] }
  | { readonly type: 'authenticated'; readonly security: CallSecurity }
  | FailedAuthentication
  /** Something a server may refuse by the specification, and the profile's option of this name accepts. */
  | { readonly type: 'tolerated'; readonly callId: number; readonly option: keyof RpcProfile; readonly why: string }
  | RefusalEvent;

/** A handshake that failed. An auth3 has no answer, so this may be all that is said of it until the first request. */
export interface FailedAuthentication extends RefusalCause {
  readonly type: 'authentication-failed';
  readonly authType: number;
  readonly level: number;
  readonly why: string;
}

/** What was refused, and by which check: the status and the reason are what the client was told. */
export type RefusalEvent = RefusalCause & { readonly callId: number; readonly why: string } & (
    | { readonly type: 'bind_nak'; readonly reason: number }
    | { readonly type: 'fault'; readonly status: number }
  );

/** What one step of an association gives: to be sent in this order, then `close` obeyed. */
export interface AssociationOutput {
  /** Whole PDUs that were taken. */
  received: number;
  readonly send: Buffer[];
  readonly calls: ServerCall[];
  readonly events: AssociationEvent[];
  /** Why the connection must be closed once everything is sent. */
  close: string | undefined;
}

/** Why the runtime answers with a fault of its own, and whether the connection ends with it. */
export interface Refusal {
  readonly check: ServerCheck;
  readonly status: number;
  readonly why: string;
  /** The call that the fault names, where it is not the one of the PDU that is refused. */
  readonly callId?: number;
  /** The presentation context that the fault names, where it is not the one of the PDU that is refused. */
  readonly contextId?: number;
  readonly didNotExecute?: boolean;
  readonly close?: boolean;
}

/** Why a bind is refused, as a bind_nak says it. */
export interface Rejection {
  readonly check: ServerCheck;
  readonly reject: number;
  readonly why: string;
}
