import type { Endpoint } from '../../codec/inet/address.js';
import type { Direction } from '../stream/connection.js';

/** A protocol that is not RPC, in which clients authenticate by the mechanisms that RPC uses. */
export type LogonTransport = 'smb' | 'http' | 'ldap';

/** What one side says to authenticate; octets are there only while a consumer takes it. */
export type LogonMessage =
  /** A message of NTLM, a token of SPNEGO, or one of Kerberos with its GSS-API frame or without. */
  | { readonly kind: 'token'; readonly octets: Uint8Array }
  /** The challenge of SMB1 without extended security ([MS-CIFS] 2.2.4.52.2), which no message of NTLM is around. */
  | { readonly kind: 'challenge'; readonly ServerChallenge: Uint8Array }
  /** The answer to it ([MS-CIFS] 2.2.4.53.1). */
  | {
      readonly kind: 'responses';
      readonly LmChallengeResponse: Uint8Array;
      readonly NtChallengeResponse: Uint8Array;
      readonly domain: string;
      readonly user: string;
    };

/** Which logon of a connection a message belongs to, and where it was. */
export interface LogonPlace {
  /** Whose message it is, on which connection. */
  readonly direction: Direction;
  /** The packet with its last octet, and when that was captured. */
  readonly frame: number;
  /** Since 1970. */
  readonly seconds: number;
  /** Of that second. */
  readonly nanoseconds: number;
  /** Tells the logons of one connection apart: the same text for all messages of one, such as the SessionId of SMB2. */
  readonly exchange: string;
  /** What the client means to reach, as its protocol names it: the host of a URL, `\\server\share`. */
  readonly target?: string | undefined;
}

/** A message of authentication in another protocol than RPC. */
export class SeenLogon {
  /** Which protocol carries it. */
  readonly transport: LogonTransport;
  /** The name of the file that `frame` is in. */
  readonly file: string;
  /** What is said. */
  readonly message: LogonMessage;
  /** The packet with its last octet, as tshark numbers `frame.number`. */
  readonly frame: number;
  /** When that was captured, since 1970. */
  readonly seconds: number;
  /** Of that second. */
  readonly nanoseconds: number;
  /** As in `LogonPlace`. */
  readonly exchange: string;
  /** As in `LogonPlace`. */
  readonly target: string | undefined;
  readonly #direction: Direction;

  constructor(transport: LogonTransport, file: string, place: LogonPlace, message: LogonMessage) {
    this.transport = transport;
    this.file = file;
    this.message = message;
    this.#direction = place.direction;
    this.frame = place.frame;
    this.seconds = place.seconds;
    this.nanoseconds = place.nanoseconds;
    this.exchange = place.exchange;
    this.target = place.target;
  }

  /** The TCP stream, numbered as tshark's `tcp.stream`. */
  get stream(): number {
    return this.#direction.connection.stream;
  }

  /** Which side says it. */
  get direction(): 'toServer' | 'toClient' {
    return this.#direction.toServer ? 'toServer' : 'toClient';
  }

  /** Who authenticates. */
  get client(): Endpoint {
    return this.#direction.toServer ? this.#direction.source : this.#direction.destination;
  }

  /** Whom he talks to. */
  get server(): Endpoint {
    return this.#direction.toServer ? this.#direction.destination : this.#direction.source;
  }
}

/** Takes the logons of one connection, and keeps all that is to be kept of them. */
export interface LogonConsumer {
  /** The next message; its octets are there only during the call. */
  logon(seen: SeenLogon): void;
  /** The connection has ended, or gives way where too many are open. */
  end?(): void;
}

/** Begins to take the logons of a connection, with its first message. */
export type OpenLogons = () => LogonConsumer;

/** What the connections of a capture need to tell of their logons. */
export interface LogonOptions {
  readonly open: OpenLogons;
  /** The file that is read. */
  readonly file: () => string;
}

/** The logons of one connection: what a protocol tells is handed on to a consumer, which is opened with the first. */
export class Logons {
  readonly #options: LogonOptions;
  readonly #transport: LogonTransport;
  #consumer: LogonConsumer | undefined;

  constructor(options: LogonOptions, transport: LogonTransport) {
    this.#options = options;
    this.#transport = transport;
  }

  /** A logon was seen: the connection is to be kept where there is no room for all. */
  get any(): boolean {
    return this.#consumer !== undefined;
  }

  take(place: LogonPlace, message: LogonMessage): void {
    this.#consumer ??= this.#options.open();
    this.#consumer.logon(new SeenLogon(this.#transport, this.#options.file(), place, message));
  }

  /** The connection has ended. */
  end(): void {
    this.#consumer?.end?.();
    this.#consumer = undefined;
  }
}
