/** A peer can send bad tokens for ever; the first say enough. */
const MAX_NOTES = 32;

/** What a sniffer has to say of a handshake. */
export class Notes {
  readonly #texts: string[] = [];

  add(text: string): void {
    if (this.#texts.length < MAX_NOTES) this.#texts.push(text);
  }

  get all(): readonly string[] {
    return [...this.#texts];
  }
}
