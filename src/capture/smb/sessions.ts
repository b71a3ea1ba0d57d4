import { createHash } from 'node:crypto';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import {
  SMB2_CIPHER,
  SMB2_DIALECT,
  SMB2_ENCRYPTION_CAPABILITIES,
  SMB2_NEGOTIATE_CONTEXT,
  SMB2_NEGOTIATE_Response,
  SMB2_Packet_Header_SYNC,
  SMB2_SESSION_FLAG_BINDING,
  STATUS_MORE_PROCESSING_REQUIRED,
} from '../../codec/smb/index.js';
import { AgedMap } from '../../rpc/index.js';
import { type PassiveContext, SmbSessionCipher } from '../../security/index.js';
import type { LogonMessage } from '../logon/logon.js';
import type { Direction } from '../stream/connection.js';
import type { SmbBudget, SmbMessage } from './tables.js';

/** Tells what a side says to authenticate; `exchange` is as in `LogonPlace`. */
export type TellLogon = (direction: Direction, exchange: string, message: LogonMessage) => void;

/** A handshake that begins a session. */
export interface Logon {
  readonly exchange: string;
  /** It began without a session: the answer names a new one. */
  readonly fresh: boolean;
  /** A further connection of a session that there is, whose keys are those of the first one. */
  readonly binding: boolean;
  readonly passive: PassiveContext | undefined;
  /** [MS-SMB2] 3.2.1.3: Session.PreauthIntegrityHashValue. */
  preauthHash: Buffer;
}

/** What opens the messages of a session; `unknown` where no secret fits its logon. */
export type SessionKeys = SmbSessionCipher | 'unknown';

/** What it takes to follow the sessions of a connection. */
export interface SessionsOptions {
  readonly budget: SmbBudget;
  readonly tell: TellLogon;
  readonly observe: ((authType: number) => PassiveContext | undefined) | undefined;
  /** The server, whose sessions several connections can use. */
  readonly server: () => string;
}

const HEADER = SMB2_Packet_Header_SYNC.size;
/** More contexts than are defined are not looked at. */
const MAX_CONTEXTS = 32;
const NOTHING = Buffer.alloc(64);

/** The sessions of one connection of SMB2, as far as their keys are concerned ([MS-SMB2] 3.2.5.2, 3.2.5.3). */
export class Smb2Sessions {
  readonly #options: SessionsOptions;
  readonly #logons: AgedMap<bigint, Logon>;
  #begunLogons = 0;
  #dialect = 0;
  #cipher = 0;
  /** [MS-SMB2] 3.2.1.2: Connection.PreauthIntegrityHashValue. */
  #preauthHash: Buffer = NOTHING;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#logons = new AgedMap(options.budget.logons);
  }

  /** What opens a session's messages; undefined where its logon was not captured. */
  keys(session: bigint): SessionKeys | undefined {
    return this.#options.budget.sessionKeys.get(this.#key(session));
  }

  /** The connection has ended. */
  end(): void {
    this.#logons.clear();
  }

  negotiate(message: Buffer): void {
    this.#preauthHash = this.#hashed(NOTHING, message);
  }

  negotiated(message: Buffer): void {
    if (message.length < HEADER + SMB2_NEGOTIATE_Response.size) return;
    const body = SMB2_NEGOTIATE_Response.decode(message, HEADER);
    this.#dialect = body.DialectRevision;
    this.#preauthHash = this.#hashed(this.#preauthHash, message);
    this.#cipher =
      body.DialectRevision === SMB2_DIALECT.V3_1_1
        ? cipherIn(message, body.NegotiateContextOffset, body.NegotiateContextCount)
        : SMB2_CIPHER.AES_128_CCM;
  }

  /** A SESSION_SETUP of the client, and the token in it. */
  asked(session: bigint, flags: number, token: Uint8Array, { bytes, direction }: SmbMessage): Logon {
    const logon = this.#logons.get(session) ?? this.#begin(session, flags);
    logon.preauthHash = this.#hashed(logon.preauthHash, bytes);
    logon.passive?.observe('initiator', token);
    this.#options.tell(direction, logon.exchange, { kind: 'token', octets: token });
    return logon;
  }

  /** The answer to one, which stands alone where `logon` was not captured. */
  answered(session: bigint, status: number, token: Uint8Array, message: SmbMessage, logon: Logon | undefined): void {
    const { exchange } = logon ?? this.#begin(session, 0);
    if (token.length > 0) this.#options.tell(message.direction, exchange, { kind: 'token', octets: token });
    if (logon === undefined) return;
    if (token.length > 0) logon.passive?.observe('acceptor', token);
    if (status === STATUS_MORE_PROCESSING_REQUIRED) {
      logon.preauthHash = this.#hashed(logon.preauthHash, message.bytes);
      this.#logons.set(session, logon);
      return;
    }
    this.#logons.delete(session);
    if (status === 0) this.#begun(session, logon);
  }

  #begin(session: bigint, flags: number): Logon {
    const fresh = session === 0n;
    return {
      exchange: fresh ? `logon ${++this.#begunLogons}` : `session ${session}`,
      fresh,
      binding: (flags & SMB2_SESSION_FLAG_BINDING) !== 0,
      passive: this.#options.observe?.(RPC_C_AUTHN.GSS_NEGOTIATE),
      preauthHash: this.#preauthHash,
    };
  }

  #begun(session: bigint, { fresh, binding, passive, preauthHash }: Logon): void {
    const { sessionKeys } = this.#options.budget;
    const key = this.#key(session);
    // [MS-SMB2] 3.2.5.3.2, 3.2.5.3.3: a session that authenticates anew, or gets a further connection, keeps its keys.
    if (binding || (!fresh && sessionKeys.get(key) !== undefined)) return;
    const sessionKey = passive?.sessionKey;
    const cipher =
      sessionKey && SmbSessionCipher.of({ dialect: this.#dialect, cipher: this.#cipher, sessionKey, preauthHash });
    sessionKeys.set(key, cipher ?? 'unknown');
  }

  /** [MS-SMB2] 3.2.5.2, 3.2.5.3: one message after the other, under what was hashed before; only keys need it. */
  #hashed(before: Buffer, message: Buffer): Buffer {
    if (this.#options.observe === undefined) return before;
    return createHash('sha512').update(before).update(message).digest();
  }

  #key(session: bigint): string {
    return this.#options.server() + session;
  }
}

/** The cipher that the server chose, where the contexts name one: the first and only one of its list. */
function cipherIn(message: Buffer, offset: number, count: number): number {
  let at = offset;
  for (let n = 0; n < Math.min(count, MAX_CONTEXTS); n++) {
    const data = at + SMB2_NEGOTIATE_CONTEXT.size;
    if (data > message.length) return 0;
    const { ContextType, DataLength } = SMB2_NEGOTIATE_CONTEXT.decode(message, at);
    if (ContextType === SMB2_ENCRYPTION_CAPABILITIES)
      return data + 4 <= message.length ? message.readUInt16LE(data + 2) : 0;
    at = (data + DataLength + 7) & ~7;
  }
  return 0;
}
