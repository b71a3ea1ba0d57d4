import type { OBJREF } from '../../../codec/dcom/index.js';
import { IConnectionPointContainer, IOPCDataCallback, OPC_RESULT, OPC_STATUS } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import type { ComInterface, ComObject, ObjectCall, ObjectHost } from '../class.js';
import { ConnectionPoint, connectionPointContainer } from '../connection-points.js';
import type { AddressSpace } from './address-space.js';
import { type GroupItem, type ItemState, readCache } from './group-items.js';
import { Subscription } from './subscription.js';

export interface GroupState {
  name: string;
  active: boolean;
  rate: Milliseconds;
  clientHandle: number;
  timeBias: number;
  /** In percent. */
  deadband: number;
  lcid: number;
}

export interface GroupOptions {
  readonly space: AddressSpace;
  readonly host: ObjectHost;
  readonly handle: number;
  readonly state: GroupState;
  /** Whether another group has a name. */
  readonly isTaken: (name: string) => boolean;
  readonly clone: (state: GroupState, from: Group) => Group | undefined;
  /** What it offers to clients beside its connection points. */
  readonly interfaces: (group: Group) => readonly (readonly [iid: string, methods: ComInterface])[];
  /** Items of all groups that may still be added. */
  readonly room: () => number;
  /** The last reference of a client is gone. */
  readonly released: () => void;
}

/** A group of items, which is an object of its own: what a client reads, writes and is told of. */
export class Group {
  readonly handle: number;
  readonly space: AddressSpace;
  readonly host: ObjectHost;
  readonly options: GroupOptions;
  readonly state: GroupState;
  readonly items = new Map<number, GroupItem>();
  readonly object: ComObject;
  readonly point: ConnectionPoint;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #since: Milliseconds;
  enabled = true;
  keepAlive: Milliseconds = 0;
  #lastHandle = 0;
  #timer: { stop(): void } | undefined;
  #gone = false;
  #held = false;

  constructor(options: GroupOptions) {
    this.options = options;
    const { space, host, handle, state } = options;
    this.space = space;
    this.host = host;
    this.handle = handle;
    this.state = state;
    this.#since = host.clock();
    this.point = new ConnectionPoint({
      iid: IOPCDataCallback.uuid,
      container: () => this.object,
      advised: (sink) => {
        const lost = () => void this.point.drop(sink.cookie);
        this.#subscriptions.set(sink.cookie, new Subscription(sink, host.monotonic, lost));
        this.retime();
      },
      unadvised: ({ cookie }) => {
        this.#subscriptions.delete(cookie);
        this.retime();
      },
    });
    const interfaces: ReadonlyMap<string, ComInterface> = new Map([
      ...options.interfaces(this),
      [IConnectionPointContainer.uuid, connectionPointContainer([this.point])],
    ]);
    this.object = {
      name: `group ${state.name}`,
      queryInterface: (iid) => interfaces.get(iid),
      released: () => {
        this.#held = false;
        options.released();
      },
    };
  }

  get now(): Milliseconds {
    return this.host.clock();
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Whether a client has references. */
  get held(): boolean {
    return this.#held;
  }

  /** Hands itself out by one of its interfaces; undefined where it does not have that one. */
  marshal(call: ObjectCall, iid: string): OBJREF | undefined {
    const objref = call.marshal(this.object, iid);
    this.#held ||= objref !== undefined;
    return objref;
  }

  /** The item of a handle, or what to say where there is none. */
  item(handle: number): GroupItem | number {
    return this.items.get(handle) ?? OPC_RESULT.OPC_E_INVALIDHANDLE;
  }

  /** Clients that are told of changes. */
  get subscriptions(): readonly Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** When the cache was updated last: the update rate counts from the group's beginning. */
  get updated(): Milliseconds {
    const { rate } = this.state;
    return this.#since + Math.floor((this.now - this.#since) / rate) * rate;
  }

  add(item: Omit<GroupItem, 'handle' | 'deadband'>): GroupItem {
    const added: GroupItem = { ...item, handle: ++this.#lastHandle, deadband: undefined };
    this.items.set(added.handle, added);
    return added;
  }

  cached(each: GroupItem): ItemState {
    return readCache(this.space, each, this.updated, this.state.active);
  }

  /** Asks for another rate, and gives what it came to. */
  setRate(requested: Milliseconds): Milliseconds {
    this.state.rate = revised(requested, this.space.data.rate);
    this.retime();
    return this.state.rate;
  }

  /** Everything is told anew: the group was activated, or enabled. */
  restart(): void {
    for (const each of this.#subscriptions.values()) each.forget();
    this.retime();
  }

  /** A timer runs while there is somebody to be told. */
  retime(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    if (this.#gone || !this.state.active || !this.enabled || this.#subscriptions.size === 0) return;
    this.#timer = this.host.timers.every(this.state.rate, () => this.#update());
  }

  /** Gives back what it holds of its clients, and tells them nothing any more. */
  dispose(): void {
    this.#gone = true;
    this.retime();
    this.items.clear();
    void this.point.close();
  }

  #update(): void {
    const { now } = this;
    if (this.space.losesCallbacks(now) || this.space.state(now) !== OPC_STATUS.RUNNING) return;
    const { clientHandle, deadband } = this.state;
    const subscribed = {
      clientHandle,
      deadband,
      keepAlive: this.keepAlive,
      items: [...this.items.values()],
      sample: (each: GroupItem) => this.cached(each),
    };
    for (const each of this.#subscriptions.values()) each.update(subscribed);
  }
}

/** The next slower rate that the server has; 0 asks for the fastest. */
export const revised = (requested: Milliseconds, fastest: Milliseconds): Milliseconds =>
  Math.max(1, Math.ceil(requested / fastest)) * fastest;
