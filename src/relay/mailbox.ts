interface Taker<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

/** Items in the order in which they were put, for whoever takes next; after `fail` there are none. */
export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #takers: Taker<T>[] = [];
  #failure: Error | undefined;

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker.resolve(item);
  }

  take(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift() as T);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
    });
  }

  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#takers.splice(0)) reject(this.#failure);
  }
}
