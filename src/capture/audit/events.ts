import type { ConnectionAttempt } from '../stream/attempt.js';
import type { SeenApReq } from './kerberos.js';
import type { SeenAuthenticate, SeenChallenge } from './ntlm.js';
import type { AuditedActivation, AuditFinding, AuditPlace } from './records.js';

/** Who it was, as one capture shows it: a name, nobody that is known, or whoever a KDC gave a ticket to. */
export type SeenUser = string | null | { readonly ticket: string };

/** What a server of some date makes of an activation: no matter of the capture. */
export type Judgement = Pick<AuditedActivation, 'as_of' | 'decision' | 'rule' | 'reason' | 'event' | 'unconfirmed'>;

/** An activation as one capture shows it. */
export interface SeenActivation extends Omit<AuditedActivation, keyof Judgement | 'user'> {
  /** Who asks for it. */
  readonly user: SeenUser;
}

/** A finding as one capture shows it. */
export interface SeenFinding extends Omit<AuditFinding, 'user'> {
  /** Who it is about. */
  readonly user: SeenUser;
}

/** Where and when one exchange of NTLM or Kerberos began. */
export interface SeenLeg {
  /** Of its CHALLENGE_MESSAGE, or of its AUTHENTICATE_MESSAGE where the first was not captured; of its AP-REQ. */
  readonly place: AuditPlace;
  /** Of who authenticates, without the port. */
  readonly clientAddress: string;
  /** Of whom he talks to, without the port. */
  readonly serverAddress: string;
  /** When `place` was captured, since 1970. */
  readonly seconds: number;
  /** The host or share that the client means, where its protocol names one. */
  readonly target?: string | undefined;
}

/**
 * What a stream tells an audit, as it is read: everything that an audit can come to know of a capture, and nothing that
 * stands in another one. Streams, or files, are compared by the consumer of these events (`AuditReducer`), so that the
 * findings are the same whether the captures are read by one process or by many.
 */
export type AuditEvent =
  /** A KDC gives a ticket to a client. */
  | { readonly kind: 'ticket'; readonly ticket: string; readonly user: string }
  /** The first request of a connection. */
  | { readonly kind: 'asked'; readonly place: AuditPlace }
  /** A connection that was asked for and never came about. */
  | { readonly kind: 'attempt'; readonly place: AuditPlace; readonly outcome: ConnectionAttempt['outcome'] }
  /** An activation with its answer. */
  | { readonly kind: 'activation'; readonly activation: SeenActivation }
  /** What is weak in one stream, which has ended. */
  | { readonly kind: 'findings'; readonly findings: readonly SeenFinding[] }
  /** A CHALLENGE_MESSAGE; `exchange` tells the exchanges of one capture apart. */
  | { readonly kind: 'challenge'; readonly exchange: number; readonly leg: SeenLeg; readonly challenge: SeenChallenge }
  /** An AUTHENTICATE_MESSAGE; its challenge came before it where that was captured. */
  | {
      readonly kind: 'authenticate';
      readonly exchange: number;
      readonly leg: SeenLeg;
      readonly authenticate: SeenAuthenticate;
      readonly user: SeenUser;
    }
  /** An AP-REQ of Kerberos. */
  | { readonly kind: 'ap-req'; readonly leg: SeenLeg; readonly apReq: SeenApReq; readonly user: SeenUser }
  /** The connection of an exchange has ended. */
  | { readonly kind: 'exchange-end'; readonly exchange: number };

/** Takes what streams tell. */
export type TakeEvent = (event: AuditEvent) => void;
