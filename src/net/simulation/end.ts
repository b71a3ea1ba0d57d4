import type { Channel, ChannelEvents, Endpoint } from '../channel.js';
import type { Stoppable } from '../timers.js';

export interface EndOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Undefined where no more comes. */
  readonly transmit: (bytes: Buffer | undefined) => void;
  /** Once it has waited long enough for its peer to close as well. */
  readonly givesUp: (run: () => void) => Stoppable;
}

/** What one of the two hosts has of the connection. */
export class End implements Channel {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  events: ChannelEvents | undefined;
  /** Its owner was told that it is closed. */
  told = false;
  readonly #options: EndOptions;
  /** It has no more to send. */
  #finished = false;
  #patience: Stoppable | undefined;

  constructor(options: EndOptions) {
    this.#options = options;
    this.local = options.local;
    this.remote = options.remote;
  }

  /** The octets are copied: sender and receiver may both go on using theirs. */
  send(bytes: Uint8Array): void {
    if (!this.#finished && bytes.length > 0) this.#options.transmit(Buffer.from(bytes));
  }

  end(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#patience = this.#options.givesUp(() => this.tellClosed());
    this.#options.transmit(undefined);
  }

  destroy(): void {
    this.end();
    queueMicrotask(() => this.tellClosed());
  }

  receive(bytes: Buffer): void {
    if (!this.told) this.events?.data(bytes);
  }

  abort(error: Error): void {
    this.#finished = true;
    queueMicrotask(() => this.tellClosed(error));
  }

  tellClosed(error?: Error): void {
    if (this.told) return;
    this.told = true;
    this.#patience?.stop();
    this.events?.closed(error);
  }
}
