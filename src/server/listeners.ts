import type { Logger } from 'pino';
import type { LogListeners } from './activation/log.js';
import type { EndpointObserver } from './endpoint/endpoint.js';

/**
 * Calls the listeners of the user of a server. An error that one throws is logged and changes no answer; the first of
 * it is kept for `close` to throw, as is what a class of the user's throws.
 */
export class Listeners {
  readonly #logger: Logger;
  #mistake: { readonly error: unknown } | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Keeps what was thrown by something that the user handed in. */
  readonly note = (error: unknown): void => {
    this.#mistake ??= { error };
  };

  /** Throws what was thrown first, if anything was. */
  rethrow(): void {
    if (this.#mistake !== undefined) throw this.#mistake.error;
  }

  /** The same functions, none of which throws. */
  guardLog(told: LogListeners): LogListeners {
    return {
      onActivation: this.guard(told.onActivation),
      onEvent: this.guard(told.onEvent),
      onInvocation: this.guard(told.onInvocation),
      onRefusedCall: this.guard(told.onRefusedCall),
      onFailedLogon: this.guard(told.onFailedLogon),
      onCallBack: this.guard(told.onCallBack),
    };
  }

  /** The same observer, none of whose functions throws. */
  guardObserver(told: EndpointObserver): EndpointObserver {
    return {
      connected: this.guard(told.connected?.bind(told)),
      association: this.guard(told.association?.bind(told)),
      octets: this.guard(told.octets?.bind(told)),
      answering: this.guard(told.answering?.bind(told)),
      disconnected: this.guard(told.disconnected?.bind(told)),
    };
  }

  /** The same function, which does not throw. */
  guard<A extends unknown[]>(listener: ((...told: A) => void) | undefined): (...told: A) => void {
    return (...told) => {
      try {
        listener?.(...told);
      } catch (error) {
        this.note(error);
        this.#logger.error({ err: error }, 'a listener of the server threw');
      }
    };
  }
}
