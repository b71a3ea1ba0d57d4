/** RFC 6335 6: the dynamic ports, which Windows takes for both ends; its RPC servers begin above those of the system. */
const FIRST = 49_152;
const LAST = 65_535;
const FIRST_LISTENING = 49_664;

/** The ports that a host gives out, in their order; after the last one those that are free again. */
export class Ports {
  #connecting = FIRST;
  #listening = FIRST_LISTENING;

  /** For the next connection that the host opens. */
  connecting(isTaken: (port: number) => boolean): number {
    const port = next(this.#connecting, FIRST, isTaken);
    this.#connecting = port + 1;
    return port;
  }

  /** For the next listener that takes any port. */
  listening(isTaken: (port: number) => boolean): number {
    const port = next(this.#listening, FIRST_LISTENING, isTaken);
    this.#listening = port + 1;
    return port;
  }
}

/** Throws `RangeError` where none is free. */
function next(from: number, first: number, isTaken: (port: number) => boolean): number {
  const count = LAST - first + 1;
  for (let n = 0; n < count; n++) {
    const port = first + ((from - first + n) % count);
    if (!isTaken(port)) return port;
  }
  throw new RangeError('every dynamic port is taken');
}
