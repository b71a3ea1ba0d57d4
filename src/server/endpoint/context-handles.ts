import type { ContextHandle } from '../../codec/ndr/index.js';
import { readUuid } from '../../codec/uuid.js';
import type { RandomBytes } from '../../security/index.js';

/** rpc_x_ss_context_mismatch, C706 N.2: a handle that the server did not give to this association. */
export const CONTEXT_MISMATCH = 0x1c00001a;

interface Held<T> {
  readonly groupId: number;
  readonly state: T;
}

/** The context handles of an interface, C706 6.1.6: state that a client names in a later call of the same association. */
export class ContextHandles<T> {
  readonly #random: RandomBytes;
  readonly #limit: number;
  readonly #held = new Map<string, Held<T>>();

  /** Beyond `limit` the handle that was used longest ago is given up. */
  constructor(random: RandomBytes, limit: number) {
    this.#random = random;
    this.#limit = limit;
  }

  get size(): number {
    return this.#held.size;
  }

  open(groupId: number, state: T): ContextHandle {
    const uuid = readUuid(this.#random(16));
    if (this.#held.size >= this.#limit) this.#held.delete(this.#held.keys().next().value as string);
    this.#held.set(uuid, { groupId, state });
    return { context_handle_uuid: uuid };
  }

  find(groupId: number, { context_handle_uuid: uuid }: ContextHandle): T | undefined {
    const held = this.#held.get(uuid);
    if (held?.groupId !== groupId) return undefined;
    this.#held.delete(uuid);
    this.#held.set(uuid, held);
    return held.state;
  }

  close(groupId: number, { context_handle_uuid: uuid }: ContextHandle): boolean {
    return this.#held.get(uuid)?.groupId === groupId && this.#held.delete(uuid);
  }
}
