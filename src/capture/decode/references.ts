import { IRemUnknown2, OBJREF, REMOTE_UNKNOWN, RemQueryInterface } from '../../codec/dcom/index.js';
import type { Infer, NdrType, Operation } from '../../codec/ndr/index.js';
import { remember } from '../../codec/remember.js';
import type { ObservedPresentation } from '../../rpc/index.js';

/** IPIDs that are known at a time, over all connections; the oldest are forgotten. */
const MAX_IPIDS = 16_384;
const IID_IUnknown = '00000000-0000-0000-c000-000000000046';

/** An OBJREF with an STDOBJREF in it: a reference to an object ([MS-DCOM] 2.2.18). */
export type StandardObjref = Extract<OBJREF, { std: unknown }>;

export const isObjref = (value: unknown): value is StandardObjref =>
  typeof value === 'object' && value !== null && 'std' in value && 'iid' in value && 'saResAddr' in value;

/**
 * Which interface of which object each IPID is, as the parameters of captured calls hand them out. A call is meant for
 * the interface of its IPID, whatever interface its presentation context was negotiated for ([MS-DCOM] 3.1.1.5.4): some
 * clients make all their calls in one context.
 */
export class References {
  readonly #iids = new Map<string, string>();

  /** The presentation context of a call, with the interface that its IPID says. */
  meant(presentation: ObservedPresentation | undefined, ipid: string | undefined): ObservedPresentation | undefined {
    const iid = ipid === undefined ? undefined : this.#iids.get(ipid);
    if (presentation === undefined || iid === undefined || presentation.interface.uuid === iid) return presentation;
    if (REMOTE_UNKNOWN.has(iid) && REMOTE_UNKNOWN.has(presentation.interface.uuid)) return presentation;
    return { ...presentation, interface: { uuid: iid, version: 0 } };
  }

  /** Learns from the parameters of a request, or of an answer and the interfaces that its request asked for. */
  learn(type: NdrType<unknown>, value: unknown, asked: readonly string[] = []): void {
    if (!holdsReferences(type)) return;
    this.#visit(value);
    if (type !== RemQueryInterface.response) return;
    const { ppQIResults } = value as Infer<typeof RemQueryInterface.response>;
    ppQIResults?.forEach(({ hResult, std }, index) => {
      const iid = asked[index];
      if (hResult === 0 && iid !== undefined) this.#refer(std.ipid, iid);
    });
  }

  #visit(value: unknown): void {
    for (const part of partsOf(value)) {
      if (isObjref(part)) this.#refer(part.std.ipid, part.iid);
      for (const name of REMOTE_UNKNOWN_FIELDS)
        if (name in part) this.#refer((part as Readonly<Record<string, unknown>>)[name], IRemUnknown2.uuid);
    }
  }

  #refer(ipid: unknown, iid: string): void {
    // IUnknown tells nothing: such an object is then asked for the interface that is called.
    if (typeof ipid !== 'string' || iid === IID_IUnknown) return;
    this.#iids.delete(ipid);
    remember(this.#iids, ipid, iid, MAX_IPIDS);
  }
}

/** A value and all that lies in it; an object by value, as those of WMI are, refers to nothing and is left out. */
export function partsOf(value: unknown): ReadonlySet<object> {
  const parts = new Set<object>();
  const add = (part: unknown): void => {
    if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part) && !('kind' in part)) parts.add(part);
  };
  add(value);
  // A set visits what is added while it is visited, and nothing twice: full pointers can lead round in circles.
  for (const part of parts) for (const each of Object.values(part)) add(each);
  return parts;
}

/** Of activations and resolutions: the IPID of an exporter's remote unknown. */
const REMOTE_UNKNOWN_FIELDS: ReadonlySet<string> = new Set(['ipidRemUnknown', 'pipidRemUnknown']);

/** What RemQueryInterface asks for: which interface a result is of, its request alone says. */
export const askedInterfaces = (operation: Operation | undefined, input: unknown): readonly string[] | undefined =>
  operation === RemQueryInterface ? (input as Infer<typeof RemQueryInterface.request>).iids : undefined;

const known = new WeakMap<NdrType<unknown>, boolean>();

/** Whether values of a type can have references in them. Most cannot, and are not searched. */
function holdsReferences(type: NdrType<unknown>): boolean {
  const before = known.get(type);
  if (before !== undefined) return before;
  // A set visits what is added while it is visited, and nothing twice.
  const parts = new Set([type]);
  let holds = false;
  for (const part of parts) {
    holds ||= SOURCES.has(part) || part.fields.some(({ name }) => REMOTE_UNKNOWN_FIELDS.has(name));
    for (const inner of part.parts) parts.add(inner);
  }
  known.set(type, holds);
  return holds;
}

const SOURCES: ReadonlySet<unknown> = new Set([OBJREF, RemQueryInterface.response]);
