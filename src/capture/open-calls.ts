/** What is kept of a call until it is answered, by stream and call_id (C706 12.6.3.1). Bounded in all. */
export class OpenCalls<T> {
  readonly #streams = new Map<number, Map<number, T>>();
  readonly #limit: number;
  #size = 0;

  /** A capture of one side never answers any call: beyond `limit` the oldest give way. */
  constructor(limit = 65_536) {
    this.#limit = limit;
  }

  get(stream: number, callId: number): T | undefined {
    return this.#streams.get(stream)?.get(callId);
  }

  /** Returns the call that gives way: the one that had this call_id, or the oldest where there are too many. */
  open(stream: number, callId: number, call: T): T | undefined {
    const before = this.close(stream, callId);
    const calls = this.#streams.get(stream) ?? new Map<number, T>();
    if (calls.size === 0) this.#streams.set(stream, calls);
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
    if (calls.size === 0) this.#streams.delete(stream);
    return call;
  }

  /** The stream has ended: the calls that nobody answered, in their order. */
  end(stream: number): T[] {
    const calls = [...(this.#streams.get(stream)?.values() ?? [])];
    this.#streams.delete(stream);
    this.#size -= calls.length;
    return calls;
  }

  #dropOldest(): T | undefined {
    for (const [stream, calls] of this.#streams) for (const callId of calls.keys()) return this.close(stream, callId);
    return undefined;
  }
}
