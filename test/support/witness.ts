import type { CallSecurity } from '../../src/rpc/index.js';
import type { EndpointObserver } from '../../src/server/endpoint/endpoint.js';

/** What a client really did on its connections, as this side of the wire saw it. */
export interface Seen {
  /** `RPC_C_AUTHN_*` and level of each security context. */
  readonly securities: CallSecurity[];
  /** Transfer syntaxes of the contexts that were accepted. */
  readonly syntaxes: Set<string>;
  /** Byte orders of the PDUs that opened a connection. */
  readonly byteOrders: Set<'little' | 'big'>;
  readonly faults: number[];
  readonly failures: string[];
}

const BIND = 11;

/** Watches a server, so that a test can tell that a peer did what its options promise. */
export class Witness {
  #seen = nothing();

  readonly observer: EndpointObserver = {
    association: (event) => {
      const { securities, syntaxes, faults, failures } = this.#seen;
      if (event.type === 'authenticated') securities.push(event.security);
      if (event.type === 'authentication-failed') failures.push(event.why);
      if (event.type === 'bind_nak') failures.push(event.why);
      if (event.type === 'fault') faults.push(event.status);
      if (event.type === 'bound' || event.type === 'altered')
        for (const context of event.contexts) syntaxes.add(context.transferSyntax);
    },
    octets: (from, bytes) => {
      if (from === 'client' && bytes[0] === 5 && bytes[2] === BIND)
        this.#seen.byteOrders.add(((bytes[4] ?? 0) & 0x10) === 0 ? 'big' : 'little');
    },
  };

  /** What was seen since it was asked last. */
  take(): Seen {
    const seen = this.#seen;
    this.#seen = nothing();
    return seen;
  }
}

const nothing = (): Seen => ({
  securities: [],
  syntaxes: new Set(),
  byteOrders: new Set(),
  faults: [],
  failures: [],
});
