/**
 * RC4 with a running key stream. Own code, since OpenSSL 3 ships RC4 only in its legacy provider. Every sealed octet
 * passes through `apply`, so its loop keeps the state in local variables and allocates nothing.
 */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;
  readonly #saved = new Uint8Array(256);
  #savedI = 0;
  #savedJ = 0;

  constructor(key: Uint8Array) {
    if (key.length === 0) throw new RangeError('RC4 needs a key of at least one octet');
    const state = this.#state;
    for (let i = 0; i < 256; i++) state[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const x = state[i] as number;
      j = (j + x + (key[i % key.length] as number)) & 0xff;
      state[i] = state[j] as number;
      state[j] = x;
    }
  }

  /** Encrypts or decrypts `bytes[start..end)` in place. */
  apply(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let at = start; at < end; at++) {
      i = (i + 1) & 0xff;
      const x = state[i] as number;
      j = (j + x) & 0xff;
      const y = state[j] as number;
      state[i] = y;
      state[j] = x;
      bytes[at] = (bytes[at] as number) ^ (state[(x + y) & 0xff] as number);
    }
    this.#i = i;
    this.#j = j;
  }

  /** Remembers the place in the key stream for `restore`; one place only. */
  save(): void {
    this.#saved.set(this.#state);
    this.#savedI = this.#i;
    this.#savedJ = this.#j;
  }

  /** Goes back to the place that `save` remembered. */
  restore(): void {
    this.#state.set(this.#saved);
    this.#i = this.#savedI;
    this.#j = this.#savedJ;
  }
}

/** [MS-NLMP] 6, RC4K: a copy of `data` under a key stream of its own. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const result = Buffer.from(data);
  new Rc4(key).apply(result);
  return result;
}
