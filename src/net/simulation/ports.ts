/** RFC 6335 6: the dynamic ports, which Windows takes for both ends; its RPC servers begin above those of the system. */
const FIRST = 49_152;
const LAST = 65_535;
const FIRST_LISTENING = 49_664;

/** The ports that a host gives out, in their order. */
export class Ports {
  #connecting = FIRST;
  #listening = FIRST_LISTENING;

  /** For the next connection that the host opens. */
  connecting(): number {
    const port = this.#connecting;
    this.#connecting = port === LAST ? FIRST : port + 1;
    return port;
  }

  /** For the next listener that takes any port. */
  listening(isTaken: (port: number) => boolean): number {
    while (isTaken(this.#listening)) this.#listening++;
    return this.#listening++;
  }
}
