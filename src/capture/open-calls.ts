/** What is kept of a call until it is answered, by stream and call_id (C706 12.6.3.1). Bounded in all. */
export class OpenCalls<T> {
  readonly #streams = new Map<number, Map<number, T>>();
  readonly #limit: number;
  #size = 0;
  /** The last map that ran empty: most streams have one call open at a time, so it is soon needed again. */
  #spare: Map<number, T> | undefined;

  /** A capture of one side never answers any call: beyond `limit` the oldest give way. */
  constructor(limit = 65_536) {
    this.#limit = limit;
  }

  get(stream: number, callId: number): T | undefined {
    return this.#streams.get(stream)?.get(callId);
  }

  /** Returns the call that gives way: the one that had this call_id, or the oldest where there are too many. */
  open(stream: number, callId: number, call: T): T | undefined {
    let calls = this.#streams.get(stream);
    const before = calls?.get(callId);
    if (before !== undefined) {
      calls?.delete(callId);
      this.#size--;
    }
    if (calls === undefined) {
      calls = this.#spare ?? new Map<number, T>();
      this.#spare = undefined;
      this.#streams.set(stream, calls);
    }
    calls.set(callId, call);
    this.#size++;
    return before ?? (this.#size > this.#limit ? this.#dropOldest() : undefined);
  }

  close(stream: number, callId: number): T | undefined {
    const calls = this.#streams.get(stream);
    const call = calls?.get(callId);
    if (calls === undefined || call === undefined) return undefined;
    calls.delete(callId);
    this.#size--;
    if (calls.size === 0) {
      this.#streams.delete(stream);
      this.#spare = calls;
    }
    return call;
  }

  /** The stream has ended: the calls that nobody answered, in their order. */
  end(stream: number): T[] {
    const open = this.#streams.get(stream);
    if (open === undefined) return [];
    const calls = [...open.values()];
    this.#streams.delete(stream);
    this.#size -= calls.length;
    return calls;
  }

  #dropOldest(): T | undefined {
    for (const [stream, calls] of this.#streams) for (const callId of calls.keys()) return this.close(stream, callId);
    return undefined;
  }
}
