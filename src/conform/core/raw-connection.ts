import { CodecError } from '../../codec/error.js';
import { commonHeader, decodePdu, encodePdu, type Pdu } from '../../codec/rpce/index.js';
import type { Accept, Channel, Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import type { ConnectTarget } from '../../net/network.js';
import { PduAssembler } from '../../rpc/core/assembler.js';
import type { Milliseconds } from '../../security/index.js';
import { pduText } from './wire.js';

/** What comes next on a connection. */
export type Received =
  | { readonly kind: 'pdu'; readonly pdu: Pdu; readonly bytes: Buffer }
  /** A fragment that does not decode, or the beginning of one that never ended. */
  | { readonly kind: 'unreadable'; readonly bytes: Buffer; readonly why: string }
  /** The peer ended the connection; `error` where not in order. */
  | { readonly kind: 'closed'; readonly error: Error | undefined }
  /** Nothing came in time. */
  | { readonly kind: 'silence'; readonly milliseconds: Milliseconds };

/** What is sent: a PDU, encoded with the lengths and counts that it gives, or octets as they are. */
export type Sendable = Pdu | Uint8Array;

export interface RawConnectionOptions extends Pick<Environment, 'timers'> {
  /** How long `receive` waits where nobody says. */
  readonly patience: Milliseconds;
  /** Told of each PDU, and of octets that are no PDU. */
  readonly wire?: (from: 'client' | 'server', bytes: Uint8Array) => void;
  /** Which end this is; `client` where absent. */
  readonly end?: 'client' | 'server';
}

/** PDUs that may wait to be received, and their octets, so that a peer that never stops costs no memory. */
const MOST_WAITING = 4_096;
const MOST_OCTETS = 16 * 1024 * 1024;

/**
 * One connection without any rules: whatever is sent goes out, whatever comes in is handed over PDU by PDU. For either
 * end: `accept` joins it to a channel.
 */
export class RawConnection {
  readonly #options: RawConnectionOptions;
  readonly #assembler = new PduAssembler();
  readonly #arrived: Received[] = [];
  #octets = 0;
  #waiting: ((received: Received) => void) | undefined;
  #channel: Channel | undefined;
  #closed: Extract<Received, { kind: 'closed' }> | undefined;
  #tellEnded: () => void = () => undefined;
  /** Settles when the connection has ended, by whomever. */
  readonly ended = new Promise<void>((resolve) => {
    this.#tellEnded = resolve;
  });

  constructor(options: RawConnectionOptions) {
    this.#options = options;
  }

  /** Rejects with `TransportError` where there is no connection to be had. */
  static async open(
    target: ConnectTarget,
    { network, ...options }: RawConnectionOptions & Pick<Environment, 'network'>,
  ): Promise<RawConnection> {
    const connection = new RawConnection(options);
    await network.connect(target, connection.accept, options.patience);
    return connection;
  }

  /** Makes a channel the one of this connection. */
  readonly accept: Accept = (channel) => {
    this.#channel = channel;
    return { data: (bytes) => this.#data(bytes), closed: (error) => this.#end(error) };
  };

  get local(): Endpoint {
    return (this.#channel as Channel).local;
  }

  get remote(): Endpoint {
    return (this.#channel as Channel).remote;
  }

  /** Whether the peer has ended the connection. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  send(...what: readonly Sendable[]): void {
    for (const each of what) {
      const bytes = each instanceof Uint8Array ? each : encodePdu(each);
      this.#options.wire?.(this.#options.end ?? 'client', bytes);
      this.#channel?.send(bytes);
    }
  }

  /** The next PDU, or what comes instead of one within so many milliseconds. */
  receive(milliseconds: Milliseconds = this.#options.patience): Promise<Received> {
    const arrived = this.#arrived.shift();
    this.#octets -= octetsOf(arrived);
    const next = arrived ?? this.#closed;
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => {
      const timer = this.#options.timers.after(milliseconds, () => {
        this.#waiting = undefined;
        resolve({ kind: 'silence', milliseconds });
      });
      this.#waiting = (received) => {
        this.#waiting = undefined;
        timer.stop();
        resolve(received);
      };
    });
  }

  /** Sends, and receives what comes next. */
  exchange(...what: readonly Sendable[]): Promise<Received> {
    this.send(...what);
    return this.receive();
  }

  /** Sends what waits, then closes. */
  close(): void {
    this.#channel?.end();
  }

  /** Closes at once. */
  destroy(): void {
    this.#channel?.destroy();
  }

  #data(bytes: Buffer): void {
    this.#assembler.push(bytes);
    for (let pdu = this.#assembler.next(); pdu !== undefined; pdu = this.#assembler.next()) {
      this.#options.wire?.(this.#options.end === 'server' ? 'client' : 'server', pdu);
      this.#tell(readable(Buffer.from(pdu)));
    }
  }

  #end(error: Error | undefined): void {
    if (this.#assembler.pending > 0) {
      const why = `${this.#assembler.pending} octets of a PDU that never ended`;
      this.#tell({ kind: 'unreadable', bytes: Buffer.alloc(0), why });
    }
    this.#closed = { kind: 'closed', error };
    this.#waiting?.(this.#closed);
    this.#tellEnded();
  }

  #tell(received: Received): void {
    if (this.#waiting !== undefined) this.#waiting(received);
    else if (this.#arrived.length < MOST_WAITING && this.#octets < MOST_OCTETS) {
      this.#octets += octetsOf(received);
      this.#arrived.push(received);
    } else this.#channel?.destroy();
  }
}

const octetsOf = (received: Received | undefined): number =>
  received !== undefined && 'bytes' in received ? received.bytes.length : 0;

function readable(bytes: Buffer): Received {
  try {
    if (bytes.length < commonHeader.size) throw new CodecError('SHORT', 'PDU', 0, `${bytes.length} octets`);
    return { kind: 'pdu', pdu: decodePdu(bytes), bytes };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { kind: 'unreadable', bytes, why: error.message };
  }
}

/** What came, in a few words for a report. */
export function receivedText(received: Received): string {
  switch (received.kind) {
    case 'pdu':
      return pduText(received.pdu);
    case 'unreadable':
      return `what is no PDU: ${received.why}`;
    case 'closed':
      return received.error === undefined
        ? 'the connection was closed'
        : `the connection broke: ${received.error.message}`;
    case 'silence':
      return `no answer within ${received.milliseconds} ms`;
  }
}
