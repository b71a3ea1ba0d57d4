import type { Vtable } from '../../codec/dcom/index.js';
import type { Layout, Operation } from '../../codec/ndr/index.js';
import { HRESULT } from '../com.js';
import { type ComInterface, type ComObject, comInterface, comMethod, handOut, type ObjectCall } from './class.js';

/** What all enumerators have: their Next under one of two names, and the rest. */
interface Enumerator {
  readonly Skip: Operation<Parameters, object>;
  readonly Reset: Operation<object, object>;
  readonly Clone: Operation<object, object>;
}

interface Parameters {
  readonly celt: number;
}

type Next = { readonly RemoteNext: Operation<Parameters, object> } | { readonly Next: Operation<Parameters, object> };

/**
 * An enumerator over a list that stands ([MS-COM] has none; objidl.idl, ocidl.idl, comcat.idl): IEnumString,
 * IEnumUnknown, IEnumGUID, IEnumConnectionPoints, IEnumConnections. `toWire` makes of an item what goes over the wire.
 */
export function enumerator<T>(
  definition: Vtable<unknown>,
  items: readonly T[],
  toWire: (item: T, call: ObjectCall) => unknown = (item) => item,
  from = 0,
): ComObject {
  const methods = definition.methods as Enumerator & Next;
  const next = 'RemoteNext' in methods ? methods.RemoteNext : methods.Next;
  const again = (position: number): ComObject => enumerator(definition, items, toWire, position);
  const list = new Cursor(items, from);
  const methodsOf: ComInterface = comInterface(
    comMethod(
      next,
      ({ celt }: Parameters, call) => {
        const rgelt = list.next(celt).map((item) => toWire(item, call));
        return { rgelt, pceltFetched: rgelt.length, ReturnValue: rgelt.length < celt ? HRESULT.S_FALSE : HRESULT.S_OK };
      },
      placesOf,
    ),
    ...positioning(definition, methods, list, again),
  );
  return {
    name: definition.name,
    queryInterface: (iid) => (iid === definition.uuid ? methodsOf : undefined),
  };
}

/** The array has as many places as were asked for, whatever is in them: its max_count is the first word of the answer. */
const placesOf = ({ celt }: Parameters): Layout => ({ words: [[0, celt]] });

/** A place in a list. */
export class Cursor<T> {
  readonly #items: readonly T[];
  #position: number;

  constructor(items: readonly T[], position = 0) {
    this.#items = items;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  next(count: number): readonly T[] {
    const taken = this.#items.slice(this.#position, this.#position + count);
    this.#position += taken.length;
    return taken;
  }

  /** Whether there were so many. */
  skip(count: number): boolean {
    const enough = this.#position + count <= this.#items.length;
    this.#position = Math.min(this.#items.length, this.#position + count);
    return enough;
  }

  reset(): void {
    this.#position = 0;
  }
}

/** Skip, Reset and Clone, which are the same for every enumerator. */
export const positioning = (
  { uuid }: { readonly uuid: string },
  { Skip, Reset, Clone }: Enumerator,
  list: Cursor<unknown>,
  again: (position: number) => ComObject,
) => [
  comMethod(Skip, ({ celt }: Parameters) => ({ ReturnValue: list.skip(celt) ? HRESULT.S_OK : HRESULT.S_FALSE })),
  comMethod(Reset, () => {
    list.reset();
    return { ReturnValue: HRESULT.S_OK };
  }),
  comMethod(Clone, (_: object, call) => {
    const { pointer: ppenum, ReturnValue } = handOut(call, again(list.position), uuid);
    return { ppenum, ReturnValue };
  }),
];
