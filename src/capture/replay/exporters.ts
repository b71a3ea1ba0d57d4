import { exporterTargets, type Target } from '../../client/bindings.js';
import type { DUALSTRINGARRAY } from '../../codec/dcom/index.js';

type Tree = Readonly<Record<string, unknown>>;

/** Where the object exporters of a server are, as its answers name them: by IPID, through the OXID. */
export class Exporters {
  readonly #oxids = new Map<string, bigint>();
  readonly #targets = new Map<bigint, readonly Target[]>();
  #latest: readonly Target[] = [];

  /** Where an object is called; nobody has said where it is: at the exporter that was named last. */
  targetsOf(ipid: string | undefined): readonly Target[] {
    const oxid = ipid === undefined ? undefined : this.#oxids.get(ipid);
    return (oxid === undefined ? undefined : this.#targets.get(oxid)) ?? this.#latest;
  }

  /** References and bindings, wherever an answer has them. A resolution names the OXID only in its request. */
  learn(input: unknown, answer: unknown): void {
    const { pOxid } = isTree(input) ? input : {};
    this.#search(answer, typeof pOxid === 'bigint' ? pOxid : undefined);
  }

  #search(value: unknown, asked: bigint | undefined): void {
    if (!isTree(value)) return;
    this.#read(value, asked);
    for (const each of Object.values(value)) this.#search(each, asked);
  }

  /** STDOBJREF, customREMOTE_REPLY_SCM_INFO, and the results of RemoteActivation and of the resolutions. */
  #read(value: Tree, asked: bigint | undefined): void {
    const oxid = value.oxid ?? value.Oxid ?? value.pOxid ?? asked;
    if (typeof oxid !== 'bigint') return;
    const ipid = value.ipid ?? value.ipidRemUnknown ?? value.pipidRemUnknown;
    if (typeof ipid === 'string') this.#oxids.set(ipid, oxid);
    const bindings = value.pdsaOxidBindings ?? value.ppdsaOxidBindings;
    if (!isTree(bindings)) return;
    const targets = exporterTargets(bindings as unknown as DUALSTRINGARRAY);
    if (targets.length === 0) return;
    this.#targets.set(oxid, targets);
    this.#latest = targets;
  }
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
