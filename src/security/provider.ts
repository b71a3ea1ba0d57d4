import type { AP_REQ } from '../codec/kerberos/index.js';
import type { NtlmMessage } from '../codec/ntlm/index.js';

/** Randomness is handed in, so that a run with the same seed gives the same bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Milliseconds since 1970-01-01 UTC; handed in, never read from the machine below `src/net`. */
export type Milliseconds = number;

/** Who a peer turned out to be. Holds no secret. */
export interface Identity {
  /** The account's domain as the server knows it (a sniffer: as the client gave it); empty for anonymous. */
  readonly domain: string;
  readonly user: string;
  /** `S-1-5-21-…`, or `S-1-5-7` for anonymous; empty for a sniffer, which cannot know it. */
  readonly sid: string;
  readonly anonymous: boolean;
  /** The workstation that the client named, where the mechanism carries one. */
  readonly workstation?: string;
}

/** One message of a connection as the security layer sees it: the whole PDU and which octets of it are covered. */
export interface ProtectedMessage {
  /** The PDU from its first octet up to the auth_value (exclusive). `seal` and `unseal` change `body` in place. */
  readonly pdu: Uint8Array;
  /** Octets of `pdu` that are encrypted at PKT_PRIVACY: stub with its padding. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /**
   * Header signing was agreed ([MS-RPCE] 2.2.2.3): the signature covers all of `pdu`. Without it, a mechanism may still
   * cover all (NTLM with extended session security does), or only the body.
   */
  readonly signHeader: boolean;
}

/** What one leg of a handshake gives. */
export interface Leg {
  /** Token for the peer; absent where this side has nothing to send. */
  readonly token?: Uint8Array;
  /** This side will take and send no further token. */
  readonly done: boolean;
}

/** Per-message protection, once a context is established. Signing keys and sequence numbers live here. */
export interface MessageSecurity {
  /** Octets of every auth_value that `sign` and `seal` give, known before the PDU is laid out. */
  readonly signatureLength: { readonly sign: number; readonly seal: number };
  /** The auth_value for an outgoing PDU at PKT or PKT_INTEGRITY. */
  sign(message: ProtectedMessage): Uint8Array;
  /** Encrypts the body in place and gives the auth_value for an outgoing PDU at PKT_PRIVACY. */
  seal(message: ProtectedMessage): Uint8Array;
  /**
   * Throws `SecurityError` `BAD_SIGNATURE` or `BAD_SEQUENCE` where an incoming PDU is not what the peer sent; a refused
   * PDU leaves the context, and its own octets, as they were.
   */
  verify(message: ProtectedMessage, authValue: Uint8Array): void;
  /** Decrypts the body in place, then checks as `verify` does. */
  unseal(message: ProtectedMessage, authValue: Uint8Array): void;
}

/** What the reports may show of an established context: never a key. */
export interface ContextInfo {
  /** `NTLM`, `Kerberos`: the mechanism that did the work, also inside SPNEGO. */
  readonly mechanism: string;
  /** Negotiated flags by the specification's names. */
  readonly flags: readonly string[];
  /** One line each of what a reader should know: `NTLMv2`, `MIC present`, `target name RPCSS/10.0.0.1`. */
  readonly notes: readonly string[];
}

/**
 * One security context, on one side of one connection: a state machine that does no I/O.
 * NTLM is initiator, acceptor, initiator (three legs, auth3); SPNEGO and Kerberos run in pairs (alter_context).
 */
export interface SecurityContext extends MessageSecurity {
  readonly role: 'initiator' | 'acceptor';
  /** auth_type of the sec_trailer, [MS-RPCE] 2.2.1.1.7. */
  readonly authType: number;
  /** True once messages can be protected. */
  readonly established: boolean;
  /** Whether an odd number of legs ends the handshake, so that the last token travels in auth3 ([MS-RPCE] 3.3.1.5.2.1). */
  readonly threeLegs: boolean;
  /**
   * Takes the peer's token (none for the initiator's first leg) and gives the answer. Throws `SecurityError`; the
   * context is then unusable. `now` is the time that timestamps are made of and compared with.
   */
  step(token: Uint8Array | undefined, now: Milliseconds): Leg;
  /** What was negotiated, once established. The levels that ask for more then fail ([MS-RPCE] 3.3.1.5.2.2). */
  readonly capabilities: Capabilities;
  /** Acceptor only, once established. */
  readonly identity: Identity | undefined;
  /** The key that both sides share, once established, for a runtime that derives keys from it. A secret. */
  readonly sessionKey: Uint8Array | undefined;
  readonly info: ContextInfo;
  /** GSS_GetMIC over octets that are no PDU: SPNEGO's list of mechanisms. */
  mic(bytes: Uint8Array): Uint8Array;
  /** GSS_VerifyMIC, the counterpart of `mic`. Throws `SecurityError`. */
  checkMic(bytes: Uint8Array, mic: Uint8Array): void;
  /** The mechanism protected its own handshake in a way that makes SPNEGO's MIC mandatory ([MS-SPNG] product note 8). */
  readonly requiresMechListMic: boolean;
}

/** What a security context can do once it is established. */
export interface Capabilities {
  readonly integrity: boolean;
  readonly confidentiality: boolean;
}

/** A message of a mechanism, out of what it was wrapped in; views of the token. */
export type HeardMessage =
  | { readonly mechanism: 'NTLM'; readonly octets: Uint8Array; readonly message: NtlmMessage }
  | { readonly mechanism: 'Kerberos'; readonly octets: Uint8Array; readonly message: AP_REQ };

/** Follows a handshake that two others have, given the password or hash; keeps both directions apart. */
export interface PassiveContext {
  readonly authType: number;
  /**
   * Feed every token in the order of the wire; unknown tokens are remembered as a note, never thrown. Gives the message
   * that was read in it, for whoever has to look at it too.
   */
  observe(from: 'initiator' | 'acceptor', token: Uint8Array): HeardMessage | undefined;
  /** True once the session key is known, so that `unprotect` can work. */
  readonly established: boolean;
  /** As the AUTHENTICATE message says; it is not verified where no secret is known. */
  readonly identity: Identity | undefined;
  /** Of a Kerberos ticket that no known key opens: tells it from all others, so that a KDC's answer can name its client. */
  readonly ticket?: string | undefined;
  /** Whether the MIC of the handshake fits its messages; undefined where there is none, or no secret to check it with. */
  readonly mic: 'right' | 'wrong' | undefined;
  /** The key that both sides share, once it is known, for a protocol that derives keys from it, as SMB does. A secret. */
  readonly sessionKey: Uint8Array | undefined;
  readonly info: ContextInfo;
  /** Unseals (in place) and checks one PDU. Throws `SecurityError`. */
  unprotect(from: 'initiator' | 'acceptor', message: ProtectedMessage, authValue: Uint8Array, sealed: boolean): void;
  /**
   * The auth_value of what the side `from` would send next, whose body is encrypted in place where it is sealed: for who
   * stands between the two and knows a secret. Takes the next sequence number. Throws `SecurityError`.
   */
  protect(from: 'initiator' | 'acceptor', message: ProtectedMessage, sealed: boolean): Uint8Array;
  /** Checks what `SecurityContext.mic` made on the side `from`. Throws `SecurityError`. */
  checkMic(from: 'initiator' | 'acceptor', bytes: Uint8Array, mic: Uint8Array): void;
  /** What `SecurityContext.mic` of the side `from` would give next, as `protect` does. Throws `SecurityError`. */
  makeMic(from: 'initiator' | 'acceptor', bytes: Uint8Array): Uint8Array;
}

/** What a provider of either side, or of a sniffer, is. */
export interface Provider {
  /** auth_type of the sec_trailer, [MS-RPCE] 2.2.1.1.7: the RPC layer chooses a provider by it. */
  readonly authType: number;
  /** Object identifiers under which SPNEGO offers this mechanism, the preferred one first; none for SPNEGO itself. */
  readonly oids: readonly string[];
}

/** What is known of the other end of a connection before it says anything. */
export interface Peer {
  /** Its IP address. */
  readonly address?: string | undefined;
}

/** Makes the server's contexts. Lockout and replay are seen across all contexts of one provider. */
export interface AcceptorProvider extends Provider {
  accept(peer?: Peer): SecurityContext;
}

/** Makes a sniffer's contexts, one for each handshake. */
export interface PassiveProvider extends Provider {
  observe(): PassiveContext;
}

/** What a client's context is for. */
export interface InitiateOptions {
  /** RPC_C_AUTHN_LEVEL_*, which decides the flags that the mechanism asks for. */
  readonly level: number;
  /** The name of the service, such as `RPCSS/host`. */
  readonly target?: string;
}

/** Makes a client's contexts. */
export interface InitiatorProvider extends Provider {
  /**
   * Fetches what a context for `target` needs from elsewhere, such as a ticket; who owns the connection awaits it before
   * `initiate`. A provider that needs nothing has none.
   */
  prepare?(options: InitiateOptions): Promise<void>;
  /** Whether the mechanism can authenticate to `target` at all; SPNEGO offers only what can. Absent: it always can. */
  canReach?(options: InitiateOptions, now: Milliseconds): boolean;
  initiate(options: InitiateOptions): SecurityContext;
}
