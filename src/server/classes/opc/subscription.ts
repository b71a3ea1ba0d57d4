import { IOPCDataCallback } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { CallBackFailed } from '../class.js';
import type { Sink } from '../connection-points.js';
import { type Changed, dataOf } from './callback-data.js';
import { type GroupItem, type ItemState, isChange } from './group-items.js';

/** What a subscription needs of its group. */
export interface Subscribed {
  readonly clientHandle: number;
  readonly deadband: number;
  readonly keepAlive: Milliseconds;
  readonly items: Iterable<GroupItem>;
  sample(each: GroupItem): ItemState;
}

/**
 * One client that is told of changes: which values it was told last. One call at a time: while a client has not answered,
 * changes gather in the items themselves, so that a slow client costs no memory and misses no last value.
 */
export class Subscription {
  readonly sink: Sink;
  readonly #monotonic: () => Milliseconds;
  readonly #lost: (sink: Sink) => void;
  readonly #told = new Map<GroupItem, ItemState>();
  /** Calls that are not answered yet. */
  #outstanding = 0;
  #calledAt: Milliseconds;

  constructor(sink: Sink, monotonic: () => Milliseconds, lost: (sink: Sink) => void) {
    this.sink = sink;
    this.#monotonic = monotonic;
    this.#calledAt = monotonic();
    this.#lost = lost;
  }

  /** Forgets what was told, so that all of it is told again. */
  forget(items?: Iterable<GroupItem>): void {
    if (items === undefined) this.#told.clear();
    else for (const each of items) this.#told.delete(each);
  }

  /** Tells what has changed since the last time, or that the group still lives. */
  update(group: Subscribed): void {
    if (this.#outstanding > 0) return;
    const changes: Changed[] = [];
    for (const each of group.items) {
      if (!each.active) continue;
      const state = group.sample(each);
      if (!isChange(each.item, this.#told.get(each), state, each.deadband ?? group.deadband)) continue;
      this.#told.set(each, state);
      changes.push({ each, state });
    }
    const silent = group.keepAlive > 0 && this.#monotonic() - this.#calledAt >= group.keepAlive;
    if (changes.length > 0 || silent) this.send('OnDataChange', dataOf(0, group.clientHandle, changes));
  }

  /** Makes a call of IOPCDataCallback. A client that is gone is forgotten; one that faults is called again. */
  send<M extends keyof typeof IOPCDataCallback.methods>(method: M, input: Parameters<typeof callOf>[2]): void {
    this.#outstanding++;
    this.#calledAt = this.#monotonic();
    void callOf(this.sink, method, input)
      .catch((error: unknown) => {
        if (!(error instanceof CallBackFailed)) throw error;
        if (isGone(error)) this.#lost(this.sink);
      })
      .finally(() => {
        this.#outstanding--;
      });
  }
}

const callOf = (sink: Sink, method: keyof typeof IOPCDataCallback.methods, input: object): Promise<unknown> => {
  const operation = IOPCDataCallback.methods[method];
  return sink.remote.call(
    IOPCDataCallback,
    operation as typeof IOPCDataCallback.methods.OnCancelComplete,
    input as never,
  );
};

/** No answer will ever come: the way there is gone, or the object is. */
const isGone = ({ outcome }: CallBackFailed): boolean =>
  outcome.refusedBy === 'transport' || outcome.status === HRESULT.RPC_E_DISCONNECTED;
