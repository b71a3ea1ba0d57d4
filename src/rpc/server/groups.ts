import type { RandomBytes } from '../../security/provider.js';

/** The connections of one association, [MS-RPCE] 3.3.1.1.1. */
export interface AssociationGroup {
  readonly id: number;
  /** [MS-RPCE] 3.3.1.5.7: only connections from this address may join. */
  readonly clientAddress: string;
  connections: number;
}

/** The associations of one endpoint: ids that connections can join, forgotten with their last connection. */
export class AssociationGroups {
  readonly #groups = new Map<number, AssociationGroup>();
  readonly #random: RandomBytes;

  constructor(random: RandomBytes) {
    this.#random = random;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** A new association for `id` 0, else the existing one; undefined where there is none, or it is another machine's. */
  join(id: number, clientAddress: string): AssociationGroup | undefined {
    if (id === 0) return this.#create(clientAddress);
    const group = this.#groups.get(id);
    if (group === undefined || group.clientAddress !== clientAddress) return undefined;
    group.connections++;
    return group;
  }

  leave(group: AssociationGroup): void {
    group.connections--;
    if (group.connections === 0) this.#groups.delete(group.id);
  }

  #create(clientAddress: string): AssociationGroup {
    const bytes = this.#random(4);
    let id = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    while (id === 0 || this.#groups.has(id)) id = (id + 1) >>> 0;
    const group: AssociationGroup = { id, clientAddress, connections: 1 };
    this.#groups.set(id, group);
    return group;
  }
}
