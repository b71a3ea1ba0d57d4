import type { InterfaceDef, Operation } from '../../codec/ndr/index.js';
import type { RemoteInterface } from '../remote-interface.js';

/** Elements that are asked for at a time, and how many a server may have of them. */
const AT_A_TIME = 100;
const MOST = 1_000_000;

interface Next<T> {
  readonly rgelt: readonly T[];
  readonly pceltFetched: number;
  readonly ReturnValue: number;
}

/** Everything that an enumerator has. It ends with the first answer that is not full, whatever its result. */
export async function* elementsOf<I extends { readonly celt: number }, T>(
  from: RemoteInterface,
  definition: InterfaceDef,
  next: Operation<I, Next<T>>,
): AsyncGenerator<T> {
  for (let count = 0; count < MOST; count += AT_A_TIME) {
    const { rgelt } = await from.call(definition, next, { celt: AT_A_TIME } as unknown as Omit<I, 'ORPCthis'>);
    yield* rgelt;
    if (rgelt.length < AT_A_TIME) return;
  }
}
