/** The parts of a capture that were passed over, and why. */
export interface PassedOver {
  readonly what: string;
  count: number;
  readonly file: string;
  /** The first. */
  readonly frame: number;
  /** Something that is looked for may be in it. */
  readonly uncertain: boolean;
}

/** What `Understood` counts, and what it passes over; what it can do is no state. */
export type UnderstoodState = Omit<Understood, 'certain' | 'pass' | 'add'>;

/** The same as a plain value, which can be handed to another thread or process. */
export const understoodState = (understood: UnderstoodState): UnderstoodState => {
  const { packets, ip, tcp, connections, rpc, pdus, passedOver } = understood;
  return { packets, ip, tcp, connections, rpc, pdus, passedOver };
};

/** What was understood of a capture, layer by layer. */
export class Understood {
  packets = 0;
  ip = 0;
  tcp = 0;
  connections = 0;
  /** Connections with DCE/RPC. */
  rpc = 0;
  pdus = 0;
  readonly #passedOver = new Map<string, PassedOver>();

  get passedOver(): readonly PassedOver[] {
    return [...this.#passedOver.values()];
  }

  /** Nothing that was passed over can hide what is looked for. */
  get certain(): boolean {
    return this.passedOver.every(({ uncertain }) => !uncertain);
  }

  pass(
    what: string,
    { file, frame }: { readonly file: string; readonly frame: number },
    uncertain = true,
    count = 1,
  ): void {
    const before = this.#passedOver.get(what);
    if (before === undefined) this.#passedOver.set(what, { what, count, file, frame, uncertain });
    else before.count += count;
  }

  /** Of captures that were read one after the other. */
  add(other: UnderstoodState): void {
    for (const layer of ['packets', 'ip', 'tcp', 'connections', 'rpc', 'pdus'] as const) this[layer] += other[layer];
    for (const each of other.passedOver) this.pass(each.what, each, each.uncertain, each.count);
  }
}
