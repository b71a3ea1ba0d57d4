import { AgedMap, Allowance } from '../../rpc/index.js';

/** What is kept of a call until it is answered, by stream and call_id (C706 12.6.3.1). Bounded in all. */
export class OpenCalls<T> {
  readonly #streams = new Map<number, AgedMap<number, T>>();
  readonly #allowance: Allowance<number, T>;
  #dropped: T | undefined;
  /** The last map that ran empty: most streams have one call open at a time, so it is soon needed again. */
  #spare: AgedMap<number, T> | undefined;

  /** A capture of one side never answers any call: beyond `limit` the oldest of all streams give way. */
  constructor(limit = 65_536) {
    this.#allowance = new Allowance(limit, (call) => {
      this.#dropped = call;
    });
  }

  get(stream: number, callId: number): T | undefined {
    return this.#streams.get(stream)?.get(callId);
  }

  /** Returns the call that gives way: the one that had this call_id, or the oldest where there are too many. */
  open(stream: number, callId: number, call: T): T | undefined {
    let calls = this.#streams.get(stream);
    if (calls === undefined) {
      calls = this.#spare ?? new AgedMap(this.#allowance);
      this.#spare = undefined;
      this.#streams.set(stream, calls);
    }
    const before = calls.delete(callId);
    this.#dropped = undefined;
    calls.set(callId, call);
    return before ?? this.#dropped;
  }

  close(stream: number, callId: number): T | undefined {
    const calls = this.#streams.get(stream);
    const call = calls?.delete(callId);
    if (calls?.size === 0) {
      this.#streams.delete(stream);
      this.#spare = calls;
    }
    return call;
  }

  /** The stream has ended: the calls that nobody answered, in their order. */
  end(stream: number): T[] {
    const open = this.#streams.get(stream);
    if (open === undefined) return [];
    const calls = open.values();
    open.clear();
    this.#streams.delete(stream);
    return calls;
  }
}
