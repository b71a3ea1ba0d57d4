import { type VARIANT, VT_ARRAY, VT_EMPTY, variant } from '../../../codec/oaut/index.js';
import { OPC_ACCESS, OPC_QUALITY, OPC_RESULT, OPC_STATUS } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { converted, scalarAs } from './conversion.js';
import { type FaultData, type ItemData, type OpcServerData, TYPES } from './schema.js';
import { seedOf, valueAt } from './signal.js';
import { wildcards } from './wildcards.js';

/** What an item was at one moment. */
export interface Sample {
  readonly value: VARIANT;
  readonly quality: number;
  readonly time: Milliseconds;
}

/** One item of an address space. */
export interface SpaceItem {
  readonly id: string;
  readonly data: ItemData;
  /** The canonical data type, VT_*. */
  readonly type: number;
  /** OPC_ACCESS. */
  readonly rights: number;
}

interface Fault extends FaultData {
  readonly concerns: (id: string) => boolean;
}

const RIGHTS = {
  read: OPC_ACCESS.READABLE,
  write: OPC_ACCESS.WRITEABLE,
  'read-write': OPC_ACCESS.READABLE | OPC_ACCESS.WRITEABLE,
} as const;

/** The items of a simulated server: what they are at any moment, what was written to them, and what is wrong. */
export class AddressSpace {
  readonly data: OpcServerData;
  readonly items: ReadonlyMap<string, SpaceItem>;
  readonly #written = new Map<string, Sample>();
  readonly #faults: Fault[] = [];
  readonly #watching = new Set<(at: Milliseconds, reason: string) => void>();
  #start: Milliseconds | undefined;

  constructor(data: OpcServerData) {
    this.data = data;
    this.items = new Map(
      Object.entries(data.items).map(([id, item]) => [
        id,
        { id, data: item, type: typeOf(item.type), rights: RIGHTS[item.access] },
      ]),
    );
    for (const fault of data.faults) this.fault(fault);
  }

  /** Since when its signals run; the first moment that anybody asks for something. */
  begin(now: Milliseconds): Milliseconds {
    this.#start ??= now;
    return this.#start;
  }

  /** Something that goes wrong at `at`, counted from the beginning. */
  fault(fault: FaultData): void {
    const filters = fault.items.map((pattern) => wildcards(pattern));
    this.#faults.push({ ...fault, concerns: (id) => filters.some((fits) => fits?.(id)) });
    if (fault.shutdown !== undefined) for (const watch of this.#watching) watch(fault.at, fault.shutdown);
  }

  sample(item: SpaceItem, now: Milliseconds): Sample {
    const start = this.begin(now);
    const quality = this.#active(now, item.id).find((fault) => fault.quality !== undefined)?.quality;
    const written = this.#written.get(item.id);
    if (written !== undefined) return quality === undefined ? written : { ...written, quality: OPC_QUALITY[quality] };
    const { value, since } = valueAt(item.data.value, Math.max(0, now - start), seedOf(this.data.seed, item.id));
    return {
      value: ownVariant(value, item.type),
      quality: OPC_QUALITY[quality ?? item.data.quality],
      time: start + since,
    };
  }

  /** Returns the result. A value that is written stays, whatever the item did before. */
  write(item: SpaceItem, value: VARIANT | null, now: Milliseconds, quality?: number, time: Milliseconds = now): number {
    if ((item.rights & OPC_ACCESS.WRITEABLE) === 0) return OPC_RESULT.OPC_E_BADRIGHTS;
    if (value === null || value.vt === VT_EMPTY) return OPC_RESULT.OPC_E_BADTYPE;
    const own = converted(value, item.type);
    if ('hresult' in own) return own.hresult;
    this.#written.set(item.id, { value: own.value, quality: quality ?? OPC_QUALITY.GOOD, time });
    return HRESULT.S_OK;
  }

  /** How long the device takes for an answer about an item now. */
  delay(id: string, now: Milliseconds): Milliseconds {
    return Math.max(0, ...this.#active(now, id).map(({ delay = 0 }) => delay));
  }

  losesCallbacks(now: Milliseconds): boolean {
    return this.#active(now).some(({ callbacks }) => callbacks === 'lost');
  }

  /** OPC_STATUS. */
  state(now: Milliseconds): number {
    const { state } = this.#active(now).find((fault) => fault.state !== undefined) ?? {};
    return state === undefined ? OPC_STATUS.RUNNING : OPC_STATUS[state];
  }

  /** Tells when clients are to be asked to let go, also of what is added later, until what this gives is called. */
  watchShutdowns(watch: (at: Milliseconds, reason: string) => void): () => void {
    for (const { at, shutdown } of this.#faults) if (shutdown !== undefined) watch(at, shutdown);
    this.#watching.add(watch);
    return () => void this.#watching.delete(watch);
  }

  #active(now: Milliseconds, id?: string): Fault[] {
    const elapsed = now - this.begin(now);
    return this.#faults.filter(
      ({ at, for: lasts = Number.POSITIVE_INFINITY, concerns }) =>
        elapsed >= at && elapsed < at + lasts && (id === undefined || concerns(id)),
    );
  }
}

const typeOf = (name: string): number => {
  const element = TYPES[name.replace(/\[\]$/, '') as keyof typeof TYPES];
  return name.endsWith('[]') ? element | VT_ARRAY : element;
};

/** A value of the data as the type of its item; one that cannot be it is nothing. */
function ownVariant(value: Parameters<typeof scalarAs>[0], type: number): VARIANT {
  if ((type & VT_ARRAY) !== 0) {
    const elements = (Array.isArray(value) ? value : [value]).map((each) => scalarAs(each, type & ~VT_ARRAY));
    return variant(
      elements.map((each) => ('value' in each ? (each.value.value as never) : null)),
      type,
    );
  }
  const own = scalarAs(value, type);
  return 'value' in own ? own.value : { vt: VT_EMPTY };
}
