/** RFC 6335 6: the dynamic ports, which Windows takes for both ends; its RPC servers begin above those of the system. */
const FIRST = 49_152;
const LAST = 65_535;
const FIRST_LISTENING = 49_664;

/** The ports that a host gives out, in their order; after the last one those that are free again. */
export class Ports {
  #connecting = FIRST;
  #listening = FIRST_LISTENING;

  /** For the next connection that the host opens. Undefined where none is free. */
  connecting(isTaken: (port: number) => boolean): number | undefined {
    const port = next(this.#connecting, FIRST, isTaken);
    if (port !== undefined) this.#connecting = port + 1;
    return port;
  }

  /** For the next listener that takes any port. Undefined where none is free. */
  listening(isTaken: (port: number) => boolean): number | undefined {
    const port = next(this.#listening, FIRST_LISTENING, isTaken);
    if (port !== undefined) this.#listening = port + 1;
    return port;
  }
}

function next(from: number, first: number, isTaken: (port: number) => boolean): number | undefined {
  const count = LAST - first + 1;
  for (let n = 0; n < count; n++) {
    const port = first + ((from - first + n) % count);
    if (!isTaken(port)) return port;
  }
  return undefined;
}
